"""How large a model may be. A hostile file meets these before anything is allocated for it."""

from __future__ import annotations

MAX_FILE_BYTES = 1 << 30
MAX_CONSTANT_BYTES = 1 << 30
MAX_TENSORS = 65536
MAX_NODES = 65536
MAX_NODE_INPUTS = 64
MAX_GRAPH_INPUTS = 256
MAX_GRAPH_OUTPUTS = 256
MAX_RANK = 6
MAX_DIMENSION = 1 << 24
MAX_ELEMENTS = (1 << 31) - 1
