from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.errors import TelemetryError
from aiedge.telemetry.metric import (
    MAX_BODY_BYTES,
    Metric,
    MetricId,
    decode_body,
    decode_payload,
    encode_body,
    encode_payload,
)

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.booleans() | INT64 | st.floats(allow_nan=False, allow_infinity=False) | TEXT
JSON_VALUES = st.recursive(
    st.none() | SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(TEXT, JSON_VALUES, max_size=4)
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
METRICS = st.builds(Metric, NAMES, SCALARS | MAPPINGS, st.integers(0, 2**63 - 1), MAPPINGS)
IDS = st.builds(MetricId, st.uuids().map(lambda u: u.hex), st.integers(1, 2**63 - 1))


def thawed(value: Any) -> Any:
    """Plain dicts and lists, with every scalar's type beside it: 1, 1.0 and True must stay apart."""
    if isinstance(value, Mapping):
        return {key: thawed(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [thawed(inner) for inner in value]
    return type(value).__name__, repr(value)


def described(metric: Metric) -> Any:
    return metric.name, metric.time_utc_ns, thawed(metric.value), thawed(metric.attributes)


@given(metric=METRICS, metric_id=IDS, historical=st.booleans())
def test_payload_round_trip(metric: Metric, metric_id: MetricId, historical: bool) -> None:
    payload = encode_payload(metric_id, encode_body(metric), historical=historical)
    received = decode_payload(payload)
    assert (received.id, received.historical) == (metric_id, historical)
    assert described(received.metric) == described(metric)
    assert encode_body(received.metric) == encode_body(metric)


@given(metric=METRICS, metric_id=IDS, historical=st.booleans())
def test_payload_is_canonical(metric: Metric, metric_id: MetricId, historical: bool) -> None:
    payload = encode_payload(metric_id, encode_body(metric), historical=historical)
    again = json.dumps(json.loads(payload), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert payload == again.encode("utf-8")


@given(
    data=st.binary(max_size=200)
    | METRICS.map(encode_body)
    | JSON_VALUES.map(lambda v: json.dumps(v).encode())
)
def test_hostile_payload_is_a_telemetry_error(data: bytes) -> None:
    with pytest.raises(TelemetryError) as caught:
        decode_payload(data)
    assert caught.value.code == "AIE-TEL-002"


@given(metric=METRICS, metric_id=IDS, place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_never_escapes_as_another_error(
    metric: Metric, metric_id: MetricId, place: int, bit: int
) -> None:
    payload = bytearray(encode_payload(metric_id, encode_body(metric), historical=False))
    payload[place % len(payload)] ^= 1 << bit
    with contextlib.suppress(TelemetryError):
        decode_payload(bytes(payload))


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        np.float32("nan"),
        2**63,
        -(2**63) - 1,
        None,
        [1],
        (1,),
        b"x",
        object(),
        1j,
        {"a": math.nan},
        {"a": [{"b": math.inf}]},
        {1: 2},
        {"a": object()},
    ],
    ids=repr,
)
def test_refused_values(value: Any) -> None:
    with pytest.raises(TelemetryError, match="AIE-TEL-001: m: "):
        Metric("m", value, 0)


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 257, 5, None])
def test_refused_names(name: Any) -> None:
    with pytest.raises(TelemetryError, match="AIE-TEL-001"):
        Metric(name, 1, 0)


@pytest.mark.parametrize("time_utc_ns", [-1, 2**63, 1.5, True, "1"])
def test_refused_times(time_utc_ns: Any) -> None:
    with pytest.raises(TelemetryError, match="AIE-TEL-001"):
        Metric("m", 1, time_utc_ns)


def test_a_refusal_names_the_place_inside_a_mapping() -> None:
    with pytest.raises(TelemetryError, match=r"value\.finds\[1\]\.score is nan"):
        Metric("part", {"finds": [{"score": 0.5}, {"score": math.nan}]}, 0)


def test_too_deep_and_too_large_are_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(20):
        deep = {"a": deep}
    with pytest.raises(TelemetryError, match="deeper than 16"):
        Metric("m", deep, 0)
    with pytest.raises(TelemetryError, match="the limit is 262144"):
        encode_body(Metric("m", "x" * MAX_BODY_BYTES, 0))
    with pytest.raises(TelemetryError, match="surrogate"):
        encode_body(Metric("m", "\ud800", 0))


def test_numpy_scalars_become_pythons() -> None:
    metric = Metric("m", {"f": np.float32(0.5), "i": np.int8(-3), "b": np.bool_(True)}, np.int64(7))
    assert described(metric) == described(Metric("m", {"f": 0.5, "i": -3, "b": True}, 7))
    assert isinstance(Metric("m", np.float64(1.0), 0).value, float)


def test_a_metric_cannot_be_changed_from_outside() -> None:
    source = {"a": {"b": [1]}}
    metric = Metric("m", source, 0, attributes=source)
    source["a"]["b"].append(2)
    assert thawed(metric.value) == thawed({"a": {"b": [1]}})
    with pytest.raises(TypeError):
        metric.value["a"] = 1


def test_the_documented_payload() -> None:
    body = encode_body(Metric("零件", 3, 1_700_000_000_000_000_000, {"line": "A"}))
    assert decode_body(body).name == "零件"
    assert encode_payload(MetricId("ab" * 16, 17), body, historical=False).decode() == (
        '{"historical":false,"metric":{"attributes":{"line":"A"},"name":"零件","time_utc_ns":1700000000000000000,'
        '"value":3},"sequence":17,"store":"abababababababababababababababab","v":1}'
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":1,"w":0'),
        (b'"sequence":17', b'"sequence":0'),
        (b'"sequence":17', b'"sequence":true'),
        (b'"store":"ab', b'"store":"AB'),
        (b'"historical":false', b'"historical":0'),
        (b'"value":3', b'"value":NaN'),
        (b'"value":3', b'"value":null'),
        (b'"value":3', b'"value":1e999'),
        (b'"name":"m"', b'"nome":"m"'),
        (b'"metric":{', b'"metric":3,"x":{'),
    ],
)
def test_a_payload_with_one_thing_wrong_is_refused(old: bytes, new: bytes) -> None:
    payload = encode_payload(MetricId("ab" * 16, 17), encode_body(Metric("m", 3, 5)), historical=False)
    decode_payload(payload)
    assert old in payload
    with pytest.raises(TelemetryError, match="AIE-TEL-002"):
        decode_payload(payload.replace(old, new))


def test_bottomless_json_is_refused() -> None:
    with pytest.raises(TelemetryError, match="AIE-TEL-002"):
        decode_payload(b"[" * 100_000)
