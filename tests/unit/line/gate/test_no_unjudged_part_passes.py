"""Both protocols against the model of the PLC's program, with whatever order, loss and restart hypothesis thinks of."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aiedge.errors import LineError
from aiedge.line.gate.handshake import HandshakeHost
from aiedge.line.gate.host_protocol import HostProtocol
from aiedge.line.gate.parts import PartTrigger, Settlement
from aiedge.line.gate.pulse import PulseHost
from aiedge.line.gate.registers import PLC_TAGS, HostBlock, PlcBlock
from aiedge.line.gate.settings import GateSettings
from aiedge.types import Verdict
from aiedge_drivers.sim.gate_plc import GateEvent, GateProgram, PlcMode, RegisterImage

MS = 1_000_000
VERDICTS = st.sampled_from([Verdict.GOOD, Verdict.GOOD, Verdict.BAD, Verdict.UNKNOWN])
SETTINGS = GateSettings(queue_length=3, parts_in_flight=4, acknowledge_timeout_s=0.2)


class Plant(RuleBasedStateMachine):
    """A PLC with its belt, a host, and a network between them that is as bad as TCP can be."""

    mode: PlcMode
    host_class: type[HostProtocol]

    def __init__(self) -> None:
        super().__init__()
        self.now_ns = 0
        self.image = RegisterImage()
        self.program = GateProgram(
            self.mode, part_period_s=0.0, travel_s=0.1, heartbeat_timeout_s=0.5, session=65534
        )
        self.heartbeat = 0
        self.delayed: list[HostBlock] = []
        self.settled: list[Settlement] = []
        self.checked = 0
        self.fed = 0
        self.new_host()

    def new_host(self) -> None:
        self.host = self.host_class(SETTINGS)

    # ---- the world -----------------------------------------------------------------------------------------

    @rule(wait_ms=st.sampled_from([1, 1, 5, 40, 120, 300, 600]))
    def scan(self, wait_ms: int) -> None:
        self.now_ns += wait_ms * MS
        self.program.scan(self.now_ns, self.image)

    @rule()
    def part_comes(self) -> None:
        self.fed += 1
        self.program.feed()

    @rule()
    def operator_resets(self) -> None:
        self.program.press_reset()

    @rule()
    def operator_stops(self) -> None:
        self.program.press_stop()

    @rule()
    def program_restarts(self) -> None:
        self.program.restart()

    @rule()
    def host_is_killed_and_started(self) -> None:
        self.new_host()

    # ---- the network ---------------------------------------------------------------------------------------

    @rule(beat=st.booleans())
    def write(self, beat: bool) -> None:
        self.apply(block := self.next_block(beat=beat))
        self.host.written(block, self.now_ns)
        self.collect()

    @rule()
    def write_whose_answer_is_lost(self) -> None:
        self.apply(self.next_block(beat=True))

    @rule()
    def write_that_is_lost(self) -> None:
        self.next_block(beat=True)

    @rule()
    def write_that_is_delayed(self) -> None:
        self.delayed.append(self.next_block(beat=True))

    @precondition(lambda self: self.delayed)
    @rule()
    def delayed_write_arrives(self) -> None:
        self.apply(self.delayed.pop(0))

    @rule()
    def read(self) -> None:
        values = [self.image.input[address] for address in range(len(PLC_TAGS))]
        block = PlcBlock.from_tags(dict(zip(PLC_TAGS, values, strict=True)))
        try:
            self.host.receive(block, self.now_ns)
        except LineError:
            self.new_host()
            return
        self.collect()

    def next_block(self, *, beat: bool) -> HostBlock:
        self.heartbeat = (self.heartbeat + beat) % 65536
        return replace(self.host.block(self.now_ns), heartbeat=self.heartbeat)

    def apply(self, block: HostBlock) -> None:
        self.image.holding[: len(block.to_tags())] = list(block.to_tags().values())

    def collect(self) -> None:
        self.settled += self.host.take_settlements()

    # ---- what the two modes differ in ----------------------------------------------------------------------

    @abstractmethod
    def judge_newest(self, verdict: Verdict) -> None: ...

    @abstractmethod
    def may_pass(self, event: GateEvent) -> bool: ...

    # ---- a good stretch, so that parts get as far as the gate ----------------------------------------------

    @rule(verdict=VERDICTS)
    def part_goes_by(self, verdict: Verdict) -> None:
        self.part_comes()
        for _ in range(2):
            self.calm()
        self.judge_newest(verdict)
        for _ in range(2):
            self.calm()

    def calm(self) -> None:
        self.write(beat=True)
        self.scan(1)
        self.read()

    @initialize()
    def both_start(self) -> None:
        self.scan(1)
        for _ in range(4):
            self.calm()

    @invariant()
    def only_good_parts_pass(self) -> None:
        for event in list(self.program.log)[self.checked :]:
            assert self.may_pass(event) or not event.passed, event
        self.checked = len(self.program.log)

    def teardown(self) -> None:
        """With all in order again a good part passes: a plant that rejects everything would prove nothing."""
        self.new_host()
        self.delayed.clear()
        self.scan(600)
        self.scan(600)
        self.operator_resets()
        for _ in range(6 + self.fed):
            self.calm()
        before = len(self.program.log)
        self.part_goes_by(Verdict.GOOD)
        for _ in range(3):
            self.write(beat=True)
            self.scan(40)
        ends = [event for event in list(self.program.log)[before:] if event.kind == "gate"]
        assert ends
        assert ends[-1].passed
        self.only_good_parts_pass()


class HandshakePlant(Plant):
    mode = PlcMode.HANDSHAKE
    host_class = HandshakeHost

    def __init__(self) -> None:
        self.open: list[PartTrigger] = []
        self.good: set[tuple[int, int, int]] = set()
        super().__init__()

    def new_host(self) -> None:
        super().new_host()
        self.open.clear()

    def collect(self) -> None:
        super().collect()
        self.open += self.host.take_triggers()

    @precondition(lambda self: self.open)
    @rule(verdict=VERDICTS, data=st.data())
    def judge(self, verdict: Verdict, data: st.DataObject) -> None:
        part = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        self.deliver(part, verdict)

    def deliver(self, part: PartTrigger, verdict: Verdict) -> None:
        session = self.host.block(self.now_ns).host_session
        if self.host.deliver(part.part_id, verdict, part.trigger, self.now_ns) and verdict is Verdict.GOOD:
            self.good.add((session, part.trigger, part.part_id))

    def judge_newest(self, verdict: Verdict) -> None:
        if self.open:
            self.deliver(self.open.pop(), verdict)

    def may_pass(self, event: GateEvent) -> bool:
        return (event.session, event.trigger, event.part_id) in self.good


class PulsePlant(Plant):
    """The camera takes a picture of each part that the eye sees."""

    mode = PlcMode.PULSE
    host_class = PulseHost

    def __init__(self) -> None:
        self.good: set[tuple[int, int]] = set()
        super().__init__()

    def new_host(self) -> None:
        super().new_host()
        self.pictures: list[tuple[int, GateEvent]] = []
        self.count = 0
        self.seen = 0

    def collect(self) -> None:
        super().collect()
        log = list(self.program.log)
        if self.host.in_session:
            for event in log[self.seen :] if self.seen else []:
                if event.kind == "trigger":
                    self.count += 1
                    self.pictures.append((self.count, event))
            self.seen = len(log)

    @precondition(lambda self: self.pictures)
    @rule(verdict=VERDICTS, data=st.data())
    def judge(self, verdict: Verdict, data: st.DataObject) -> None:
        self.deliver(data.draw(st.integers(0, len(self.pictures) - 1)), verdict)

    def deliver(self, index: int, verdict: Verdict) -> None:
        count, event = self.pictures.pop(index)
        if self.host.deliver(count, verdict, None, self.now_ns) and verdict is Verdict.GOOD:
            self.good.add((event.session, event.trigger))

    def judge_newest(self, verdict: Verdict) -> None:
        if self.pictures:
            self.deliver(len(self.pictures) - 1, verdict)

    def may_pass(self, event: GateEvent) -> bool:
        return (event.session, event.trigger) in self.good


TestHandshake = HandshakePlant.TestCase
TestPulse = PulsePlant.TestCase
TestHandshake.settings = TestPulse.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
