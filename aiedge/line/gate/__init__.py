"""The host's side of the reject gate: registers, the two protocols without I/O, the thread that does it."""
