"""Two engines, or two models of one network, layer by layer: where they part, and by how much."""
