"""Event source mappings of SQS queues, with real functions."""

import json
import os
import signal
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.emulator import Emulator
from tests.integration.functions import Function, deploy, queue_arn
from tests.waiting import eventually

MOUNTED = "/mnt/process-executor-test"


@dataclass
class Consumer:
    """A queue, the function that consumes it, and the log that the function writes."""

    emulator: Emulator
    function: Function
    queue: str
    queue_url: str
    log: Path
    mapping: str = ""

    def map(self, **options: Any) -> None:
        options = {"FunctionResponseTypes": ["ReportBatchItemFailures"], **options}
        created = self.emulator.client("lambda").create_event_source_mapping(
            EventSourceArn=queue_arn(self.queue), FunctionName=self.function.name, **options
        )
        self.mapping = created["UUID"]
        self.await_state("Enabled")

    def update(self, **options: Any) -> None:
        self.emulator.client("lambda").update_event_source_mapping(UUID=self.mapping, **options)

    def await_state(self, state: str) -> None:
        client = self.emulator.client("lambda")
        eventually(lambda: client.get_event_source_mapping(UUID=self.mapping)["State"] == state)

    def send(self, *bodies: object) -> None:
        client = self.emulator.client("sqs")
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        for start in range(0, len(texts), 10):
            entries = [{"Id": str(i), "MessageBody": text} for i, text in enumerate(texts[start : start + 10])]
            assert not client.send_message_batch(QueueUrl=self.queue_url, Entries=entries).get("Failed")

    def started(self) -> list[dict[str, Any]]:
        return _lines(self.log.with_name(self.log.name + ".started"))

    def batches(self) -> list[dict[str, Any]]:
        return _lines(self.log)

    def bodies(self) -> list[str]:
        return [record["body"] for batch in self.batches() for record in batch["records"]]

    def await_bodies(self, count: int, timeout_s: float = 30) -> list[str]:
        eventually(lambda: len(self.bodies()) >= count, timeout_s, lambda: f"{len(self.bodies())} of {count}")
        return self.bodies()

    def left(self) -> tuple[int, int]:
        """How many messages wait, and how many are in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.emulator.client("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)
        return int(attributes["Attributes"][names[0]]), int(attributes["Attributes"][names[1]])

    def await_empty(self) -> None:
        eventually(lambda: self.left() == (0, 0), message=lambda: f"{self.left()} left")


def _lines(path: Path) -> list[dict[str, Any]]:
    """The complete lines: a function may be writing its next one."""
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


@pytest.fixture
def consumer(emulator: Emulator, share: Path, request: pytest.FixtureRequest) -> Any:
    name = f"{request.node.name[:40].replace('[', '-').replace(']', '')}-{uuid.uuid4().hex[:6]}"
    made: list[Consumer] = []

    def make(visibility_timeout_s: int = 30, timeout_s: int = 10, memory_mib: int = 256) -> Consumer:
        function = deploy(
            emulator, "probe.consume", timeout_s, memory_mib, variables={"CONSUMER_LOG": f"{MOUNTED}/{name}"}
        )
        url = emulator.client("sqs").create_queue(
            QueueName=name, Attributes={"VisibilityTimeout": str(visibility_timeout_s)}
        )["QueueUrl"]
        made.append(Consumer(emulator, function, name, url, share / name))
        return made[0]

    yield make
    for one in made:
        if one.mapping:
            emulator.client("lambda").delete_event_source_mapping(UUID=one.mapping)
        one.function.delete()


Make = Callable[..., Consumer]


def most_at_once(batches: list[dict[str, Any]]) -> int:
    marks = [(batch["started"], 1) for batch in batches] + [(batch["ended"], -1) for batch in batches]
    running = most = 0
    for _, change in sorted(marks):
        running += change
        most = max(most, running)
    return most


def test_a_message_is_delivered_as_it_was_sent_and_deleted(consumer: Make) -> None:
    consuming = consumer()
    consuming.map()
    body = '{"a": 1.0,  "a":2, "text":"é \\u00e9 \U0001f600"}'
    consuming.send(body, "plain text")
    assert sorted(consuming.await_bodies(2)) == sorted([body, "plain text"])
    record = consuming.batches()[0]["records"][0]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == queue_arn(consuming.queue)
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    consuming.await_empty()


@pytest.mark.parametrize("concurrency", [None, 2])
def test_batches_run_at_once_up_to_the_maximum(consumer: Make, concurrency: int | None) -> None:
    consuming = consumer()
    consuming.send(*({"do": "hold", "holdMs": 700} for _ in range(12)))
    consuming.map(
        BatchSize=1, **({} if concurrency is None else {"ScalingConfig": {"MaximumConcurrency": concurrency}})
    )
    consuming.await_bodies(12)
    assert most_at_once(consuming.batches()) == (concurrency or 5)
    consuming.await_empty()


def test_a_window_gathers_batches_larger_than_ten(consumer: Make) -> None:
    consuming = consumer()
    consuming.map(BatchSize=1000, MaximumBatchingWindowInSeconds=2)
    for start in range(0, 60, 20):
        consuming.send(*(str(number) for number in range(start, start + 20)))
    assert sorted(map(int, consuming.await_bodies(60))) == list(range(60))
    assert [len(batch["records"]) for batch in consuming.batches()] == [60], "three sends within one window"


def test_a_full_batch_does_not_wait_for_its_window(consumer: Make) -> None:
    consuming = consumer()
    consuming.send(*(str(number) for number in range(500)))
    consuming.map(BatchSize=250, MaximumBatchingWindowInSeconds=60)
    assert sorted(map(int, consuming.await_bodies(500))) == list(range(500))
    assert [len(batch["records"]) for batch in consuming.batches()] == [250, 250]


def test_no_event_exceeds_six_megabytes(consumer: Make) -> None:
    consuming = consumer(memory_mib=1024)
    big = "x" * (900 * 1024)
    for number in range(10):
        consuming.send(f"{number}{big}")
    consuming.map(BatchSize=100, MaximumBatchingWindowInSeconds=1)
    assert sorted(body[0] for body in consuming.await_bodies(10)) == sorted("0123456789")
    assert max(len(batch["records"]) for batch in consuming.batches()) == 6


def test_only_what_failed_comes_back(consumer: Make) -> None:
    consuming = consumer(visibility_timeout_s=2)
    consuming.send("good 1", {"do": "fail", "n": 1}, "good 2")
    consuming.map(BatchSize=10)
    eventually(lambda: Counter(consuming.bodies())['{"do": "fail", "n": 1}'] >= 2)
    counts = Counter(consuming.bodies())
    assert (counts["good 1"], counts["good 2"]) == (1, 1)
    again = [r for b in consuming.batches() for r in b["records"] if "fail" in r["body"]]
    assert [r["attributes"]["ApproximateReceiveCount"] for r in again[:2]] == ["1", "2"]


@pytest.mark.parametrize(
    "command",
    [
        {"do": "throw"},
        {"do": "answer", "answer": {"batchItemFailures": [{"itemIdentifier": ""}]}},
        {"do": "answer", "answer": {"batchItemFailures": [{"itemIdentifier": "of another batch"}]}},
        {"do": "answer", "answer": {"batchItemFailures": [{"wrong": "key"}]}},
    ],
)
def test_a_batch_that_failed_as_a_whole_comes_back_as_a_whole(consumer: Make, command: object) -> None:
    consuming = consumer(visibility_timeout_s=2)
    consuming.send("neighbour", command)
    consuming.map(BatchSize=10)
    eventually(lambda: min(Counter(consuming.bodies()).values(), default=0) >= 2)


def test_a_killed_function_loses_nothing(consumer: Make) -> None:
    consuming = consumer(visibility_timeout_s=3)
    consuming.map(BatchSize=10)
    consuming.send({"do": "hold", "holdMs": 2000})
    first = eventually(consuming.started)[0]
    os.kill(first["pid"], signal.SIGKILL)
    consuming.await_bodies(1)
    [batch] = consuming.batches()
    assert batch["pid"] != first["pid"]
    assert batch["records"][0]["attributes"]["ApproximateReceiveCount"] == "2"
    consuming.await_empty()


def test_throttled_messages_wait_without_being_received_again(consumer: Make) -> None:
    consuming = consumer(visibility_timeout_s=30)
    concurrency = {"FunctionName": consuming.function.name}
    client = consuming.emulator.client("lambda")
    client.put_function_concurrency(**concurrency, ReservedConcurrentExecutions=0)
    consuming.map(BatchSize=10)
    consuming.send("waits")
    eventually(lambda: consuming.left() == (0, 1))
    client.delete_function_concurrency(**concurrency)
    consuming.await_bodies(1)
    assert consuming.batches()[0]["records"][0]["attributes"]["ApproximateReceiveCount"] == "1"
    consuming.await_empty()


def test_reserved_concurrency_holds_and_loses_nothing(consumer: Make) -> None:
    consuming = consumer()
    client = consuming.emulator.client("lambda")
    client.put_function_concurrency(FunctionName=consuming.function.name, ReservedConcurrentExecutions=1)
    consuming.send(*({"do": "hold", "holdMs": 200, "n": number} for number in range(8)))
    consuming.map(BatchSize=1)
    assert len(set(consuming.await_bodies(8))) == 8
    assert most_at_once(consuming.batches()) == 1
    consuming.await_empty()


def test_a_disabled_mapping_takes_nothing_until_it_is_enabled(consumer: Make) -> None:
    consuming = consumer()
    consuming.map()
    consuming.send("one")
    consuming.await_bodies(1)
    consuming.update(Enabled=False)
    consuming.await_state("Disabled")
    consuming.send("two")
    assert consuming.left() == (1, 0)
    consuming.update(Enabled=True)
    consuming.await_state("Enabled")
    assert consuming.await_bodies(2) == ["one", "two"]


def test_an_update_takes_effect_and_the_state_stays_enabled(consumer: Make) -> None:
    consuming = consumer()
    consuming.map(BatchSize=1)
    consuming.update(BatchSize=10, ScalingConfig={"MaximumConcurrency": 2})
    consuming.await_state("Enabled")
    # The worker of before the update may still be in its last receive.
    listed = consuming.emulator.client("lambda")
    eventually(
        lambda: (
            [
                mapping["State"]
                for mapping in listed.list_event_source_mappings(FunctionName=consuming.function.name)[
                    "EventSourceMappings"
                ]
            ]
            == ["Enabled"]
        )
    )
    eventually(lambda: _largest_batch(consuming) == 10, timeout_s=30)
    consuming.await_empty()


def _largest_batch(consuming: Consumer) -> int:
    consuming.send(*(str(number) for number in range(10)))
    return max((len(batch["records"]) for batch in consuming.batches()), default=0)


def test_a_deleted_mapping_takes_nothing_more(consumer: Make) -> None:
    consuming = consumer()
    consuming.map()
    client = consuming.emulator.client("lambda")
    client.delete_event_source_mapping(UUID=consuming.mapping)
    arguments = {"FunctionName": consuming.function.name}
    consuming.mapping = ""
    eventually(lambda: client.list_event_source_mappings(**arguments)["EventSourceMappings"] == [])
    consuming.send("stays")
    assert consuming.left() == (1, 0)
    assert consuming.bodies() == []


def test_a_filter_deletes_what_it_does_not_want(consumer: Make) -> None:
    consuming = consumer()
    pattern = json.dumps({"body": {"kind": ["wanted"]}})
    consuming.map(FilterCriteria={"Filters": [{"Pattern": pattern}]})
    consuming.send({"kind": "other"}, {"kind": "wanted"}, "no json")
    assert consuming.await_bodies(1) == ['{"kind": "wanted"}']
    consuming.await_empty()
    assert len(consuming.bodies()) == 1
