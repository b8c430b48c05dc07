"""What goes out next over one connection: live metrics first, the backlog after them, within a window.

No I/O but reading the store: the order and the bookkeeping of packet ids, apart from any socket.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from aiedge.telemetry.metric import MetricId
from aiedge.telemetry.store import MetricStore, StoredMetric

_READ_AHEAD = 100


class Delivery:
    """One connection's share: made when the broker has accepted, forgotten when the connection is lost.

    Every metric that was on disk when it was made is backlog; every later one is live. ``window``: messages
    that may wait for their PUBACK at once. ``kept``: metrics that the broker does not take, which stay in the
    store; ``refused_in_row``: PUBACKs that refuse since the last that took, ``refusal``: why, the last time.
    """

    def __init__(self, store: MetricStore, window: int, now_ns: int) -> None:
        self._store = store
        self._window = window
        self._boundary = store.last_sequence
        self._live = _Reader(store, after=self._boundary, upto=None)
        self._backlog = _Reader(store, after=0, upto=self._boundary)
        self._inflight: dict[int, tuple[MetricId, int]] = {}  # packet id -> metric, when sent; oldest first
        self._progress_ns = now_ns
        self.kept = 0
        self.refused_in_row = 0
        self.refusal = ""

    @property
    def inflight(self) -> int:
        """Messages sent whose PUBACK has not come."""
        return len(self._inflight)

    @property
    def window_is_full(self) -> bool:
        """Nothing more may be sent before a PUBACK comes."""
        return len(self._inflight) >= self._window

    def next(self) -> tuple[StoredMetric, bool] | None:
        """The next metric, and whether it is historical; None: this connection has had all that waits."""
        live = self._live.next()
        if live is not None:
            return live, False
        old = self._backlog.next()
        return None if old is None else (old, True)

    def sent(self, mid: int, metric_id: MetricId, now_ns: int) -> None:
        """The metric went out as packet ``mid``."""
        self._inflight[mid] = (metric_id, now_ns)

    def answered(self, mid: int, refusal: str | None, now_ns: int) -> MetricId | None:
        """The PUBACK of packet ``mid`` came, with the broker's ``refusal`` or None; gives the metric that it is for.

        None when nobody waited for it.
        """
        self._progress_ns = now_ns
        if refusal is None:
            self.refused_in_row = 0
        else:
            self.refusal = refusal
            self.refused_in_row += 1
            self.kept += 1
        return self._inflight.pop(mid, (None, 0))[0]

    def silence_s(self, now_ns: int) -> float:
        """For how long the broker has owed a PUBACK without sending any."""
        if not self._inflight:
            return 0.0
        _, oldest_ns = next(iter(self._inflight.values()))
        return (now_ns - max(oldest_ns, self._progress_ns)) / 1e9


class _Reader:
    """Walks through a stretch of the store, once, a page at a time."""

    def __init__(self, store: MetricStore, *, after: int, upto: int | None) -> None:
        self._store = store
        self._after = after
        self._upto = upto
        self._page: deque[StoredMetric] = deque()

    def next(self) -> StoredMetric | None:
        if not self._page:
            upto = self._store.last_sequence if self._upto is None else self._upto
            if upto <= self._after:
                return None
            self._fill(self._store.pending(_READ_AHEAD, after=self._after, upto=upto), upto)
        return self._page.popleft() if self._page else None

    def _fill(self, page: Iterable[StoredMetric], upto: int) -> None:
        self._page.extend(page)
        self._after = self._page[-1].id.sequence if self._page else upto
