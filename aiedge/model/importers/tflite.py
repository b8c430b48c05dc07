"""A .tflite file -> Graph."""

from __future__ import annotations

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops import OPERATORS
from aiedge.model.importers.tflite_reader import read_tflite
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Graph, Node


def import_tflite(data: bytes, name: str) -> Graph:
    """Turn the bytes of a .tflite file into a graph; ``name`` becomes the graph's and stands in errors.

    int8 and uint8 models, quantized per tensor or (int8 weights) per channel, float32 models, and those of which
    a part is quantized, with fixed shapes. Padding becomes explicit, fused activations become clamps, in float
    operations of their own, a missing bias becomes zeros. Weights in float16, or in integers beside float, become
    float32; other constants are views of ``data``. Raises ModelError for a damaged, hostile or unsupported model. The
    graph is not verified yet.
    """
    model = read_tflite(data, name)
    tensors = TensorTable(model.tensors)
    inputs = tuple(tensors.index(i) for i in model.inputs)
    nodes: list[Node] = []
    for operator in model.operators:
        if operator.kind not in OPERATORS:
            raise ModelError(
                "AIE-MOD-005",
                where=operator.place,
                operator=operator.kind,
                supported=", ".join(sorted(OPERATORS)),
            )
        made = OPERATORS[operator.kind](tensors, operator)
        nodes.extend(made if isinstance(made, list) else [made])
    outputs = tuple(tensors.index(i) for i in model.outputs)
    return Graph(name=name, tensors=tensors.tensors, nodes=nodes, inputs=inputs, outputs=outputs)
