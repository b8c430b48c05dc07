"""A configuration -> a line with everything open, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

from aiedge.api import Model, load, open_device
from aiedge.clock import SYSTEM_CLOCK, Clock
from aiedge.devices.camera import Camera
from aiedge.devices.plc import Plc
from aiedge.errors import LineError
from aiedge.line.config import LineConfig, MqttConfig
from aiedge.line.decide import Rules
from aiedge.line.inspect_step import InspectStep
from aiedge.line.runner import Line, Observer
from aiedge.line.trace import Trace
from aiedge.telemetry.mqtt import MqttPublisher
from aiedge.telemetry.store import MetricStore

DEFAULT_THRESHOLD = 0.3


@contextmanager
def open_line(
    config: LineConfig, *, observer: Observer | None = None, clock: Clock = SYSTEM_CLOCK
) -> Iterator[Line]:
    """Load the model, open the store, the camera and the PLC; the line is not started.

    Blocks for as long as the devices' ``connect_timeout_s``. Raises ``ModelError``, ``TelemetryError``,
    ``DeviceError`` or ``LineError``: then everything is closed again, as it is at the end. A broker that is
    away is no error: records wait in the store.
    """
    with ExitStack() as stack:
        step = make_step(config)
        telemetry = config.telemetry
        store = stack.enter_context(
            MetricStore.open(
                telemetry.store, max_bytes=telemetry.max_bytes, policy=telemetry.policy, clock=clock
            )
        )
        publisher = (
            stack.enter_context(_publisher(config.name, telemetry.mqtt, store, clock))
            if telemetry.mqtt
            else None
        )
        camera = open_device(config.camera.driver, name="camera", clock=clock, **config.camera.options)
        plc = open_device(config.plc.driver, name="plc", clock=clock, **config.plc.options)
        stack.enter_context(camera)
        stack.enter_context(plc)
        trace = Trace(store, config.name, step.labels, config.queues.records, clock)
        yield Line(
            config,
            cast("Camera", camera),
            cast("Plc", plc),
            step,
            trace,
            publisher=publisher,
            clock=clock,
            observer=observer,
        )


def make_step(config: LineConfig) -> InspectStep:
    """The judge of a line, its model loaded and warm; ``LineError`` for a kind that it does not know."""
    model = load(
        config.model.path,
        engine=config.model.engine,
        threads=config.model.threads,
        require_signature=config.model.require_signature,
        trusted_keys=config.model.trusted_keys,
        keys=config.model.keys,
    )
    by_kind: dict[int, float] = {}
    for name, threshold in config.inspect.threshold_by_kind.items():
        if name not in model.labels:
            raise LineError(
                "AIE-LIN-002", where="inspect.threshold_by_kind", name=name, known=", ".join(model.labels)
            )
        by_kind[model.labels.index(name)] = threshold
    step = InspectStep(
        model,
        Rules(_threshold(config, model), by_kind),
        max_shift_px=config.inspect.max_shift_px,
        min_quality=config.inspect.min_quality,
    )
    step.warm_up()
    return step


def _threshold(config: LineConfig, model: Model) -> float:
    """The line's own, else that of the bundle's processing (an anomaly's is no score), else the usual."""
    if config.inspect.threshold is not None:
        return config.inspect.threshold
    form = model.processing
    return form.threshold if form is not None and form.kind in ("boxes", "peaks") else DEFAULT_THRESHOLD


def _publisher(line: str, mqtt: MqttConfig, store: MetricStore, clock: Clock) -> MqttPublisher:
    return MqttPublisher(
        store,
        mqtt.url,
        mqtt.client_id or f"aiedge-{line}"[:23],
        mqtt.topic,
        security=mqtt.security(),
        protocol=mqtt.protocol,
        clock=clock,
    )
