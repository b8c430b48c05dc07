"""Print the distinct layers of quantized models, one a line, for ``kernel_bench``.

Usage: ``python benchmarks/kernels/list_layers.py MODEL.tflite... > layers.txt``
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from aiedge.model.compile import import_model
from aiedge.model.ir.graph import Graph, Node
from aiedge.model.ir.ops import AveragePool2D, Conv2D, DepthwiseConv2D, FullyConnected, Reshape


def by_x(*numbers: int) -> str:
    """Numbers as ``1x56x56x24``."""
    return "x".join(str(number) for number in numbers)


def describe(graph: Graph, node: Node) -> str | None:
    """The layer's line without model and count; None for a node that computes nothing."""
    op = node.op
    if isinstance(op, Reshape):
        return None
    x = graph.tensors[node.inputs[0]]
    y = graph.tensors[node.outputs[0]]
    fields = {"in": by_x(*x.shape), "out": by_x(*y.shape)}
    if isinstance(op, FullyConnected):
        out_c, depth = graph.tensors[node.inputs[1]].shape
        rows = x.element_count // depth
        fields = {"in": by_x(rows, depth), "out": by_x(rows, out_c)}
    elif isinstance(op, (Conv2D, DepthwiseConv2D)):
        fields["kernel"] = by_x(*graph.tensors[node.inputs[1]].shape[1:3])
        fields["dilation"] = by_x(op.dilation_h, op.dilation_w)
    elif isinstance(op, AveragePool2D):
        fields["kernel"] = by_x(op.filter_h, op.filter_w)
    if isinstance(op, (Conv2D, DepthwiseConv2D, AveragePool2D)):
        fields["stride"] = by_x(op.stride_h, op.stride_w)
        fields["pad"] = by_x(op.pad_top, op.pad_left)
    fields["type"] = x.dtype
    if isinstance(op, (Conv2D, DepthwiseConv2D, FullyConnected)):
        fields["weights"] = graph.tensors[node.inputs[1]].dtype
    return f"{op.NAME}|" + " ".join(f"{key}={value}" for key, value in fields.items())


def main(paths: list[str]) -> int:
    """Print the layers of all models; each line once a model, with its count."""
    for path in map(Path, paths):
        graph = import_model(path.read_bytes(), path.name)
        lines = Counter(line for node in graph.nodes if (line := describe(graph, node)) is not None)
        print(f"# {path.name}")
        for line, count in lines.items():
            op, fields = line.split("|")
            print(f"{op} model={path.stem} count={count} {fields}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
