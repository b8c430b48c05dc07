"""aiedge: quantized inference from the camera to the reject gate."""

__all__: list[str] = []
