"""Batches from a queue that is scripted, so that each test says what a receive brings."""

import threading
import time
from collections import deque

from process_executor.sqs_mapping.collector import LONG_POLL_S, BatchLimits, Collector
from process_executor.sqs_mapping.records import Record, event_of, record_of


def record(body: str) -> Record:
    return record_of({"MessageId": body[:40], "ReceiptHandle": "h", "Body": body}, "arn", "r", time.monotonic())


class Queue:
    """Holds messages; a receive gives what is asked for, at most `most` at once."""

    def __init__(self, *bodies: str, most: int = 10_000) -> None:
        self.waiting = deque(record(body) for body in bodies)
        self.asked: list[tuple[int, int]] = []
        self._most = most

    def receive(self, max_records: int, wait_s: int) -> list[Record]:
        self.asked.append((max_records, wait_s))
        count = min(max_records, self._most, len(self.waiting))
        return [self.waiting.popleft() for _ in range(count)]


def bodies(records: list[Record]) -> list[str]:
    return [str(one.message["Body"]) for one in records]


def collect(queue: Queue, limits: BatchLimits) -> tuple[Collector, threading.Event]:
    return Collector(queue.receive, limits), threading.Event()


def test_waits_for_a_first_message_and_gives_nothing_when_there_is_none() -> None:
    queue = Queue()
    collector, stop = collect(queue, BatchLimits(10, 5))
    assert collector.next_batch(stop) == []
    assert queue.asked == [(10, LONG_POLL_S)]


def test_fills_a_batch_by_count_from_several_receives_without_waiting_for_the_window() -> None:
    queue = Queue(*map(str, range(25)), most=3)
    collector, stop = collect(queue, BatchLimits(10, window_s=60))
    started = time.monotonic()
    assert bodies(collector.next_batch(stop)) == list(map(str, range(10)))
    assert bodies(collector.next_batch(stop)) == list(map(str, range(10, 20)))
    assert time.monotonic() - started < 30, "the window was not waited for"


def test_gathers_what_comes_within_the_window() -> None:
    queue = Queue("first")
    collector, stop = collect(queue, BatchLimits(100, window_s=1))
    arrival = threading.Timer(0.3, lambda: queue.waiting.append(record("second")))
    arrival.start()
    assert bodies(collector.next_batch(stop)) == ["first", "second"]
    arrival.join()


def test_ends_the_window_when_the_mapping_stops() -> None:
    queue = Queue("first")
    collector, stop = collect(queue, BatchLimits(100, window_s=3600))
    threading.Timer(0.1, stop.set).start()
    assert bodies(collector.next_batch(stop)) == ["first"]


def test_without_a_window_it_takes_what_is_there() -> None:
    queue = Queue("a", "b")
    collector, stop = collect(queue, BatchLimits(10, 0))
    assert bodies(collector.next_batch(stop)) == ["a", "b"]


def test_no_event_is_larger_than_an_invocation_takes() -> None:
    limits = BatchLimits(1000, window_s=0.2, max_bytes=10_000)
    queue = Queue(*(f"{number:04d}" + "x" * 1500 for number in range(30)))
    collector, stop = collect(queue, limits)
    seen: list[str] = []
    while len(seen) < 30:
        if not queue.waiting:
            stop.set()
        batch = collector.next_batch(stop)
        assert 0 < len(event_of(batch)) <= 10_000
        seen += [body[:4] for body in bodies(batch)]
    assert seen == [f"{number:04d}" for number in range(30)]


def test_a_message_that_fits_no_event_goes_alone_and_blocks_nobody() -> None:
    collector, stop = collect(Queue("a", "x" * 20_000, "b"), BatchLimits(10, 0, max_bytes=10_000))
    batches = [bodies(collector.next_batch(stop)) for _ in range(3)]
    assert [len(batch) for batch in batches] == [1, 1, 1]
    assert batches[1] == ["x" * 20_000]


def test_asks_for_no_more_than_is_likely_to_fit() -> None:
    queue = Queue(*("x" * 1000 for _ in range(200)))
    collector, stop = collect(queue, BatchLimits(10_000, window_s=60, max_bytes=50_000))
    collector.next_batch(stop)
    assert len(collector.give_back()) <= 2


def test_gives_back_what_is_in_no_batch() -> None:
    collector, stop = collect(Queue("a", "x" * 20_000), BatchLimits(10, 0, max_bytes=10_000))
    assert bodies(collector.next_batch(stop)) == ["a"]
    assert bodies(collector.give_back()) == ["x" * 20_000]
    assert collector.give_back() == []
