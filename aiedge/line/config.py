"""What a line.yaml holds. Validated when it is read, frozen after; docs/line.md lists every key."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from aiedge.devices.options import FilePath, Options
from aiedge.line.gate.settings import GateSettings
from aiedge.telemetry.broker import BrokerAddress, BrokerSecurity

# ``aiedge:NAME`` stands for a model that comes with the package, wherever that is installed.
SHIPPED_PREFIX = "aiedge:"


def _shipped(value: object) -> object:
    if not isinstance(value, str) or not value.startswith(SHIPPED_PREFIX):
        return value
    name = value.removeprefix(SHIPPED_PREFIX)
    if not name.replace("_", "").isalnum():
        raise ValueError(f"{name!r} is no name of a shipped model")
    return Path(str(files("aiedge") / "models" / f"{name}.aie"))


Seconds = Annotated[float, Field(gt=0, le=3600)]
KeyId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Score = Annotated[float, Field(gt=0, lt=1)]


class DriverConfig(Options):
    """A device: its driver and what the driver is told."""

    driver: Annotated[str, Field(pattern=r"^[a-z0-9_-]+/[a-z0-9_-]+$", description="name of the driver")]
    options: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="options of the driver; docs/cameras.md and docs/plcs.md list them",
        ),
    ]


class CameraConfig(DriverConfig):
    """The camera, and who tells it to take a picture."""

    trigger: Annotated[
        Literal["external", "software"],
        Field(
            description="who triggers a picture: a signal of the plant, or the line by the camera's trigger()"
        ),
    ] = "external"


class ModelConfig(Options):
    """The model that looks at the parts."""

    path: Annotated[
        FilePath,
        BeforeValidator(_shipped),
        Field(
            description="a .aie bundle or a quantized .tflite file; aiedge:NAME is one that comes with aiedge"
        ),
    ]
    engine: Annotated[str, Field(min_length=1, description="engine that runs it")] = "native"
    threads: Annotated[int, Field(ge=1, le=64, description="threads of the engine")] = 1
    require_signature: Annotated[
        bool, Field(description="only a bundle with a signature that holds is loaded; docs/signing.md")
    ] = False
    trusted_keys: Annotated[
        list[KeyId] | None,
        Field(
            min_length=1, description="ids of the keys that may have signed; without it, all in the folder"
        ),
    ] = None
    keys: Annotated[
        FilePath | None, Field(description="folder of the trusted keys; without it, the machine's own")
    ] = None

    @model_validator(mode="after")
    def _keys_are_asked_for(self) -> ModelConfig:
        if self.trusted_keys is not None and not self.require_signature:
            # Whoever lists keys believes that they are asked for.
            raise ValueError("trusted_keys is given and require_signature is not true")
        return self


class InspectConfig(Options):
    """How a frame becomes finds, and finds a verdict."""

    threshold: Annotated[
        Score | None,
        Field(
            description="score from which on a find makes the part bad; without it, that of the bundle's processing, "
            "or 0.3"
        ),
    ] = None
    threshold_by_kind: Annotated[
        dict[str, Score],
        Field(default_factory=dict, description="the same for single kinds of finds, by the model's labels"),
    ]
    max_shift_px: Annotated[
        int, Field(ge=0, le=64, description="how far a picture may be off its reference; beyond it: unknown")
    ] = 12
    min_quality: Annotated[
        float, Field(ge=0, le=1, description="least quality of the alignment; below it: unknown")
    ] = 0.5


class GateConfig(Options):
    """How the gate is worked; see docs/plc-register-map.md for the sequences."""

    mode: Annotated[
        Literal["pulse", "handshake"],
        Field(description="pulse: frames make the parts; handshake: the PLC announces each part"),
    ]
    poll_period_s: Annotated[Seconds, Field(description="between two reads of the PLC")] = 0.002
    heartbeat_period_s: Annotated[Seconds, Field(description="between two beats")] = 0.1
    heartbeat_timeout_s: Annotated[
        Seconds, Field(description="the bound that the PLC is set to; at least two periods")
    ] = 0.5
    acknowledge_timeout_s: Annotated[
        Seconds, Field(description="how long the PLC may take to acknowledge a result")
    ] = 0.5
    io_timeout_s: Annotated[Seconds, Field(description="of one request to the PLC")] = 0.2
    pulse_hold_s: Annotated[
        Seconds, Field(description="pulse: least time that a result stands, longer than the PLC's scan")
    ] = 0.01
    queue_length: Annotated[
        int, Field(ge=1, le=1000, description="results that may wait for the PLC, triggers for the camera")
    ] = 64
    first_part_id: Annotated[
        int, Field(ge=0, le=65535, description="pulse: the id of the first part after a start")
    ] = 1

    @model_validator(mode="after")
    def _settings_agree(self) -> GateConfig:
        self.settings(parts_in_flight=1)
        return self

    def settings(self, parts_in_flight: int) -> GateSettings:
        """The same for the gate's thread; ``ValueError`` when values do not go together."""
        return GateSettings(**self.model_dump(exclude={"mode"}), parts_in_flight=parts_in_flight)


class QueueConfig(Options):
    """How much may wait. What does not fit is counted: a part becomes unknown, a record is lost."""

    frames: Annotated[int, Field(ge=1, le=1000, description="frames that wait for the judge")] = 4
    parts: Annotated[int, Field(ge=1, le=10_000, description="parts between frame or trigger and gate")] = 256
    records: Annotated[int, Field(ge=1, le=1_000_000, description="records that wait for the disk")] = 10_000


class MqttConfig(Options):
    """The broker that the metrics go to. Secrets are named here, never written here."""

    url: Annotated[str, Field(min_length=1, description="mqtt://HOST[:PORT], or mqtts:// for TLS")]
    topic: Annotated[str, Field(pattern=r"^[^+#$\s][^+#\s]{0,255}$", description="topic of the records")] = (
        "aiedge/parts"
    )
    client_id: Annotated[
        str | None,
        Field(min_length=1, max_length=23, description="names the line at the broker; aiedge-NAME if absent"),
    ] = None
    protocol: Annotated[Literal["5", "3.1.1"], Field(description="version of MQTT")] = "5"
    user_env: Annotated[str | None, Field(description="environment variable that holds the user")] = None
    user_file: Annotated[FilePath | None, Field(description="file that holds the user")] = None
    password_env: Annotated[str | None, Field(description="environment variable that holds the password")] = (
        None
    )
    password_file: Annotated[FilePath | None, Field(description="file that holds the password")] = None
    ca_file: Annotated[FilePath | None, Field(description="PEM: whom to trust instead of the system's")] = (
        None
    )
    certificate_file: Annotated[FilePath | None, Field(description="PEM: the line's own certificate")] = None
    key_file: Annotated[FilePath | None, Field(description="PEM: its key")] = None

    @model_validator(mode="after")
    def _address_and_secrets_agree(self) -> MqttConfig:
        self.security().check(BrokerAddress.parse(self.url))
        return self

    def security(self) -> BrokerSecurity:
        """The same for the publisher."""
        return BrokerSecurity(**self.model_dump(include=set(BrokerSecurity.__dataclass_fields__)))


class TelemetryConfig(Options):
    """Where the parts' records are kept until a broker has them."""

    store: Annotated[FilePath, Field(description="the file of the metric store")]
    max_bytes: Annotated[int, Field(ge=1 << 20, le=1 << 40, description="cap of the store's files")] = (
        256 << 20
    )
    policy: Annotated[Literal["drop_oldest", "reject_new"], Field(description="what happens at the cap")] = (
        "drop_oldest"
    )
    mqtt: Annotated[MqttConfig | None, Field(description="without it, records stay in the store")] = None


class LineConfig(Options):
    """A whole line."""

    name: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="names the line in records and topics")
    ] = "line"
    camera: CameraConfig
    model: ModelConfig
    inspect: Annotated[InspectConfig, Field(default_factory=lambda: InspectConfig.model_validate({}))]
    plc: DriverConfig
    gate: GateConfig
    deadline_s: Annotated[
        Seconds, Field(description="from the trigger or frame to the verdict; later: unknown")
    ] = 0.25
    frame_timeout_s: Annotated[
        Seconds,
        Field(description="handshake: from trigger to frame; shorter than the time between two parts"),
    ] = 0.1
    watchdog_s: Annotated[
        Seconds, Field(description="how long a thread may stand still before the heartbeat stops")
    ] = 1.0
    parts: Annotated[
        int | None, Field(ge=1, description="end after so many parts; without it, run until stopped")
    ] = None
    queues: QueueConfig = QueueConfig()
    stop_timeout_s: Annotated[
        Seconds,
        Field(description="at the end: how long the belt may take to run out, and the records to be stored"),
    ] = 10.0
    telemetry: TelemetryConfig

    @model_validator(mode="after")
    def _values_agree(self) -> LineConfig:
        if self.frame_timeout_s > self.deadline_s:
            raise ValueError(
                f"frame_timeout_s {self.frame_timeout_s:g} is longer than deadline_s {self.deadline_s:g}"
            )
        if self.watchdog_s < 2 * self.frame_timeout_s:
            # A thread may wait for the trigger's answer and then for the frame.
            raise ValueError(f"watchdog_s {self.watchdog_s:g} is shorter than two times frame_timeout_s")
        if self.gate.mode == "pulse" and self.camera.trigger == "software":
            raise ValueError("gate.mode pulse has no triggers, so that camera.trigger cannot be software")
        return self
