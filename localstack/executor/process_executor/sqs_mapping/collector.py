"""Gathers the messages of a queue into batches: up to a count, a size and a window, as an event source mapping does."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from process_executor.runtime_api import MAX_PAYLOAD_BYTES
from process_executor.sqs_mapping.records import Record, event_bytes

LONG_POLL_S = 2
"""How long a receive waits for a first message, and so how long a mapping that is disabled may still take one."""

_GATHER_INTERVAL_S = 0.05
_FIRST_RECEIVE = 10
_TYPICAL_WEIGHT = 0.2

Receive = Callable[[int, int], list[Record]]
"""Receives up to so many records, waiting so many seconds for the first."""


@dataclass(frozen=True)
class BatchLimits:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""

    max_records: int
    window_s: float
    max_bytes: int = MAX_PAYLOAD_BYTES


class Batch:
    def __init__(self, limits: BatchLimits) -> None:
        self._limits = limits
        self._record_bytes = 0
        self.records: list[Record] = []

    @property
    def room(self) -> int:
        """How many more records the batch takes, its bytes aside."""
        return self._limits.max_records - len(self.records)

    @property
    def free_bytes(self) -> int:
        return self._limits.max_bytes - event_bytes(self._record_bytes, len(self.records))

    def add(self, record: Record) -> bool:
        """Takes the record when it fits. A batch that is empty takes any, so that none blocks those behind it."""
        together = event_bytes(self._record_bytes + len(record.encoded), len(self.records) + 1)
        if self.records and (self.room <= 0 or together > self._limits.max_bytes):
            return False
        self.records.append(record)
        self._record_bytes += len(record.encoded)
        return True


class Collector:
    """One thread calls `next_batch`. What a receive brought beyond a batch begins the next one."""

    def __init__(self, receive: Receive, limits: BatchLimits) -> None:
        self._receive = receive
        self._limits = limits
        self._waiting: deque[Record] = deque()
        self._typical_bytes = 0.0

    def next_batch(self, stop: threading.Event) -> list[Record]:
        """Empty when there was no message for `LONG_POLL_S`."""
        batch = Batch(self._limits)
        full = self._fill(batch)
        if not batch.records:
            full = self._receive_into(batch, LONG_POLL_S)
        if not batch.records:
            return []
        window_end = time.monotonic() + self._limits.window_s
        while not full and not stop.is_set():
            before = len(batch.records)
            full = self._receive_into(batch, 0)
            if full:
                break
            remaining_s = window_end - time.monotonic()
            if remaining_s <= 0:
                break
            if len(batch.records) == before:
                stop.wait(min(remaining_s, _GATHER_INTERVAL_S))
        return batch.records

    def give_back(self) -> list[Record]:
        """What was received and is in no batch, when there will be no more batches."""
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting

    def _receive_into(self, batch: Batch, wait_s: int) -> bool:
        received = self._receive(self._how_many(batch), wait_s)
        for record in received:
            size = len(record.encoded)
            self._typical_bytes += (size - self._typical_bytes) * (_TYPICAL_WEIGHT if self._typical_bytes else 1)
        self._waiting.extend(received)
        return self._fill(batch)

    def _how_many(self, batch: Batch) -> int:
        """No more than will fit: what is received and waits here loses time in which it is invisible to others."""
        fitting = int(batch.free_bytes / self._typical_bytes) if self._typical_bytes else _FIRST_RECEIVE
        return max(1, min(batch.room, fitting))

    def _fill(self, batch: Batch) -> bool:
        """Moves waiting records into the batch; whether it is full."""
        while self._waiting and batch.room > 0:
            if not batch.add(self._waiting[0]):
                return True
            self._waiting.popleft()
        return batch.room <= 0
