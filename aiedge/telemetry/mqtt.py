"""From the store to a broker: MQTT with QoS 1, on a thread of its own, for as long as the line runs."""

from __future__ import annotations

import enum
import functools
import logging
import queue
import threading
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType

from aiedge.clock import SYSTEM_CLOCK, Clock
from aiedge.errors import BrokerUnreachable, TelemetryError
from aiedge.telemetry.broker import BrokerAddress, BrokerSecurity
from aiedge.telemetry.connection import Connection, Protocol, Wakeup
from aiedge.telemetry.delivery import Delivery
from aiedge.telemetry.metric import encode_payload
from aiedge.telemetry.option_error import option_error
from aiedge.telemetry.store import MetricStore

_PUMP_S = 0.5
_PUMP_STOPPING_S = 0.05
_PACKET_OVERHEAD_BYTES = 16
logger = logging.getLogger(__name__)


class PublisherState(enum.Enum):
    """From traffic: ``UP`` means that the broker answers, not that a socket is open."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    UP = "up"
    DEGRADED = "degraded"
    LOST = "lost"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class PublisherCounters:
    """Since :meth:`MqttPublisher.start`.

    ``sent``: messages handed to a connection (sent again, it counts again); ``acknowledged``: PUBACKs that
    took the message; ``refused``: PUBACKs that did not; ``oversized``: skipped, larger than the broker takes.
    ``connects``: connections that the broker accepted; ``reconnects``: all of these but the first;
    ``failures``: attempts that failed, and connections that broke. ``inflight``: sent, no PUBACK yet.
    """

    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    oversized: int = 0
    connects: int = 0
    reconnects: int = 0
    failures: int = 0
    inflight: int = 0


class MqttPublisher:
    """Delivers what a store holds, each metric at least once, duplicates recognisable by (store, sequence).

    On a new connection what was published from then on goes first; the backlog follows in its order, flagged
    historical. A metric leaves the store when its PUBACK has come. As a context manager it starts and stops.

    Args:
        store: where the metrics are; must be closed after :meth:`stop`.
        broker_url: ``mqtt://host[:port]`` or ``mqtts://host[:port]``, without user and password.
        client_id: names this publisher at the broker; a second client with the same one ends its connection.
        topic: every metric's topic.
        security: where user, password and certificates are.
        protocol: MQTT "5" or "3.1.1".
        max_inflight: messages without PUBACK at once; the broker may ask for fewer.
        keepalive_s: an idle connection is probed this often.
        connect_timeout_s: for TCP, for TLS, and for the broker's answer, each.
        acknowledge_timeout_s: without any PUBACK for half of it the state is degraded, for all of it lost.
        retry_first_s, retry_max_s: bounds of the doubling wait before a new attempt.

    Raises:
        UsageError: AIE-TEL-016, -020, -021: an argument is wrong.
    """

    def __init__(
        self,
        store: MetricStore,
        broker_url: str,
        client_id: str,
        topic: str,
        *,
        security: BrokerSecurity | None = None,
        protocol: Protocol = "5",
        max_inflight: int = 100,
        keepalive_s: int = 15,
        connect_timeout_s: float = 5.0,
        acknowledge_timeout_s: float = 20.0,
        retry_first_s: float = 0.5,
        retry_max_s: float = 30.0,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        address = BrokerAddress.parse(broker_url)
        security = security or BrokerSecurity()
        security.check(address)
        _check_text("client_id", client_id, 256)
        _check_text("topic", topic, 1024)
        if any(c in topic for c in "+#") or topic.startswith("$"):
            raise option_error("topic", f"{topic!r} has a wildcard, or begins with $")
        if protocol not in ("5", "3.1.1"):
            raise option_error("protocol", f"{protocol!r} is not '5' or '3.1.1'")
        if not 1 <= max_inflight <= 65535:
            raise option_error("max_inflight", f"{max_inflight} is not 1 to 65535")
        if not 0 < retry_first_s <= retry_max_s:
            raise option_error("retry_first_s", "not 0 < retry_first_s <= retry_max_s")
        self._store = store
        self._client_id = client_id
        self._topic = topic
        self._max_inflight = max_inflight
        self._acknowledge_timeout_s = acknowledge_timeout_s
        self._retry_first_s = retry_first_s
        self._retry_max_s = retry_max_s
        self._clock = clock
        self._connect = functools.partial(
            Connection,
            address,
            security,
            client_id,
            protocol=protocol,
            keepalive_s=keepalive_s,
            timeout_s=connect_timeout_s,
            clock=clock,
        )
        self._stopping = threading.Event()
        self._deadline_ns = 0
        self._thread: threading.Thread | None = None
        self._where = str(address)
        self._drained = False
        # Written by the publisher's thread only.
        self._state = PublisherState.CLOSED
        self._counters = PublisherCounters()
        self._last_error: TelemetryError | None = None

    @property
    def state(self) -> PublisherState:
        """What the traffic says now."""
        return self._state

    @property
    def counters(self) -> PublisherCounters:
        """A snapshot."""
        return self._counters

    @property
    def last_error(self) -> TelemetryError | None:
        """Why the last attempt or connection failed; None while there was no failure."""
        return self._last_error

    def start(self) -> None:
        """Start the thread; neither blocks nor fails for a dead broker. A second call does nothing."""
        if self._thread is None:
            self._wakeup = Wakeup()
            self._thread = threading.Thread(target=self._run, name="aiedge-mqtt", daemon=True)
            self._store.add_listener(self._wakeup.set)
            self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Send what can be sent within ``timeout_s``, then disconnect; blocks at most that long.

        Gives whether nothing is left in the store; what is left stays there. Without a connection it does not
        wait for one (an attempt that is under way may still succeed).
        """
        if self._thread is not None and not self._stopping.is_set():
            # A tenth is kept for DISCONNECT and the thread's end.
            self._deadline_ns = self._clock.monotonic_ns() + round(timeout_s * 0.9e9)
            self._stopping.set()
            self._wakeup.set()
            self._store.remove_listener(self._wakeup.set)
        if self._thread is not None:
            self._thread.join(timeout_s)
        counters = self._store.counters
        return self._drained or counters.pending + counters.at_risk == 0

    def __enter__(self) -> MqttPublisher:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(5.0)

    # The publisher's thread.

    def _run(self) -> None:
        attempt = 0
        while True:
            self._state = PublisherState.RECOVERING if self._counters.connects else PublisherState.CONNECTING
            before = self._counters.acknowledged
            try:
                self._serve()
            except TelemetryError as error:
                self._note(error)
            # Only a PUBACK resets the wait: a broker that accepts and breaks off must not be hammered.
            attempt = 0 if self._counters.acknowledged > before else attempt + 1
            if self._stopping.is_set():
                break
            self._state = PublisherState.LOST
            if self._clock.wait(self._stopping, self._retry_wait_s(attempt)):
                break
        self._state = PublisherState.CLOSED
        self._wakeup.close()

    def _serve(self) -> None:
        """Connect, and deliver until told to stop; raises :class:`TelemetryError` when that is lost."""
        answers: list[tuple[int, str | None]] = []
        connection = self._connect(
            wakeup=self._wakeup, on_answer=lambda mid, refusal: answers.append((mid, refusal))
        )
        try:
            self._count(connects=1, reconnects=1 if self._counters.connects else 0)
            self._state = PublisherState.UP
            window = min(self._max_inflight, connection.receive_maximum)
            delivery = Delivery(self._store, window, self._clock.monotonic_ns())
            while not self._send_and_see_end(connection, delivery):
                try:
                    connection.pump(_PUMP_STOPPING_S if self._stopping.is_set() else _PUMP_S)
                except TelemetryError as error:
                    self._take_answers(delivery, answers)
                    if delivery.refused_in_row:  # some brokers refuse one message and close the connection
                        raise self._refused(delivery) from error
                    raise
                self._take_answers(delivery, answers)
                answers.clear()
                if delivery.refused_in_row >= window:
                    raise self._refused(delivery)
                self._judge_silence(delivery)
        finally:
            connection.close()
            self._counters = replace(self._counters, inflight=0)

    def _send_and_see_end(self, connection: Connection, delivery: Delivery) -> bool:
        """Fill the window; gives whether it was the end: told to stop, and all delivered or the time over."""
        stopping = self._stopping.is_set()
        at_risk = (
            self._store.counters.at_risk if stopping else 0
        )  # before sending, which then sees it on disk
        all_sent = self._send(connection, delivery)
        if not stopping:
            return False
        if all_sent and delivery.inflight == 0 and at_risk == 0:
            self._drained = delivery.kept == 0
            return True
        return self._clock.monotonic_ns() >= self._deadline_ns

    def _send(self, connection: Connection, delivery: Delivery) -> bool:
        """Fill the window; gives whether nothing is left to send."""
        limit = connection.maximum_packet_bytes
        while not delivery.window_is_full:
            following = delivery.next()
            if following is None:
                return True
            metric, historical = following
            payload = encode_payload(metric.id, metric.body, historical=historical)
            if (
                limit is not None
                and len(payload) + len(self._topic.encode()) + _PACKET_OVERHEAD_BYTES > limit
            ):
                delivery.kept += 1
                self._count(oversized=1)
                continue
            delivery.sent(connection.send(self._topic, payload), metric.id, self._clock.monotonic_ns())
            self._count(sent=1)
        return False

    def _take_answers(self, delivery: Delivery, answers: Sequence[tuple[int, str | None]]) -> None:
        """PUBACKs: what the broker took leaves the store, what it refused stays."""
        now_ns = self._clock.monotonic_ns()
        answered = [(delivery.answered(mid, refusal, now_ns), refusal) for mid, refusal in answers]
        taken = [metric_id for metric_id, refusal in answered if metric_id is not None and refusal is None]
        if taken:
            self._store.acknowledge(taken)
        self._count(acknowledged=len(taken), refused=sum(refusal is not None for _, refusal in answered))
        self._counters = replace(self._counters, inflight=delivery.inflight)

    def _refused(self, delivery: Delivery) -> TelemetryError:
        return TelemetryError("AIE-TEL-027", where=self._where, reason=delivery.refusal)

    def _judge_silence(self, delivery: Delivery) -> None:
        silence_s = delivery.silence_s(self._clock.monotonic_ns())
        if silence_s > self._acknowledge_timeout_s:
            raise TelemetryError("AIE-TEL-028", where=self._where, timeout_s=self._acknowledge_timeout_s)
        late = silence_s > self._acknowledge_timeout_s / 2
        self._state = PublisherState.DEGRADED if late else PublisherState.UP

    def _retry_wait_s(self, attempt: int) -> float:
        """Doubles from first to max; up to a quarter less, by client id: a plant must not retry as one."""
        full_s = min(self._retry_max_s, self._retry_first_s * float(1 << min(attempt, 30)))
        return full_s * (1 - 0.25 * zlib.crc32(f"{self._client_id}:{attempt}".encode()) / 2**32)

    def _note(self, error: TelemetryError) -> None:
        if self._last_error is None or self._last_error.code != error.code:
            logger.warning("%s", error)
        self._last_error = error
        self._count(failures=1)

    def _count(self, **more: int) -> None:
        changed = {name: getattr(self._counters, name) + n for name, n in more.items()}
        self._counters = replace(self._counters, **changed)


def check_broker(
    url: str, timeout_s: float, *, security: BrokerSecurity | None = None, protocol: Protocol = "5"
) -> None:
    """Connect and disconnect, to see whether a broker answers and accepts; blocks up to ``timeout_s``.

    Raises:
        BrokerUnreachable: AIE-TEL-022 no broker, -023 it refused (user, password), -025 no answer.
        TelemetryError: AIE-TEL-024, a secret cannot be read.
        UsageError: AIE-TEL-016, -020, -021, an argument is wrong.
    """
    address = BrokerAddress.parse(url)
    security = security or BrokerSecurity()
    security.check(address)
    outcome: queue.SimpleQueue[TelemetryError | None] = queue.SimpleQueue()

    def attempt() -> None:
        wakeup = Wakeup()
        try:
            Connection(
                address,
                security,
                f"aiedge-check-{uuid.uuid4().hex[:8]}",
                protocol=protocol,
                keepalive_s=15,
                timeout_s=timeout_s,
                clock=SYSTEM_CLOCK,
                wakeup=wakeup,
                on_answer=lambda mid, refusal: None,
            ).close()
            outcome.put(None)
        except TelemetryError as error:
            outcome.put(error)
        finally:
            wakeup.close()

    # On a thread of its own, because looking up a host's name cannot be told to end in time.
    threading.Thread(target=attempt, name="aiedge-check-broker", daemon=True).start()
    try:
        error = outcome.get(timeout=timeout_s)
    except queue.Empty:
        raise BrokerUnreachable("AIE-TEL-025", where=str(address), timeout_s=timeout_s) from None
    if error is not None:
        raise error


def _check_text(option: str, text: str, limit: int) -> None:
    if not 0 < len(text) <= limit or not text.isprintable():
        raise option_error(option, f"it must have 1 to {limit} printable characters")
