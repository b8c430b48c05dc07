"""The quantized graph: its data, its checks, its text form and the NumPy oracle."""
