"""One MQTT connection over paho, from CONNECT to DISCONNECT, driven by the thread that owns it.

paho's own thread, its reconnecting and its queue of unsent messages are not used: the store is the only
queue, so that a new connection starts from what the store holds.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable
from typing import Any, Literal

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from aiedge.clock import Clock
from aiedge.errors import BrokerUnreachable, TelemetryError
from aiedge.telemetry.broker import BrokerAddress, BrokerSecurity

Protocol = Literal["5", "3.1.1"]
_PAHO_PROTOCOL = {"5": mqtt.MQTTv5, "3.1.1": mqtt.MQTTv311}
_UNSPECIFIED = "Unspecified error"  # what paho makes of a socket that closes
# MQTT 5, 3.2.2.3.3: a server that names no maximum takes 65535; 3.1.1 has no such limit.
_DEFAULT_RECEIVE_MAXIMUM = 65535


class Wakeup:
    """Ends a :meth:`Connection.pump` early; ``set`` may be called on any thread and never blocks."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def fileno(self) -> int:
        """For poll."""
        return self._reader.fileno()

    def set(self) -> None:
        """Wake the pump, now or when it is next called."""
        try:
            self._writer.send(b"\0")
        except OSError:
            return  # full: it is awake already; closed: nobody sleeps

    def clear(self) -> None:
        """Forget all that was set."""
        try:
            self._reader.recv(65536)
        except BlockingIOError:
            return

    def close(self) -> None:
        """Free both ends."""
        self._reader.close()
        self._writer.close()


class Connection:
    """An accepted connection; for one thread only.

    ``on_answer(mid, refusal)`` is called inside :meth:`pump`: ``refusal`` is None for a PUBACK that takes
    the message, else the broker's reason (MQTT 5 only). ``receive_maximum``: messages that may wait for a
    PUBACK at once. ``maximum_packet_bytes``: None when the broker names none.
    """

    def __init__(
        self,
        address: BrokerAddress,
        security: BrokerSecurity,
        client_id: str,
        *,
        protocol: Protocol,
        keepalive_s: int,
        timeout_s: float,
        clock: Clock,
        wakeup: Wakeup,
        on_answer: Callable[[int, str | None], None],
    ) -> None:
        """Connect; blocks up to ``timeout_s`` each for TCP, for TLS and for the broker's answer.

        Raises :class:`BrokerUnreachable` (AIE-TEL-022, -023, -025), :class:`TelemetryError` AIE-TEL-024.
        """
        self.receive_maximum = _DEFAULT_RECEIVE_MAXIMUM
        self.maximum_packet_bytes: int | None = None
        self._where = str(address)
        self._wakeup = wakeup
        self._on_answer = on_answer
        self._accepted = False
        self._refusal: str | None = None
        self._broken: str | None = None
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=_PAHO_PROTOCOL[protocol],
            reconnect_on_failure=False,
        )
        self._client.connect_timeout = timeout_s
        self._client.max_inflight_messages = _DEFAULT_RECEIVE_MAXIMUM
        self._client.on_connect = self._handle_connect
        self._client.on_disconnect = self._handle_disconnect
        self._client.on_publish = self._handle_publish
        # With this set, publish only queues and pump alone writes: what the broker said last is read before a
        # failing write closes the socket.
        self._client.on_socket_register_write = _ignore
        user = security.user()
        if user is not None:
            self._client.username_pw_set(user, security.password())
        if address.tls:
            self._client.tls_set_context(security.tls_context())
        try:
            self._client.connect(address.host, address.port, keepalive_s)
            self._await_answer(clock, timeout_s)
        except (OSError, ValueError) as error:
            self.close()
            if isinstance(error, TelemetryError):
                raise
            raise BrokerUnreachable("AIE-TEL-022", where=self._where, reason=_reason(error)) from error

    def send(self, topic: str, payload: bytes) -> int:
        """Hand one message over with QoS 1; gives its packet id. Does not block. Raises AIE-TEL-026."""
        info = self._client.publish(topic, payload, qos=1)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise self._lost(mqtt.error_string(info.rc))
        return info.mid

    def pump(self, timeout_s: float) -> None:
        """Read and write what is ready; blocks up to ``timeout_s`` for that or the wake-up. Raises -026."""
        connection = self._client.socket()
        if connection is None:
            raise self._lost("closed")
        if isinstance(connection, ssl.SSLSocket) and connection.pending():
            timeout_s = 0.0
        poll = select.poll()
        poll.register(connection, select.POLLIN | (select.POLLOUT if self._client.want_write() else 0))
        poll.register(self._wakeup, select.POLLIN)
        poll.poll(timeout_s * 1000)
        self._wakeup.clear()
        # The socket does not block: trying both is cheaper than asking which.
        for step in (self._client.loop_read, self._client.loop_write, self._client.loop_misc):
            code = step()
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS or self._client.socket() is None:
                raise self._lost(mqtt.error_string(code))

    def close(self) -> None:
        """Say DISCONNECT when that is possible, and close the socket. Does not block."""
        self._client.disconnect()
        self._client._sock_close()

    def _await_answer(self, clock: Clock, timeout_s: float) -> None:
        deadline_ns = clock.monotonic_ns() + round(timeout_s * 1e9)
        while not self._accepted:
            left_s = (deadline_ns - clock.monotonic_ns()) / 1e9
            if left_s <= 0:
                raise BrokerUnreachable("AIE-TEL-025", where=self._where, timeout_s=timeout_s)
            try:
                self.pump(min(left_s, 0.1))
            except TelemetryError as error:
                if self._refusal is not None:
                    refusal = BrokerUnreachable("AIE-TEL-023", where=self._where, reason=self._refusal)
                    raise refusal from error
                raise BrokerUnreachable(
                    "AIE-TEL-022", where=self._where, reason=self._broken or "closed"
                ) from error

    def _lost(self, reason: str) -> TelemetryError:
        return TelemetryError("AIE-TEL-026", where=self._where, reason=self._broken or reason)

    def _handle_connect(
        self,
        client: mqtt.Client,
        userdata: Any,
        flags: Any,
        reason_code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason_code.is_failure:
            self._refusal = str(reason_code)
            return
        self._accepted = True
        self.receive_maximum = getattr(properties, "ReceiveMaximum", _DEFAULT_RECEIVE_MAXIMUM)
        self.maximum_packet_bytes = getattr(properties, "MaximumPacketSize", None)

    def _handle_disconnect(
        self,
        client: mqtt.Client,
        userdata: Any,
        flags: Any,
        reason_code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        # The first reason is the broker's; closing the socket then gives another one.
        if self._broken is None:
            told = flags.is_disconnect_packet_from_server or reason_code != _UNSPECIFIED
            self._broken = str(reason_code) if told else "it was closed from the other side"

    def _handle_publish(
        self, client: mqtt.Client, userdata: Any, mid: int, reason_code: ReasonCode, properties: Properties
    ) -> None:
        self._on_answer(mid, str(reason_code) if reason_code.is_failure else None)


def _ignore(client: mqtt.Client, userdata: Any, connection: Any) -> None:
    pass


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted, {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed, {error.reason or error}"
    return getattr(error, "strerror", None) or str(error)
