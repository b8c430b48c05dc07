"""How pictures become a model's inputs and outputs become results: processing.yaml <-> sections PREP and POST."""

from aiedge.model.processing.records import POST, PREP, decode, encode
from aiedge.model.processing.spec import (
    Anomaly,
    Boxes,
    Classes,
    ImageInput,
    Level,
    Output,
    Peaks,
    Processing,
    Segmentation,
    read_processing,
)

__all__ = [
    "POST",
    "PREP",
    "Anomaly",
    "Boxes",
    "Classes",
    "ImageInput",
    "Level",
    "Output",
    "Peaks",
    "Processing",
    "Segmentation",
    "decode",
    "encode",
    "read_processing",
]
