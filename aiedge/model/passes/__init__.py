"""One rewrite of the graph a file; this is the ordered list."""

from __future__ import annotations

from collections.abc import Callable

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.verify import verify
from aiedge.model.passes.dead_code import drop_dead_code
from aiedge.model.passes.fold_activations import fold_activations
from aiedge.model.passes.fold_constants import fold_constants
from aiedge.model.passes.fold_pads import fold_pads
from aiedge.model.passes.fold_scales import fold_scales
from aiedge.model.passes.fuse_functions import fuse_functions
from aiedge.model.passes.tables import add_tables
from aiedge.model.passes.transposes import move_transposes

PASSES: tuple[tuple[str, Callable[[Graph], Graph]], ...] = (
    ("fold_constants", fold_constants),
    ("fuse_functions", fuse_functions),
    ("transposes", move_transposes),
    ("fold_scales", fold_scales),
    ("fold_pads", fold_pads),
    ("fold_activations", fold_activations),
    ("tables", add_tables),
    ("dead_code", drop_dead_code),
)


def run_passes(graph: Graph) -> Graph:
    """Run all passes on a verified graph, in order, and verify after each; ``graph`` stays as it is."""
    for _, rewrite in PASSES:
        graph = rewrite(graph)
        verify(graph)
    return graph
