"""The whole line on real boards, against a real Modbus server and a real mosquitto, seen by independent clients."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from peers.line_on_boards import (
    AIEDGE,
    GOOD_EVERY,
    TOPIC,
    expected_verdicts,
    make_boards,
    other_port,
    run_line,
    write_line,
)
from peers.modbus import ServerEvent, StartGateServer
from peers.mosquitto import Mosquitto, Subscriber
from waiting import until

from aiedge.line.gate.registers import next_number
from aiedge.types import Verdict

pytestmark = [pytest.mark.peer, pytest.mark.slow]

PARTS = 60
PERIOD_S = 0.15


@pytest.fixture
def broker(mosquitto: str, tmp_path: Path, free_port: int) -> Iterator[Mosquitto]:
    with Mosquitto(mosquitto, tmp_path / "broker", other_port(free_port)) as running:
        yield running


def records(subscriber: Subscriber) -> list[dict[str, Any]]:
    """The parts' records as the subscriber has them: each once, by store and sequence."""
    received = subscriber.received
    assert len({message.id for message in received}) == len(received)
    return [dict(cast("Any", message.metric.value)) for message in received]


def assert_gate_did_what_the_records_say(ends: list[ServerEvent], records: dict[int, dict[str, Any]]) -> None:
    """The PLC's own log against the records: passed is good, and nothing but good."""
    assert {end.trigger for end in ends} == records.keys()
    for end in ends:
        assert end.passed is (records[end.trigger]["verdict"] == "good"), (end, records[end.trigger])


def assert_verdicts_are_the_judge_s(records: dict[int, dict[str, Any]], expected: list[Verdict]) -> None:
    """Part n shows board n: its verdict is the judge's, or unknown."""
    known = {number: r["verdict"] for number, r in records.items() if number <= len(expected)}
    for number, verdict in known.items():
        assert verdict in (expected[number - 1].value, "unknown"), number
    # A machine under load may miss deadlines; a line that knows nothing of most parts is broken.
    assert sum(verdict != "unknown" for verdict in known.values()) > len(expected) / 2


@pytest.mark.shared_data
def test_handshake_with_late_repeated_and_skipped_ids(
    shared: Path, tmp_path: Path, start_gate_server: StartGateServer, broker: Mosquitto, mosquitto_sub: str
) -> None:
    boards = make_boards(shared, tmp_path / "boards", PARTS)
    faults = [
        "late:5:0.05",
        "repeat:8",
        "repeat:9",
        "skip:12",
        "skip:13",
        "burst:20",
        "late:30:0.1",
        "repeat:41",
    ]
    server = start_gate_server(mode="handshake", period_s=PERIOD_S, travel_s=1.0, first_id=100, faults=faults)
    file = write_line(tmp_path, boards, server.port, broker.url)
    expected = expected_verdicts(file)
    assert set(expected[::GOOD_EVERY]) == {Verdict.GOOD}
    assert expected.count(Verdict.BAD) > PARTS / 2

    with Subscriber(mosquitto_sub, tmp_path, broker.port, TOPIC) as subscriber:
        document = run_line(file, PARTS)
        until(lambda: subscriber.count >= document["parts"])
        by_trigger = {record["trigger"]: record for record in records(subscriber)}

    assert document["parts"] >= PARTS
    assert document["sent"] == document["parts"] == len(by_trigger)
    ends = server.ends()
    assert_gate_did_what_the_records_say(ends, by_trigger)
    assert_verdicts_are_the_judge_s(by_trigger, expected)
    ids = [end.part_id for end in ends]
    assert len(set(ids)) < len(ids), "no id was repeated"
    assert any(later - earlier == 2 for earlier, later in pairwise(ids)), "no id was skipped"
    # An independent client finds the host's block at rest, and the PLC without a complaint.
    plc_block, host_block = server.read_back()
    assert host_block == [0] * 8
    assert plc_block[5] == 0
    assert not [event for event in server.events() if event.event == "stopped"]


@pytest.mark.shared_data
def test_pulse(
    shared: Path, tmp_path: Path, start_gate_server: StartGateServer, broker: Mosquitto, mosquitto_sub: str
) -> None:
    boards = make_boards(shared, tmp_path / "boards", PARTS)
    server = start_gate_server(mode="pulse", period_s=0.0, travel_s=0.5)
    paced = ("test_suffix: _test.jpg", f"test_suffix: _test.jpg\n    period_s: {PERIOD_S}")
    file = write_line(tmp_path, boards, server.port, broker.url, ("mode: handshake", "mode: pulse"), paced)
    expected = expected_verdicts(file)

    with Subscriber(mosquitto_sub, tmp_path, broker.port, TOPIC) as subscriber:
        document = run_line(file, PARTS)
        until(lambda: subscriber.count >= document["parts"])
        by_part = {record["part_id"]: record for record in records(subscriber)}

    assert document["parts"] == document["sent"] == len(by_part) == PARTS
    ends = server.ends()
    first = ends[0].trigger
    by_trigger = {next_number(first - 1 or 65535, part_id): record for part_id, record in by_part.items()}
    assert_gate_did_what_the_records_say(ends, by_trigger)
    assert_verdicts_are_the_judge_s(by_part, expected)


def test_the_demo_sends_every_record(tmp_path: Path, broker: Mosquitto, mosquitto_sub: str) -> None:
    with Subscriber(mosquitto_sub, tmp_path, broker.port, "aiedge/demo/parts") as subscriber:
        done = subprocess.run(
            [
                *AIEDGE,
                "demo",
                "--parts",
                "15",
                "--json",
                "--broker",
                broker.url,
                "--output",
                tmp_path / "out",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        stats = json.loads(done.stdout)["stats"]
        until(lambda: subscriber.count >= stats["parts"])
        assert {record["trigger"] for record in records(subscriber)} == set(range(1, 16))
    assert stats["sent"] == stats["records"]["stored"] == stats["parts"] == 15
