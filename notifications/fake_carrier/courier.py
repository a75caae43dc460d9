"""Posts status callbacks: in order for each call or message, again when the product is away, or badly when told so."""

import threading
from collections import deque
from dataclasses import dataclass
from functools import partial

from notifications.fake_carrier.exchange import Exchange
from notifications.fake_carrier.records import CallbackAttempt
from notifications.fake_carrier.timetable import Timetable
from notifications.fake_carrier.webhooks import call_product

ATTEMPTS = 8


@dataclass
class Callback:
    url: str
    method: str
    params: dict[str, str]
    is_last: bool
    attempts: int = 0


class Courier:
    """One queue per call or message: Twilio's usual order holds unless ``reorder_callbacks`` turns it round."""

    def __init__(self, exchange: Exchange, timetable: Timetable, *, auth_token: str, speed: float) -> None:
        self._exchange = exchange
        self._timetable = timetable
        self._auth_token = auth_token
        self._speed = speed
        self._lock = threading.Lock()
        self._queues: dict[str, deque[Callback]] = {}
        self._held: dict[str, list[Callback]] = {}

    def send(self, sid: str, callback: Callback) -> None:
        """Queues a callback; ``is_last`` tells that the call or message will have no later one."""
        modes = self._exchange.modes
        if modes.lose_callbacks or not callback.url:
            return
        for ready in self._in_order(sid, callback):
            for _ in range(2 if modes.duplicate_callbacks else 1):
                self._enqueue(sid, ready, modes.delay_seconds)

    def is_idle(self) -> bool:
        with self._lock:
            return not self._queues

    def _in_order(self, sid: str, callback: Callback) -> list[Callback]:
        """Out of order means: the earlier callbacks are held back until the last, which then goes first."""
        with self._lock:
            if self._exchange.modes.reorder_callbacks and not callback.is_last:
                self._held.setdefault(sid, []).append(callback)
                return []
            return [callback, *reversed(self._held.pop(sid, []))]

    def _enqueue(self, sid: str, callback: Callback, delay: float) -> None:
        copy = Callback(callback.url, callback.method, callback.params, callback.is_last)
        with self._lock:
            waiting = self._queues.get(sid)
            if waiting is not None:
                waiting.append(copy)
                return
            self._queues[sid] = deque([copy])
        self._timetable.after(delay, partial(self._deliver, sid))

    def _deliver(self, sid: str) -> None:
        with self._lock:
            callback = self._queues[sid][0]
        callback.attempts += 1
        answer = call_product(
            auth_token=self._auth_token, url=callback.url, method=callback.method, params=callback.params
        )
        with self._exchange.changing():
            self._exchange.callbacks.append(CallbackAttempt(callback.url, callback.params, answer.status))
        if answer.may_recover and callback.attempts < ATTEMPTS:
            pause = min(2.0 ** (callback.attempts - 1), 15) / self._speed
            self._timetable.after(pause, partial(self._deliver, sid))
        else:
            self._next(sid)

    def _next(self, sid: str) -> None:
        with self._lock:
            self._queues[sid].popleft()
            if not self._queues[sid]:
                del self._queues[sid]
                return
        self._timetable.after(0, partial(self._deliver, sid))
