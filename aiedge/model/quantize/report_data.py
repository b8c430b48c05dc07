"""What a quantization tells about itself: plain data, which :mod:`aiedge.model.quantize.report` shows.

Signal-to-noise ratios are in dB, power of the float values over power of the difference; ``inf`` where nothing
differs, ``-inf`` where the float values are all 0 and the others are not.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HistogramData:
    """How often a tensor's float values lay where: ``counts[i]`` in the i-th of equal bins from ``low`` to ``high``.

    ``zeros`` values were exactly 0 and stand in no bin.
    """

    low: float
    high: float
    counts: tuple[int, ...]
    zeros: int


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One node of the float model, as it is in the result.

    ``name``, ``op``: the float node's; ``tensor``: its output's name. ``result_op``: what it became (``conv_2d``,
    ``lookup``, ...); empty where it became part of another node (an activation in a clamp).

    ``snr_db``: the result's tensor beside the float one, with all errors of the layers before it, over the judging
    samples; None for a tensor that the result does not have. ``weights_snr_db``: of the int8 weights beside the float
    ones; None without weights. ``range_snr_db``: what rounding and clipping to the chosen range alone would leave.
    ``cause``: which of ``weights``, ``range``, ``inherited`` (layers before) weighs most; empty where ``snr_db`` is
    above 40 dB or the layer stayed in float.

    ``float_min``, ``float_max``: what calibration saw; ``range_min``, ``range_max``: what the int8 tensor can hold;
    ``scale``, ``zero_point``; all None where the tensor stayed in float (the first two stay).
    ``clipped``: the share (0 to 1) of calibration values outside the range. ``method``: where the range comes from:
    a method of the options, ``shared`` (with a tensor that another method gave), ``fixed`` (softmax) or ``float``.
    ``kept_float``, ``reason``: whether the node computes in float, and why.
    """

    name: str
    op: str
    tensor: str
    result_op: str
    snr_db: float | None
    weights_snr_db: float | None
    range_snr_db: float | None
    cause: str
    float_min: float
    float_max: float
    range_min: float | None
    range_max: float | None
    scale: float | None
    zero_point: int | None
    clipped: float
    method: str
    kept_float: bool
    reason: str
    histogram: HistogramData | None


@dataclass(frozen=True, slots=True)
class Trial:
    """One way that was tried, judged on the held-out samples.

    ``method``: ``minmax``, ``percentile 99.99``, ...; ``snr_db``: of the worst output; of a softmax, that of the scores
    that go into it, less their mean; ``agreement``: share of the samples whose greatest output is at
    float's place, None where the output is not classes. ``float_layers``: how many nodes stayed in float.
    """

    method: str
    weights: str
    equalized: bool
    bias_corrected: bool
    float_layers: int
    snr_db: float
    agreement: float | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class OutputReport:
    """One output of the model beside float, over the judging samples."""

    name: str
    snr_db: float
    greatest_difference: float


@dataclass(frozen=True, slots=True)
class InputReport:
    """One input of the result: how real values become integers (``scale`` is None for an input that stayed)."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float | None
    zero_point: int | None


@dataclass(frozen=True, slots=True)
class QuantizationReport:
    """A whole quantization.

    ``snr_db``, ``agreement``: of the result, as in :class:`Trial`, over ``judging_samples``. ``budget_met``: whether
    they satisfy ``min_snr_db`` and ``min_agreement`` (True without a budget). ``samples``: all that were given;
    ``calibration_sha256``: of their bytes, in order. ``float_bytes``, ``int8_bytes``: constants before and after.
    ``equalized_pairs``: ``first -> second`` node names whose channels were scaled, ``unequalized``: the same with the
    reason why not. ``options``: name to value of the settings.
    """

    model: str
    layers: tuple[LayerReport, ...]
    inputs: tuple[InputReport, ...]
    outputs: tuple[OutputReport, ...]
    trials: tuple[Trial, ...]
    method: str
    weights: str
    equalized: bool
    bias_corrected: bool
    snr_db: float
    agreement: float | None
    min_snr_db: float | None
    min_agreement: float | None
    budget_met: bool
    samples: int
    judging_samples: int
    calibration_sha256: str
    seed: int
    float_bytes: int
    int8_bytes: int
    equalized_pairs: tuple[str, ...]
    unequalized: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
