from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.errors import TelemetryError, UsageError
from aiedge.telemetry.broker import BrokerAddress, BrokerSecurity
from aiedge.telemetry.mqtt import MqttPublisher
from aiedge.telemetry.store import MetricStore


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://plant-broker", "plant-broker", 1883, False),
        ("mqtt://127.0.0.1:1884/", "127.0.0.1", 1884, False),
        ("mqtts://broker.example", "broker.example", 8883, True),
        ("mqtts://[::1]:9000", "::1", 9000, True),
    ],
)
def test_addresses(url: str, host: str, port: int, tls: bool) -> None:
    address = BrokerAddress.parse(url)
    assert (address.host, address.port, address.tls) == (host, port, tls)
    assert BrokerAddress.parse(str(address)) == address


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("broker:1883", "does not begin with mqtt://"),
        ("http://broker", "does not begin with mqtt://"),
        ("mqtt://", "names no host"),
        ("mqtt://:1883", "names no host"),
        ("mqtt://a b", "names no host"),
        ("mqtt://broker:port", "could not be cast"),
        ("mqtt://broker:99999", "out of range"),
        ("mqtt://broker:0", "has port 0"),
        ("mqtt://broker/topic", "goes on behind the port"),
        ("mqtt://broker?x=1", "goes on behind the port"),
        ("mqtt://[::1", "Invalid IPv6"),
    ],
)
def test_wrong_addresses(url: str, reason: str) -> None:
    with pytest.raises(UsageError, match=f"AIE-TEL-020.*{reason}") as caught:
        BrokerAddress.parse(url)
    assert caught.value.exit_code == 2


@given(st.text(max_size=30) | st.text(alphabet="mqts:/@[]0129.?# x", max_size=20).map("mqtt://".__add__))
def test_no_address_escapes_as_another_error(url: str) -> None:
    try:
        assert BrokerAddress.parse(url).host
    except UsageError as error:
        assert error.code in ("AIE-TEL-020", "AIE-TEL-021")  # noqa: PT017  -- either outcome is right


@pytest.mark.parametrize(
    "url", ["mqtt://user:geheim@broker", "mqtt://geheim@broker:1", "mqtt://u:geheim@broker:x"]
)
def test_secrets_in_the_address_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        BrokerAddress.parse(url)
    assert "geheim" not in str(caught.value)
    assert "geheim" not in repr(caught.value.__cause__)


def test_secrets_come_from_environment_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQTT_USER", "line-1")
    (tmp_path / "password").write_text("geheim \n")
    security = BrokerSecurity(user_env="MQTT_USER", password_file=tmp_path / "password")
    security.check(BrokerAddress.parse("mqtt://b"))
    assert (security.user(), security.password()) == ("line-1", "geheim ")
    assert "geheim" not in repr(security)
    (tmp_path / "password").write_text("changed\r\n")
    assert security.password() == "changed"
    assert BrokerSecurity().user() is None


def test_missing_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MQTT_USER", raising=False)
    with pytest.raises(TelemetryError, match=r"AIE-TEL-024.*MQTT_USER"):
        BrokerSecurity(user_env="MQTT_USER").user()
    with pytest.raises(TelemetryError, match=r"AIE-TEL-024.*password: No such file"):
        BrokerSecurity(password_file=tmp_path / "password").password()
    (tmp_path / "password").write_bytes(b"\xff\xfe")
    with pytest.raises(TelemetryError, match=r"AIE-TEL-024.*not UTF-8"):
        BrokerSecurity(password_file=tmp_path / "password").password()
    with pytest.raises(TelemetryError, match=r"AIE-TEL-024.*ca\.pem: No such file"):
        BrokerSecurity(ca_file=tmp_path / "ca.pem").tls_context()
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(TelemetryError, match=r"AIE-TEL-024.*ca\.pem"):
        BrokerSecurity(ca_file=tmp_path / "ca.pem").tls_context()


def test_secrets_that_would_never_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for file in (pipe, Path("/dev/zero")):
        with pytest.raises(TelemetryError, match="AIE-TEL-024"):
            BrokerSecurity(password_file=file).password()
        with pytest.raises(TelemetryError, match="AIE-TEL-024"):
            BrokerSecurity(ca_file=file).tls_context()
        with pytest.raises(TelemetryError, match="AIE-TEL-024"):
            BrokerSecurity(certificate_file=file, key_file=file).tls_context()


@pytest.mark.parametrize(
    ("url", "options", "option"),
    [
        ("mqtt://b", {"user_env": "A", "user_file": Path("a")}, "user_file"),
        ("mqtt://b", {"user_env": "A", "password_env": "B", "password_file": Path("b")}, "password_file"),
        ("mqtt://b", {"password_env": "B"}, "user_env"),
        ("mqtts://b", {"certificate_file": Path("c")}, "certificate_file"),
        ("mqtt://b", {"ca_file": Path("c")}, "ca_file"),
    ],
)
def test_contradicting_options(url: str, options: dict[str, Any], option: str) -> None:
    with pytest.raises(UsageError, match=f"AIE-TEL-016.*{option}"):
        BrokerSecurity(**options).check(BrokerAddress.parse(url))


@pytest.mark.parametrize(
    ("change", "option"),
    [
        ({"topic": "a/#"}, "topic"),
        ({"topic": ""}, "topic"),
        ({"topic": "a\0b"}, "topic"),
        ({"topic": "$SYS/a"}, "topic"),
        ({"client_id": ""}, "client_id"),
        ({"protocol": "4"}, "protocol"),
        ({"max_inflight": 0}, "max_inflight"),
        ({"retry_first_s": 5.0, "retry_max_s": 1.0}, "retry_first_s"),
    ],
)
def test_wrong_publisher_options(tmp_path: Path, change: dict[str, Any], option: str) -> None:
    options: dict[str, Any] = {"broker_url": "mqtt://b", "client_id": "c", "topic": "t"} | change
    with (
        MetricStore.open(tmp_path / "s.db") as store,
        pytest.raises(UsageError, match=f"AIE-TEL-016.*{option}"),
    ):
        MqttPublisher(store, **options)


def test_the_wait_before_an_attempt_doubles_within_bounds_and_differs_by_client(tmp_path: Path) -> None:
    with MetricStore.open(tmp_path / "s.db") as store:
        publishers = [
            MqttPublisher(store, "mqtt://b", f"c{n}", "t", retry_first_s=1.0, retry_max_s=20.0)
            for n in range(10)
        ]
    for attempt, full_s in enumerate([1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]):
        waits = [publisher._retry_wait_s(attempt) for publisher in publishers]
        assert all(0.75 * full_s <= wait <= full_s for wait in waits)
        assert len(set(waits)) == len(waits)
    assert publishers[0]._retry_wait_s(10**6) <= 20.0
