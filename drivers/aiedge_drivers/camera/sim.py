"""A simulated line-scan camera over a conveyor of circuit boards, with the truth in each frame's metadata."""

from __future__ import annotations

import threading
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from aiedge.clock import SYSTEM_CLOCK, Clock, Deadline
from aiedge.devices.camera import Camera
from aiedge.devices.options import DeviceOptions, Options
from aiedge.errors import DeviceLost, EndOfFrames
from aiedge.types import ClockDomain, Frame, TimeSource, Timestamp
from aiedge_drivers.sim.board_source import BoardSource
from aiedge_drivers.sim.boards import BoardGenerator, RenderedBoard
from aiedge_drivers.sim.conveyor import Conveyor, Exposure


class SimFaults(Options):
    """What goes wrong, counted in parts (the first is number 0); 0 or None: never.

    ``drop_every`` loses each n-th part's frame, ``drop_probability`` a random share of them: gaps in the
    sequence. From part ``freeze_after`` on no frame comes. When part ``unplug_after`` is due the cable is
    out, for ``replug_after_s``; the parts of that time pass unseen.
    """

    drop_every: int = Field(default=0, ge=0)
    drop_probability: float = Field(default=0.0, ge=0, lt=1)
    freeze_after: int | None = Field(default=None, ge=0)
    unplug_after: int | None = Field(default=None, ge=0)
    replug_after_s: float = Field(default=1.0, gt=0)


class SimCameraOptions(DeviceOptions):
    """Options of ``camera/sim``.

    ``parts``: how many pass, 0 without end. ``period_s``: one part after the other, 0 as fast as they are
    read. ``shift_px``: how far, at most, a board lies off its template; ``residual_px``: how far, at the image's
    edge, rotation and stretch put it off beyond that. ``buffer_frames``: frames that wait for a slow reader;
    what comes on top pushes out the oldest.
    ``render_ahead``: boards drawn in a thread before they are due, 0 draws in the call. ``distinct``: draw
    only so many boards, when the camera connects, and show them again and again; 0 draws each part anew.
    """

    seed: int = Field(default=0, ge=0, le=0xFFFF_FFFF)
    parts: int = Field(default=0, ge=0)
    period_s: float = Field(default=0.0, ge=0)
    trigger: Literal["free", "software"] = "free"
    first_part_id: int = 1
    good_share: float = Field(default=0.4, ge=0, le=1)
    least_defects: int = Field(default=1, ge=1)
    most_defects: int = Field(default=8, ge=1)
    shift_px: int = Field(default=3, ge=0, le=32)
    residual_px: float = Field(default=2.0, ge=0, le=32)
    buffer_frames: int = Field(default=8, ge=1)
    render_ahead: int = Field(default=4, ge=0)
    distinct: int = Field(default=0, ge=0)
    faults: SimFaults = SimFaults()

    @model_validator(mode="after")
    def _ordered(self) -> SimCameraOptions:
        if self.least_defects > self.most_defects:
            raise ValueError("least_defects is above most_defects")
        return self


class SimCamera(Camera):
    """``camera/sim``: the boards of :mod:`aiedge_drivers.sim.boards`, each test image with its template.

    A frame's time is the start of its exposure on the clock that the camera was given, so that drawing does
    not count. Its metadata has ``part_id`` (from ``first_part_id`` on) and ``truth``: one mapping for each
    defect, with ``kind`` and the box ``x``, ``y``, ``w``, ``h`` in pixels. The cable can be pulled by hand as
    well: :meth:`unplug`, :meth:`replug`, :meth:`freeze`, :meth:`thaw`.
    """

    driver = "camera/sim"
    options_model = SimCameraOptions
    options: SimCameraOptions

    _RECOVERS_IN_CALL = True

    def __init__(self, *, name: str | None = None, clock: Clock = SYSTEM_CLOCK, **options: Any) -> None:
        super().__init__(name=name, clock=clock, **options)
        wanted = self.options
        defects = (wanted.least_defects, wanted.most_defects)
        self._boards = BoardSource(
            BoardGenerator(
                wanted.seed,
                good_share=wanted.good_share,
                defects=defects,
                shift_px=wanted.shift_px,
                residual_px=wanted.residual_px,
            ),
            clock,
            ahead=wanted.render_ahead,
            distinct=wanted.distinct,
            parts=wanted.parts,
        )
        self._conveyor = Conveyor(
            round(wanted.period_s * 1e9),
            wanted.buffer_frames,
            parts=wanted.parts,
            triggered=wanted.trigger == "software",
        )
        self._wake = threading.Event()  # ends a wait, so that the fault that came is seen
        self._unplugged = False
        self._frozen = False
        self._outage_over_ns: int | None = None

    # ---- faults by hand ------------------------------------------------------------------------------------

    def unplug(self) -> None:
        """Pull the cable: a waiting read ends, and nothing connects until :meth:`replug`."""
        self._unplugged = True
        self._wake.set()

    def replug(self) -> None:
        """Put the cable back."""
        self._unplugged = False

    def freeze(self) -> None:
        """Keep the link but send no frames until :meth:`thaw`."""
        self._frozen = True
        self._wake.set()

    def thaw(self) -> None:
        """Send frames again; those that the buffer could not hold meanwhile are lost."""
        self._frozen = False
        self._wake.set()

    # ---- the driver's hooks --------------------------------------------------------------------------------

    def _begin(self) -> None:
        super()._begin()
        self._conveyor.reset()
        self._outage_over_ns = None

    def _connect(self, timeout_s: float) -> None:
        self._check_cable()
        self._boards.start(timeout_s)
        self._conveyor.run(self._clock.monotonic_ns())

    def _disconnect(self) -> None:
        self._wake.set()
        self._boards.stop()

    def _flush(self) -> None:
        """Frames carry their number and their time, so that none is taken for another: nothing to do."""

    def _trigger(self, timeout_s: float) -> None:
        if self.options.trigger == "free":
            super()._trigger(timeout_s)
        self._check_cable()
        self._conveyor.trigger(self._clock.monotonic_ns())

    def _grab(self, timeout_s: float) -> Frame:
        deadline = Deadline(self._clock, timeout_s)
        exposure = self._next_exposure(deadline)
        return self._frame(exposure, self._boards.board(exposure.part, deadline, self._stop))

    # ---- inside --------------------------------------------------------------------------------------------

    def _next_exposure(self, deadline: Deadline) -> Exposure:
        """Wait for the next part whose frame arrives, and let the conveyor go on."""
        while True:
            self._check_cable()
            if self._conveyor.ended():
                raise EndOfFrames("AIE-DEV-011", where=self.name)
            now_ns = self._clock.monotonic_ns()
            exposure = self._conveyor.peek(now_ns)
            if exposure is None or self._is_frozen(exposure):
                self._sleep(deadline.remaining_s(), deadline)
            elif exposure.time_ns > now_ns:
                self._sleep((exposure.time_ns - now_ns) / 1e9, deadline)
            else:
                self._pull_cable_at(exposure)
                self._conveyor.take()
                if not self._is_dropped(exposure.part):
                    return exposure

    def _sleep(self, duration_s: float, deadline: Deadline) -> None:
        remaining_s = deadline.remaining_s()
        if remaining_s == 0:
            raise TimeoutError
        self._clock.wait(self._wake, min(duration_s, remaining_s))
        self._wake.clear()
        if self._stop.is_set():
            raise ConnectionError("closed")

    def _check_cable(self) -> None:
        over_ns = self._outage_over_ns
        if self._unplugged or (over_ns is not None and self._clock.monotonic_ns() < over_ns):
            raise DeviceLost("AIE-DEV-009", where=self.name, reason="the cable is unplugged")

    def _pull_cable_at(self, exposure: Exposure) -> None:
        faults = self.options.faults
        if faults.unplug_after is None or self._outage_over_ns is not None:
            return
        if exposure.part >= faults.unplug_after:
            self._outage_over_ns = exposure.time_ns + round(faults.replug_after_s * 1e9)
            self._check_cable()

    def _is_frozen(self, exposure: Exposure) -> bool:
        after = self.options.faults.freeze_after
        return self._frozen or (after is not None and exposure.part >= after)

    def _is_dropped(self, index: int) -> bool:
        faults = self.options.faults
        if faults.drop_every and index % faults.drop_every == faults.drop_every - 1:
            return True
        if not faults.drop_probability:
            return False
        # The generator of boards draws from (seed, 0) and (seed, 1, index).
        random = np.random.default_rng((self.options.seed, 2, index))
        return bool(random.random() < faults.drop_probability)

    def _frame(self, exposure: Exposure, board: RenderedBoard) -> Frame:
        truth = tuple(
            MappingProxyType({"kind": d.kind.label, "x": d.x, "y": d.y, "w": d.w, "h": d.h})
            for d in board.defects
        )
        return Frame(
            image=board.test,
            timestamp=Timestamp(exposure.time_ns, ClockDomain.HOST_MONOTONIC, TimeSource.EXPOSURE_START),
            sequence=exposure.part,
            reference=board.template,
            metadata=MappingProxyType(
                {"part_id": self.options.first_part_id + exposure.part, "truth": truth}
            ),
        )
