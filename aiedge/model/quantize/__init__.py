"""A float graph to an int8 graph, from samples of its inputs.

Deterministic: the same samples, options and seed give the same graph, bit for bit. ``quantize`` in
:mod:`aiedge.model.quantize.quantize` is the door; it names what it takes and gives.
"""
