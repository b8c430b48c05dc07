"""Float samples as a converted graph takes them."""

from __future__ import annotations

from aiedge.model.ir.graph import Graph
from aiedge.model.quantize.builder import quantized
from aiedge.model.quantize.samples import Array, Sample


def converted_inputs(graph: Graph, sample: Sample) -> list[Array]:
    """``sample`` fits the float graph; each array in the form of the converted graph's input."""
    arrays: list[Array] = []
    for index, array in zip(graph.inputs, sample, strict=True):
        quantization = graph.tensors[index].quantization
        same = quantization is None or array.dtype.kind != "f"
        arrays.append(array if same or quantization is None else quantized(array, quantization))
    return arrays
