"""What a quantization's report says as a whole, and the report as JSON."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

from aiedge.model.quantize.report_data import LayerReport, QuantizationReport

FORMAT = "aiedge-quantization"
FORMAT_VERSION = 1

GOOD_SNR_DB, FAIR_SNR_DB = 20.0, 10.0
GOOD_AGREEMENT, FAIR_AGREEMENT = 0.99, 0.95
FEW_SAMPLES, FEWEST_SAMPLES = 20, 5

Level = Literal["good", "fair", "poor"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``headline``: one sentence; ``details``: what it rests on; ``advice``: what could be done, may be empty."""

    level: Level
    headline: str
    details: tuple[str, ...]
    advice: tuple[str, ...]


def judge(report: QuantizationReport) -> Verdict:
    """The report in words.

    With a budget, its demands decide. Without one ``good`` is an output's SNR of at least 20 dB (noise of a tenth of
    the signal's size) with 99 % of the classes as in float, on 5 samples or more; ``fair`` 10 dB and 95 %.
    """
    level, headline = _level(report)
    details = [_agreement(report), _noise(report.snr_db)]
    if report.judging_samples == report.samples:
        details.append("The samples that judge are those that were calibrated on: give more than three.")
    elif report.judging_samples < FEW_SAMPLES:
        details.append(
            f"It was judged on {plural(report.judging_samples, 'sample')} only; more samples make it surer."
        )
    return Verdict(
        level, headline, tuple(d for d in details if d), () if level == "good" else _advice(report)
    )


def report_document(report: QuantizationReport) -> dict[str, Any]:
    """The report as JSON can hold it (docs/quantize.md): an SNR without an end is the text ``inf`` or ``-inf``."""
    verdict = judge(report)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "verdict": dataclasses.asdict(verdict),
        **_finite(dataclasses.asdict(report)),
        "options": dict(report.options),
    }


def kept_in_float(report: QuantizationReport) -> tuple[LayerReport, ...]:
    """The layers that compute in float."""
    return tuple(layer for layer in report.layers if layer.kept_float)


def in_int8(report: QuantizationReport) -> tuple[LayerReport, ...]:
    """The layers that are nodes of the result and compute in integers."""
    return tuple(layer for layer in report.layers if layer.result_op and not layer.kept_float)


def costliest(report: QuantizationReport, count: int) -> tuple[LayerReport, ...]:
    """The layers that lose most by their own weights or range, worst first; those that only inherit are none."""
    own = [
        layer for layer in in_int8(report) if layer.cause in {"weights", "range"} and layer.snr_db is not None
    ]
    return tuple(sorted(own, key=lambda layer: (layer.snr_db, layer.name))[:count])


def plural(count: int, noun: str) -> str:
    """``1 layer``, ``2 layers``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def decibels(snr_db: float | None) -> str:
    """An SNR to be read; empty for None."""
    if snr_db is None:
        return ""
    if math.isinf(snr_db):
        return "exact" if snr_db > 0 else "lost"
    return f"{snr_db:.1f}"


def short_name(name: str, room: int) -> str:
    """A name's end, where what tells layers apart stands; of names that a converter joined the first."""
    first = name.split(";", maxsplit=1)[0] or name
    return first if len(first) <= room else "…" + first[-(room - 1) :]


def _level(report: QuantizationReport) -> tuple[Level, str]:
    if report.min_snr_db is not None or report.min_agreement is not None:
        if report.budget_met:
            return "good", "The accuracy budget is met."
        return "poor", "The accuracy budget is not met."
    if _is_like_float(report):
        if report.judging_samples < FEWEST_SAMPLES:
            return "fair", "The int8 model is like the float model, as far as so few samples can tell."
        return "good", "The int8 model does what the float model does."
    agreement = 1.0 if report.agreement is None else report.agreement
    if report.snr_db >= FAIR_SNR_DB and agreement >= FAIR_AGREEMENT:
        return "fair", "The int8 model is near the float model, with some loss."
    return "poor", "The int8 model is not the float model any more."


def _is_like_float(report: QuantizationReport) -> bool:
    agreement = 1.0 if report.agreement is None else report.agreement
    return report.budget_met and report.snr_db >= GOOD_SNR_DB and agreement >= GOOD_AGREEMENT


def _agreement(report: QuantizationReport) -> str:
    if report.agreement is None:
        return ""
    same = round(report.agreement * report.judging_samples)
    return (
        f"{same} of {plural(report.judging_samples, 'sample')} {'has' if same == 1 else 'have'} the same class as "
        "in float."
    )


def _noise(snr_db: float) -> str:
    if math.isinf(snr_db):
        return "The outputs are those of float." if snr_db > 0 else "Nothing of the float outputs is left."
    share = 100 * 10 ** (-snr_db / 20)
    return f"Signal-to-noise ratio of the outputs: {snr_db:.1f} dB, an error of {share:.2g} % of the signal."


def _advice(report: QuantizationReport) -> tuple[str, ...]:
    advice = []
    worst = costliest(report, 3)
    if worst and not _is_like_float(report):
        names = ", ".join(f"“{short_name(layer.name, 40)}”" for layer in worst)
        advice.append(
            f"Most is lost in {names}: keep them in float with --keep-float and the names in the table."
        )
    if report.method != "auto" and dict(report.options).get("method") != "auto":
        advice.append("Try --method auto, which compares all ways.")
    if report.samples < 100 or report.judging_samples < FEWEST_SAMPLES:
        advice.append("Calibrate with more samples, as different as those on the line.")
    return tuple(advice)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return value
