"""The conformance suite for PLCs."""

from __future__ import annotations

import pytest

from aiedge.devices.conformance_device import SHORT_S, DeviceConformance, StateLog
from aiedge.devices.conformance_rig import PlcRig
from aiedge.devices.plc import Plc
from aiedge.devices.state import DeviceState
from aiedge.errors import DeviceError, DeviceLost, DeviceOptionError, DeviceTimeout

# After the first time-out a driver may connect anew, so that the next request finds the device lost.
UNANSWERED = (DeviceTimeout, DeviceLost)


class PlcConformance(DeviceConformance):
    """What every PLC driver must do; see :class:`DeviceConformance` for how to use it."""

    # ---- values --------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("tag", "value"),
        [("first", 0), ("first", 1), ("apart", 0xFFFF), ("level", 0x8001), ("lamp", 1), ("button", 1)],
    )
    def test_reads_what_is_there(self, rig: PlcRig, tag: str, value: int) -> None:
        """Each area is read, to the last bit."""
        with rig.make() as plc:
            rig.poke(tag, value)
            assert plc.read([tag], timeout_s=rig.PATIENCE_S) == {tag: value}

    @pytest.mark.parametrize(
        ("tag", "value"), [("second", 0), ("second", 0xFFFF), ("apart", 0x1234), ("valve", 1)]
    )
    def test_writes_what_it_is_told(self, rig: PlcRig, tag: str, value: int) -> None:
        """A value that was acknowledged is in the PLC."""
        with rig.make() as plc:
            rig.poke(tag, 1 - min(value, 1))
            plc.write({tag: value}, timeout_s=rig.PATIENCE_S)
            assert rig.peek(tag) == value
            assert plc.read([tag], timeout_s=rig.PATIENCE_S) == {tag: value}

    def test_reads_all_areas_together(self, rig: PlcRig) -> None:
        """One call may name any tags in any order; the answer is in that order."""
        values = {"level": 7, "third": 3, "button": 1, "first": 1, "lamp": 1, "apart": 9}
        with rig.make() as plc:
            for tag, value in values.items():
                rig.poke(tag, value)
            answer = plc.read(list(values), timeout_s=rig.PATIENCE_S)
        assert list(answer.items()) == list(values.items())

    def test_writes_only_what_it_is_told(self, rig: PlcRig) -> None:
        """Neighbours keep their values."""
        with rig.make() as plc:
            for tag, value in {"first": 1, "second": 2, "third": 3, "lamp": 1}.items():
                rig.poke(tag, value)
            plc.write({"first": 11, "third": 33, "valve": 1}, timeout_s=rig.PATIENCE_S)
            assert [rig.peek(tag) for tag in ("first", "second", "third", "lamp", "valve")] == [
                11,
                2,
                33,
                1,
                1,
            ]

    def test_neighbours_share_a_request(self, rig: PlcRig) -> None:
        """Neighbouring tags are one request, which a PLC carries out as one; tags apart are not."""
        with rig.make() as plc:
            before = rig.requests()
            plc.write({"third": 3, "first": 1, "second": 2}, timeout_s=rig.PATIENCE_S)
            assert rig.requests() - before == 1
            plc.read(["second", "third", "first"], timeout_s=rig.PATIENCE_S)
            assert rig.requests() - before == 2
            plc.read(["first", "apart"], timeout_s=rig.PATIENCE_S)
            assert rig.requests() - before == 4
            assert [rig.peek(tag) for tag in ("first", "second", "third")] == [1, 2, 3]

    def test_nothing_to_do_is_no_request(self, rig: PlcRig) -> None:
        """No tags, no traffic."""
        with rig.make() as plc:
            before = rig.requests()
            assert plc.read([], timeout_s=rig.PATIENCE_S) == {}
            plc.write({}, timeout_s=rig.PATIENCE_S)
            assert rig.requests() == before

    # ---- what is refused -----------------------------------------------------------------------------------

    def test_wrong_tags_and_values_are_refused(self, rig: PlcRig) -> None:
        """Nothing is sent when a tag or a value is wrong, and the message names it."""
        with rig.make() as plc:
            before = rig.requests()
            with pytest.raises(DeviceOptionError, match="'nowhere'"):
                plc.read(["first", "nowhere"], timeout_s=rig.PATIENCE_S)
            for values in (
                {"first": 1, "level": 2},
                {"button": 1},
                {"first": 0x10000},
                {"first": -1},
                {"lamp": 2},
            ):
                with pytest.raises(DeviceOptionError):
                    plc.write(values, timeout_s=rig.PATIENCE_S)
            assert rig.requests() == before

    def test_a_refusal_is_an_answer(self, rig: PlcRig) -> None:
        """An address that the PLC does not have is an error, but the link is good."""
        tags = {**rig.TAGS, "beyond": {"area": "holding", "address": 0xFFFF}}
        with rig.make(tags=tags) as plc:
            log = StateLog(plc)
            with pytest.raises(DeviceError) as caught:
                plc.read(["beyond"], timeout_s=rig.PATIENCE_S)
            assert caught.value.code == "AIE-DEV-020"
            assert log.states == []
            rig.ask(plc, rig.PATIENCE_S)

    def test_two_tags_for_one_address_are_refused(self, rig: PlcRig) -> None:
        """Two names for one place would let one write fight the other."""
        place = {"area": "coil", "address": 3}
        with pytest.raises(DeviceOptionError, match="coil 3"):
            rig.make(tags={"lamp": place, "light": place})

    # ---- silence -------------------------------------------------------------------------------------------

    def test_a_silent_plc_does_not_open(self, rig: PlcRig) -> None:
        """An open socket is not a connection."""
        plc = rig.make(connect_timeout_s=0.2)
        rig.mute()
        with pytest.raises(DeviceTimeout):
            plc.open()
        assert plc.state is DeviceState.CLOSED
        rig.unmute()
        with plc:
            rig.ask(plc, rig.PATIENCE_S)

    def test_silence_degrades_and_an_answer_heals(self, rig: PlcRig) -> None:
        """One time-out is degraded; the next answer is up again."""
        plc = rig.make_mute()
        try:
            log = StateLog(plc)
            with pytest.raises(DeviceTimeout):
                rig.ask(plc, SHORT_S)
            assert log.states == [DeviceState.DEGRADED]
            rig.unmute()
            rig.ask(plc, rig.PATIENCE_S)
            assert log.saw(DeviceState.UP, rig.PATIENCE_S)
        finally:
            plc.close()

    def test_repeated_silence_is_loss(self, rig: PlcRig) -> None:
        """The state comes from traffic: ``lost_after`` silences in a row are a loss, and it recovers."""
        plc = rig.make_mute()
        try:
            log = StateLog(plc)
            for _ in range(plc.options.lost_after):
                with pytest.raises(UNANSWERED):
                    rig.ask(plc, SHORT_S)
            assert DeviceState.LOST in log.states
            rig.unmute()
            rig.ask(plc, rig.PATIENCE_S)
            assert log.saw(DeviceState.UP, rig.PATIENCE_S)
        finally:
            plc.close()

    def test_no_stale_answer_after_a_time_out(self, rig: PlcRig) -> None:
        """The answer that comes late is never taken for the answer to a later request."""
        plc = self._time_out_reading(rig, 1)
        try:
            rig.poke("first", 2)
            rig.unmute()  # the old answer, 1, arrives before the next request
            assert plc.read(["first"], timeout_s=rig.PATIENCE_S) == {"first": 2}
            rig.poke("first", 3)
            assert plc.read(["first"], timeout_s=rig.PATIENCE_S) == {"first": 3}
        finally:
            plc.close()

    def test_no_stale_answer_to_another_request(self, rig: PlcRig) -> None:
        """A late answer of the same form does not answer a request for another tag."""
        plc = self._time_out_reading(rig, 1)
        try:
            rig.poke("second", 2)
            with pytest.raises(UNANSWERED):
                plc.read(["second"], timeout_s=SHORT_S)
            rig.poke("apart", 4)
            rig.unmute()  # both old answers arrive
            assert plc.read(["apart"], timeout_s=rig.PATIENCE_S) == {"apart": 4}
            assert plc.read(["first", "second"], timeout_s=rig.PATIENCE_S) == {"first": 1, "second": 2}
        finally:
            plc.close()

    # ---- the link breaks -----------------------------------------------------------------------------------

    def test_writes_again_after_an_outage(self, rig: PlcRig) -> None:
        """The session is restored: the same object reads and writes as before."""
        with rig.make() as plc:
            plc.write({"first": 1, "lamp": 1}, timeout_s=rig.PATIENCE_S)
            self._lose(rig, plc)
            rig.replug()
            plc.write({"first": 2, "lamp": 0}, timeout_s=rig.PATIENCE_S)
            assert (rig.peek("first"), rig.peek("lamp")) == (2, 0)
            assert plc.read(["first", "lamp"], timeout_s=rig.PATIENCE_S) == {"first": 2, "lamp": 0}

    @staticmethod
    def _time_out_reading(rig: PlcRig, value: int) -> Plc:
        rig.poke("first", value)
        plc = rig.make_mute()
        with pytest.raises(DeviceTimeout):
            plc.read(["first"], timeout_s=SHORT_S)
        return plc
