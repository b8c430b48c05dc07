"""A quantization's report without a quantization, with a layer of each kind; shared by tests of what is shown of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiedge.model.quantize.options import QuantizeOptions
from aiedge.model.quantize.report_data import (
    HistogramData,
    InputReport,
    LayerReport,
    OutputReport,
    QuantizationReport,
    Trial,
)

HOSTILE = "<script>alert('x')</script>&\"\x07"


def layer(name: str, **changes: Any) -> LayerReport:
    """A convolution in int8, with the given fields."""
    counts = tuple(int(2000 * 0.9**index) for index in range(64))
    whole = LayerReport(
        name=name,
        op="float_conv_2d",
        tensor=f"{name}/output",
        result_op="conv_2d",
        snr_db=31.25,
        weights_snr_db=41.5,
        range_snr_db=38.0,
        cause="inherited",
        float_min=-0.75,
        float_max=6.0,
        range_min=-0.5,
        range_max=5.25,
        scale=0.0225,
        zero_point=-106,
        clipped=0.0004,
        method="percentile 99.99",
        kept_float=False,
        reason="",
        histogram=HistogramData(-0.75, 6.0, counts, 1200),
    )
    return replace(whole, **changes)


def report(**changes: Any) -> QuantizationReport:
    """A report over six layers, with the given fields."""
    layers = (
        layer("stem;BatchNorm;BiasAdd", snr_db=36.0),
        layer(
            "block 1/depthwise",
            op="float_depthwise_conv_2d",
            result_op="depthwise_conv_2d",
            snr_db=8.5,
            cause="weights",
        ),
        layer(
            "block 1/relu",
            op="float_unary",
            result_op="",
            snr_db=None,
            reason="bounds of block 1/depthwise",
            method="",
        ),
        layer("block 1/project", snr_db=17.0, cause="range", clipped=0.012),
        layer(
            HOSTILE,
            op="float_unary",
            result_op="float_unary",
            kept_float=True,
            reason="no int8 form <b>yet</b>",
            snr_db=float("inf"),
            weights_snr_db=None,
            range_snr_db=None,
            range_min=None,
            range_max=None,
            scale=None,
            zero_point=None,
            method="float",
            histogram=None,
        ),
        layer("head", op="float_fully_connected", result_op="fully_connected", snr_db=24.5),
    )
    whole = QuantizationReport(
        model=f"model {HOSTILE}.onnx",
        layers=layers,
        inputs=(InputReport("x", (1, 49, 10, 1), "int8", 0.58, 83),),
        outputs=(OutputReport("scores", 24.5, 0.125),),
        trials=(
            Trial("minmax", "minmax", False, False, 0, 19.0, 0.96, False),
            Trial("percentile 99.99", "mse", True, True, 1, 24.5, 1.0, True),
        ),
        method="percentile 99.99",
        weights="mse",
        equalized=True,
        bias_corrected=True,
        snr_db=24.5,
        agreement=1.0,
        min_snr_db=None,
        min_agreement=None,
        budget_met=True,
        samples=100,
        judging_samples=25,
        calibration_sha256="ab" * 32,
        seed=0,
        float_bytes=95_000,
        int8_bytes=26_000,
        equalized_pairs=("stem -> block 1/depthwise",),
        unequalized=("head: no layer after it",),
        options=QuantizeOptions().pairs,
    )
    return replace(whole, **changes)
