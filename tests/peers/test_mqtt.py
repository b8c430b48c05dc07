"""The MQTT publisher against a real mosquitto, seen by mosquitto's own subscriber."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from peers.mosquitto import Mosquitto, Subscriber, make_certificates, wire
from waiting import until

from aiedge.errors import BrokerUnreachable, TelemetryError
from aiedge.telemetry.broker import BrokerSecurity
from aiedge.telemetry.metric import Metric
from aiedge.telemetry.mqtt import MqttPublisher, PublisherState, check_broker
from aiedge.telemetry.store import MetricStore

pytestmark = pytest.mark.peer

TOPIC = "plant/line 1/metrics"


@pytest.fixture
def broker(mosquitto: str, tmp_path: Path, free_port: int) -> Iterator[Mosquitto]:
    """Not started yet."""
    broker = Mosquitto(mosquitto, tmp_path / "broker", free_port)
    yield broker
    broker.kill()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetricStore]:
    with MetricStore.open(tmp_path / "store.db") as store:
        yield store


def subscriber(program: str, tmp_path: Path, broker: Mosquitto) -> Subscriber:
    return Subscriber(program, tmp_path, broker.port, TOPIC)


def publisher(store: MetricStore, url: str, **options: Any) -> MqttPublisher:
    options = {"retry_first_s": 0.05, "retry_max_s": 0.2} | options
    return MqttPublisher(store, url, "station-1", TOPIC, **options)


def publish(store: MetricStore, *values: Any) -> None:
    store.publish([Metric("m", value, 5) for value in values], timeout_s=60)


def until_delivered(store: MetricStore) -> None:
    until(lambda: store.counters.pending == 0)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_every_metric_arrives_once_and_leaves_the_store(
    broker: Mosquitto, mosquitto_sub: str, tmp_path: Path, store: MetricStore, protocol: Any
) -> None:
    with broker, subscriber(mosquitto_sub, tmp_path, broker) as independent:
        publish(store, *range(100))
        with publisher(store, broker.url, protocol=protocol) as mqtt:
            for first in range(100, 500, 50):
                publish(store, *range(first, first + 50))
            until(lambda: independent.count >= 500)
            assert mqtt.state is PublisherState.UP
            assert mqtt.stop(30)
        assert sorted(independent.values) == list(range(500))
        assert [m.metric.value for m in independent.received if m.historical][:100] == list(range(100))
        assert {m.id.store for m in independent.received} == {store.store_id}
        assert mqtt.state is PublisherState.CLOSED
        assert (mqtt.counters.sent, mqtt.counters.acknowledged, mqtt.counters.reconnects) == (500, 500, 0)
        until_delivered(store)
        assert store.counters.acknowledged == 500


def test_a_broker_killed_in_between_loses_nothing(
    broker: Mosquitto, mosquitto_sub: str, tmp_path: Path, store: MetricStore
) -> None:
    broker.start()
    independent = subscriber(mosquitto_sub, tmp_path, broker)  # its session waits, it does not listen
    with publisher(store, broker.url) as mqtt:
        publish(store, *range(100))
        until_delivered(store)
        broker.freeze()
        publish(store, *range(100, 300))
        until(lambda: mqtt.counters.inflight > 0)  # sent, and nobody will ever answer
        broker.kill()
        until(lambda: mqtt.state in (PublisherState.LOST, PublisherState.RECOVERING))
        publish(store, *range(300, 400))
        broker.start()
        until(lambda: mqtt.counters.reconnects == 1)
        until_delivered(store)
        publish(store, "live again")
        until_delivered(store)
    with independent:
        until(lambda: independent.count >= 401)
    historical = {m.metric.value: m.historical for m in independent.received}
    assert set(independent.values) == {*range(400), "live again"}
    assert all(historical[n] for n in range(100, 400))
    assert not historical["live again"]
    assert len({m.id for m in independent.received}) == len(independent.received)


def test_a_broker_that_comes_later(
    broker: Mosquitto, mosquitto_sub: str, tmp_path: Path, store: MetricStore
) -> None:
    with publisher(store, broker.url) as mqtt:
        publish(store, *range(50))
        until(lambda: mqtt.counters.failures >= 2)
        assert mqtt.state is not PublisherState.UP
        assert isinstance(mqtt.last_error, BrokerUnreachable)
        assert store.counters.pending == 50
        broker.start()
        until(lambda: mqtt.state is PublisherState.UP)
        until_delivered(store)
        assert mqtt.counters.reconnects == 0
    assert mqtt.counters.acknowledged == 50


def test_live_metrics_overtake_the_backlog(
    broker: Mosquitto, mosquitto_sub: str, tmp_path: Path, store: MetricStore
) -> None:
    publish(store, *range(2_000))
    with broker, subscriber(mosquitto_sub, tmp_path, broker) as independent:
        with publisher(store, broker.url, max_inflight=1, acknowledge_timeout_s=120.0) as mqtt:
            until(lambda: mqtt.counters.sent > 0)
            broker.freeze()
            publish(store, "live")
            broker.thaw()
            until(lambda: independent.count >= 2_001)
        order = independent.values
        assert order.index("live") < 2_000
        assert [v for v in order if v != "live"] == list(range(2_000))
        assert [m.metric.value for m in independent.received if not m.historical] == ["live"]


def test_a_lost_answer_makes_a_duplicate_that_a_host_recognises(
    broker: Mosquitto, mosquitto_sub: str, tmp_path: Path, store: MetricStore
) -> None:
    with broker, subscriber(mosquitto_sub, tmp_path, broker) as independent, wire(broker.port) as relay:
        with publisher(store, f"mqtt://127.0.0.1:{relay.port}") as mqtt:
            until(lambda: mqtt.state is PublisherState.UP)
            relay.answers.clear()
            publish(store, *range(10))
            until(lambda: independent.count == 10 and relay.swallowed_bytes >= 40)
            relay.answers.set()
            relay.cut()
            until(lambda: independent.count == 20)
        until_delivered(store)
        first, second = independent.received[:10], independent.received[10:]
        assert [m.id for m in first] == [m.id for m in second]
        assert not any(m.historical for m in first)
        assert all(m.historical for m in second)
        assert mqtt.counters.sent == 20
        assert mqtt.counters.acknowledged == 10


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_silent_broker_is_not_up(broker: Mosquitto, store: MetricStore, protocol: Any) -> None:
    with broker, publisher(store, broker.url, protocol=protocol, acknowledge_timeout_s=0.5) as mqtt:
        publish(store, 1)
        until_delivered(store)
        broker.freeze()
        publish(store, 2)
        until(lambda: mqtt.state is not PublisherState.UP)
        until(lambda: mqtt.last_error is not None)
        assert mqtt.last_error is not None
        assert mqtt.last_error.code == "AIE-TEL-028"
        broker.thaw()
        until_delivered(store)
        until(lambda: mqtt.state is PublisherState.UP)


def test_stop_delivers_what_it_can_and_keeps_the_rest(broker: Mosquitto, store: MetricStore) -> None:
    with broker:
        publish(store, *range(300))
        mqtt = publisher(store, broker.url)
        mqtt.start()
        assert mqtt.stop(60)  # at once: the attempt that is under way is used
        assert mqtt.counters.acknowledged == 300
        until_delivered(store)
    publish(store, 1)
    late = publisher(store, broker.url)
    late.start()
    assert not late.stop(0.3)
    assert late.state is PublisherState.CLOSED
    assert store.counters.pending == 1
    with broker:
        broker.freeze()
        with publisher(store, broker.url, connect_timeout_s=30.0) as stuck:
            assert not stuck.stop(0.2)
            broker.thaw()


def test_what_was_at_risk_when_stop_came_is_delivered_too(
    broker: Mosquitto, mosquitto_sub: str, tmp_path: Path
) -> None:
    with broker, subscriber(mosquitto_sub, tmp_path, broker) as independent:
        with MetricStore.open(tmp_path / "delayed.db", max_delay_s=0.5) as store:
            mqtt = publisher(store, broker.url)
            mqtt.start()
            publish(store, *range(20))
            assert store.counters.at_risk == 20
            assert mqtt.stop(60)
        until(lambda: independent.values == list(range(20)))


def test_user_and_password(
    mosquitto: str, tmp_path: Path, free_port: int, store: MetricStore, caplog: pytest.LogCaptureFixture
) -> None:
    passwords, secret = tmp_path / "passwords", tmp_path / "secret"
    passwords.write_text("station-1:geheim-7\n")
    subprocess.run(["mosquitto_passwd", "-U", passwords], check=True)
    secret.write_text("wrong-geheim\n")
    (tmp_path / "user").write_text("station-1")
    security = BrokerSecurity(user_file=tmp_path / "user", password_file=secret)
    listener = ("allow_anonymous false", f"password_file {passwords}")
    with (
        caplog.at_level(logging.DEBUG),
        Mosquitto(mosquitto, tmp_path / "broker", free_port, listener=listener) as broker,
    ):
        publish(store, 1)
        with publisher(store, broker.url, security=security) as mqtt:
            until(lambda: mqtt.counters.failures >= 2)
            assert mqtt.state is not PublisherState.UP
            assert mqtt.last_error is not None
            assert mqtt.last_error.code == "AIE-TEL-023"
            assert (mqtt.counters.connects, store.counters.pending) == (0, 1)
            with pytest.raises(BrokerUnreachable, match="AIE-TEL-023") as caught:
                check_broker(broker.url, 20, security=security)
            with pytest.raises(BrokerUnreachable, match="AIE-TEL-023"):
                check_broker(broker.url, 20, protocol="3.1.1")
            secret.write_text("geheim-7\n")  # corrected while it runs
            until_delivered(store)
            check_broker(broker.url, 20, security=security)
    assert "geheim" not in caplog.text + str(caught.value) + str(mqtt.last_error)


def test_a_secret_that_is_missing_is_told_and_waited_for(
    broker: Mosquitto, tmp_path: Path, store: MetricStore
) -> None:
    security = BrokerSecurity(user_file=tmp_path / "user")
    with broker, publisher(store, broker.url, security=security) as mqtt:
        publish(store, 1)
        until(lambda: mqtt.counters.failures >= 2)
        assert mqtt.last_error is not None
        assert mqtt.last_error.code == "AIE-TEL-024"
        (tmp_path / "user").write_text("anybody")
        until_delivered(store)


def test_mutual_tls(mosquitto: str, openssl: str, tmp_path: Path, free_port: int, store: MetricStore) -> None:
    authority, certificate, key = make_certificates(openssl, tmp_path / "ours", "plant")
    other_authority, other_certificate, other_key = make_certificates(
        openssl, tmp_path / "theirs", "stranger"
    )
    listener = (
        *("require_certificate true", "use_identity_as_username true", "allow_anonymous false"),
        *(f"cafile {authority}", f"certfile {certificate}", f"keyfile {key}"),
    )
    ours = BrokerSecurity(ca_file=authority, certificate_file=certificate, key_file=key)
    with Mosquitto(mosquitto, tmp_path / "broker", free_port, listener=listener):
        url = f"mqtts://127.0.0.1:{free_port}"
        with publisher(store, url, security=ours) as mqtt:
            publish(store, *range(200))
            assert mqtt.stop(60)
        check_broker(url, 20, security=ours)
        refused = {
            "authority": BrokerSecurity(ca_file=other_authority, certificate_file=certificate, key_file=key),
            "system": BrokerSecurity(certificate_file=certificate, key_file=key),
            "client": BrokerSecurity(
                ca_file=authority, certificate_file=other_certificate, key_file=other_key
            ),
            "nobody": BrokerSecurity(ca_file=authority),
        }
        reasons = {}
        for name, security in refused.items():
            with pytest.raises(BrokerUnreachable, match="AIE-TEL-022") as caught:
                check_broker(url, 20, security=security)
            reasons[name] = caught.value.what
        assert "certificate is not trusted" in reasons["authority"]
        assert "certificate is not trusted" in reasons["system"]
        with pytest.raises(BrokerUnreachable, match=r"AIE-TEL-022.*certificate is not trusted.*localhost"):
            check_broker(f"mqtts://localhost:{free_port}", 20, security=ours)
        with pytest.raises(BrokerUnreachable):
            check_broker(f"mqtt://127.0.0.1:{free_port}", 20)


def test_a_broker_that_refuses_the_topic_keeps_the_metrics_here(
    mosquitto: str, tmp_path: Path, free_port: int, store: MetricStore
) -> None:
    rules = tmp_path / "rules"
    rules.write_text("topic write elsewhere\n")
    listener = ("allow_anonymous true", f"acl_file {rules}")
    with Mosquitto(mosquitto, tmp_path / "broker", free_port, listener=listener) as broker:
        publish(store, *range(5))
        with publisher(store, broker.url, max_inflight=4) as mqtt:
            # This mosquitto closes after a refusal too: which of the two is seen first is chance.
            until(lambda: mqtt.last_error is not None and mqtt.last_error.code == "AIE-TEL-027")
            assert "Not authorized" in str(mqtt.last_error)
            assert not mqtt.stop(5)
        assert mqtt.counters.acknowledged == 0
        assert mqtt.counters.refused >= 1
        assert store.counters.pending == 5


def test_what_the_broker_finds_too_large_does_not_block_the_rest(
    mosquitto: str, tmp_path: Path, free_port: int, store: MetricStore
) -> None:
    general = ("max_packet_size 2000",)
    with Mosquitto(mosquitto, tmp_path / "broker", free_port, general=general) as broker:
        publish(store, 1, "x" * 3000, 2)
        with publisher(store, broker.url) as mqtt:
            until(lambda: store.counters.pending == 1)
            assert mqtt.counters.oversized == 1
            assert not mqtt.stop(30)
        assert mqtt.counters.failures == 0


def test_check_broker_names_what_is_wrong(broker: Mosquitto, tmp_path: Path) -> None:
    with pytest.raises(BrokerUnreachable, match=r"AIE-TEL-022.*Connection refused") as caught:
        check_broker(broker.url, 20)
    assert caught.value.exit_code == 3
    with broker:
        check_broker(broker.url, 20)
        check_broker(broker.url, 20, protocol="3.1.1")
        broker.freeze()
        with pytest.raises(BrokerUnreachable, match=r"AIE-TEL-025.*within 0\.3 s"):
            check_broker(broker.url, 0.3)
        broker.thaw()


def test_two_publishers_of_one_name_are_told(broker: Mosquitto, tmp_path: Path, store: MetricStore) -> None:
    with broker, MetricStore.open(tmp_path / "other.db") as other_store:
        publish(store, 1)
        publish(other_store, 2)
        with publisher(store, broker.url) as mqtt:
            until_delivered(store)
            with publisher(other_store, broker.url, retry_first_s=30.0, retry_max_s=30.0) as other:
                until_delivered(other_store)
                until(lambda: mqtt.last_error is not None or other.last_error is not None)
        error = mqtt.last_error or other.last_error
        assert error is not None
        assert error.code == "AIE-TEL-026"
        assert "no other client has the same client_id" in str(error)


RUNNER = """
import os, sys
from aiedge.telemetry.metric import Metric
from aiedge.telemetry.mqtt import MqttPublisher
from aiedge.telemetry.store import MetricStore

store = MetricStore.open(sys.argv[1])
MqttPublisher(store, sys.argv[2], "station-1", "plant/line 1/metrics").start()
for n in range(100_000):
    ids = store.publish([Metric("m", f"{os.getpid()}-{n}", 5)])
    os.write(1, f"{ids[0].sequence}\\n".encode())
"""


def test_a_publisher_killed_at_any_instant_delivers_all_in_the_end(
    broker: Mosquitto, mosquitto_sub: str, tmp_path: Path
) -> None:
    path = tmp_path / "killed.db"
    promised: set[int] = set()
    with broker, subscriber(mosquitto_sub, tmp_path, broker) as independent:
        for lines in (1, 20, 57, 111):
            command = [sys.executable, "-c", RUNNER, str(path), broker.url]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
                assert child.stdout is not None
                for _ in range(lines):
                    promised.add(int(child.stdout.readline()))
                child.kill()
                promised |= {int(line) for line in child.stdout.read().split(b"\n")[:-1]}
        with MetricStore.open(path) as store:
            with publisher(store, broker.url) as mqtt:
                assert mqtt.stop(60)
            last = store.last_sequence
        until(lambda: promised <= {m.id.sequence for m in independent.received})
        arrived = {m.id: m.metric.value for m in independent.received}
        assert {i.sequence for i in arrived} == set(range(1, last + 1))  # a gap would be a loss
        assert len(set(arrived.values())) == len(arrived)
        # The same id always carries the same metric.
        assert all(arrived[m.id] == m.metric.value for m in independent.received)


def test_a_store_that_is_closed_first_ends_the_publisher(broker: Mosquitto, tmp_path: Path) -> None:
    with broker:
        store = MetricStore.open(tmp_path / "s.db")
        mqtt = publisher(store, broker.url)
        mqtt.start()
        until(lambda: mqtt.state is PublisherState.UP)
        store.close()
        mqtt.stop(20)
        assert mqtt.state is PublisherState.CLOSED
        with pytest.raises(TelemetryError, match="AIE-TEL-015"):
            store.pending(1)
