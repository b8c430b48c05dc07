"""A metric, and its JSON form on the wire.

One MQTT message carries one metric, as canonical JSON (keys sorted, no spaces, UTF-8, no NaN)::

    {"historical":false,"metric":{"attributes":{},"name":"parts","time_utc_ns":1700000000000000000,"value":3},
     "sequence":17,"store":"5f0c...","v":1}

``store`` and ``sequence`` together are unique: a message that comes twice carries the same pair.
docs/telemetry.md describes every key.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from aiedge.errors import TelemetryError

PAYLOAD_VERSION = 1
MAX_BODY_BYTES = 256 * 1024
MAX_NAME_CHARS = 256
_MAX_DEPTH = 16
_INT64_MIN = -(2**63)
_INT64_MAX = 2**63 - 1
_NO_ATTRIBUTES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Metric:
    """One named value at one instant.

    ``value``: bool, int (64 bits, signed), finite float, str, or a mapping with string keys of these, None,
    lists and mappings; NumPy scalars become Python's. ``time_utc_ns``: nanoseconds since 1970-01-01 UTC, 0 to
    2^63 - 1. ``attributes``: what else a host should know (line, part id), in the form of a mapping value.
    The mappings are copied and cannot be changed afterwards; a list in them becomes a tuple.

    Raises :class:`TelemetryError` (AIE-TEL-001) for anything else: NaN, infinity, an integer that 64 bits do
    not hold, more than 16 levels. What only the encoded form shows (text that UTF-8 cannot carry, more than
    256 KiB in all) is refused with the same code when it is published.
    """

    name: str
    value: bool | int | float | str | Mapping[str, Any]
    time_utc_ns: int
    attributes: Mapping[str, Any] = field(default_factory=lambda: _NO_ATTRIBUTES)

    def __post_init__(self) -> None:
        where = self.name if isinstance(self.name, str) else "metric"
        if not (where is self.name and 0 < len(where) <= MAX_NAME_CHARS and where.isprintable()):
            raise _refused(where, f"a name must have 1 to {MAX_NAME_CHARS} printable characters")
        time_utc_ns = _scalar(self.time_utc_ns)
        if type(time_utc_ns) is not int or not 0 <= time_utc_ns <= _INT64_MAX:
            raise _refused(where, "time_utc_ns must be an integer, 0 to 2^63 - 1")
        if not isinstance(self.attributes, Mapping):
            raise _refused(where, "attributes must be a mapping")
        value = _freeze(self.value, where, "value", 0)
        if value is None or isinstance(value, tuple):
            raise _refused(where, f"value is a {type(self.value).__name__}")
        object.__setattr__(self, "time_utc_ns", time_utc_ns)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "attributes", _freeze(self.attributes, where, "attributes", 0))


class MetricId(NamedTuple):
    """What makes a metric unique, for ever: its store's UUID (32 hex digits) and its place in the store."""

    store: str
    sequence: int


class Received(NamedTuple):
    """What a host reads out of one message."""

    id: MetricId
    metric: Metric
    historical: bool


def encode_body(metric: Metric) -> bytes:
    """The metric as canonical JSON, without its id: what the store keeps. Over 256 KiB is AIE-TEL-001."""
    content = {
        "attributes": metric.attributes,
        "name": metric.name,
        "time_utc_ns": metric.time_utc_ns,
        "value": metric.value,
    }
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=dict
    )
    try:
        body = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _refused(metric.name, "a text holds half of a surrogate pair") from error
    if len(body) > MAX_BODY_BYTES:
        raise _refused(metric.name, f"it has {len(body)} bytes, the limit is {MAX_BODY_BYTES}")
    return body


def decode_body(body: bytes) -> Metric:
    """The inverse of :func:`encode_body`; the bytes are untrusted. Raises AIE-TEL-002."""
    return _metric(_parse(body))


def encode_payload(metric_id: MetricId, body: bytes, *, historical: bool) -> bytes:
    """One message's payload. ``body``: from :func:`encode_body`; ``historical``: it waited for a broker."""
    flag = b"true" if historical else b"false"
    return b'{"historical":%s,"metric":%s,"sequence":%d,"store":"%s","v":%d}' % (
        flag,
        body,
        metric_id.sequence,
        metric_id.store.encode("ascii"),
        PAYLOAD_VERSION,
    )


def decode_payload(payload: bytes) -> Received:
    """What a host does with a message: untrusted bytes -> id, metric, historical. Raises AIE-TEL-002."""
    content = _parse(payload)
    if content.get("v") != PAYLOAD_VERSION:
        raise _unreadable(f"version {content.get('v')!r}, this program knows {PAYLOAD_VERSION}")
    if content.keys() != {"historical", "metric", "sequence", "store", "v"}:
        raise _unreadable(f"the keys are {sorted(content)}")
    historical, store, sequence = content["historical"], content["store"], content["sequence"]
    if not isinstance(historical, bool):
        raise _unreadable("historical is not true or false")
    if not isinstance(store, str) or len(store) != 32 or not set(store) <= set("0123456789abcdef"):
        raise _unreadable("store is not 32 hexadecimal digits")
    if type(sequence) is not int or not 0 < sequence <= _INT64_MAX:
        raise _unreadable("sequence is not a positive integer")
    if not isinstance(content["metric"], dict):
        raise _unreadable("metric is not an object")
    return Received(MetricId(store, sequence), _metric(content["metric"]), historical)


def _metric(content: dict[str, Any]) -> Metric:
    if content.keys() != {"attributes", "name", "time_utc_ns", "value"}:
        raise _unreadable(f"the metric's keys are {sorted(content)}")
    try:
        return Metric(**content)
    except TelemetryError as error:
        raise _unreadable(error.what) from error


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BODY_BYTES + 1024:
        raise _unreadable(f"it has {len(data)} bytes, the limit is {MAX_BODY_BYTES + 1024}")
    try:
        content = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"not JSON: {error}") from error
    if not isinstance(content, dict):
        raise _unreadable("not a JSON object")
    return content


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _scalar(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _freeze(value: object, name: str, place: str, depth: int) -> Any:
    """A copy that nobody can change, of JSON's types only."""
    value = _scalar(value)
    if depth > _MAX_DEPTH:
        raise _refused(name, f"{place} is nested deeper than {_MAX_DEPTH} levels")
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if not _INT64_MIN <= value <= _INT64_MAX:
            raise _refused(name, f"{place} does not fit 64 bits")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _refused(name, f"{place} is {value}")
        return float(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise _refused(name, f"{place} has a key that is not a string")
        return MappingProxyType({k: _freeze(v, name, f"{place}.{k}", depth + 1) for k, v in value.items()})
    if isinstance(value, list | tuple):
        return tuple(_freeze(v, name, f"{place}[{i}]", depth + 1) for i, v in enumerate(value))
    raise _refused(name, f"{place} is a {type(value).__name__}")


def _refused(name: str, reason: str) -> TelemetryError:
    return TelemetryError("AIE-TEL-001", where=name, reason=reason)


def _unreadable(reason: str) -> TelemetryError:
    return TelemetryError("AIE-TEL-002", reason=reason)
