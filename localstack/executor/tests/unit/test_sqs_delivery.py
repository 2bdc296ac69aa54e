import io
import json
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from process_executor.sqs_mapping.delivery import Delivery, Target
from process_executor.sqs_mapping.records import Record, record_of


class FakeQueue:
    def __init__(self, visibility_timeout_s: float = 30) -> None:
        self._visibility_timeout_s = visibility_timeout_s
        self.deleted: list[str] = []
        self.released: list[str] = []

    def visibility_timeout_s(self) -> float:
        return self._visibility_timeout_s

    def delete(self, records: Sequence[Record]) -> None:
        self.deleted += [record.message_id for record in records]

    def release(self, records: Sequence[Record]) -> None:
        self.released += [record.message_id for record in records]


class FakeLambda:
    """Answers each invocation with the next of `answers`: an error code, or payload and function error."""

    def __init__(self, *answers: str | tuple[bytes, str | None]) -> None:
        self._answers = list(answers)
        self.invocations: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.invocations.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": answer}}, "Invoke")
        payload, function_error = answer
        return {"Payload": io.BytesIO(payload), **({"FunctionError": function_error} if function_error else {})}


def records() -> list[Record]:
    return [
        record_of({"MessageId": name, "ReceiptHandle": "h", "Body": name}, "arn", "r", time.monotonic())
        for name in "abc"
    ]


def deliver(function: FakeLambda, queue: FakeQueue, reports: bool = True, stop: threading.Event | None = None) -> None:
    target = Target(function, "arn:function", None, reports_item_failures=reports)
    Delivery(target, queue, stop or threading.Event()).deliver(records())


def failures(*identifiers: str) -> bytes:
    return json.dumps({"batchItemFailures": [{"itemIdentifier": one} for one in identifiers]}).encode()


def test_deletes_a_batch_that_succeeded() -> None:
    queue, function = FakeQueue(), FakeLambda((b"null", None))
    deliver(function, queue)
    assert queue.deleted == ["a", "b", "c"]
    [request] = function.invocations
    assert [record["body"] for record in json.loads(request["Payload"])["Records"]] == ["a", "b", "c"]
    assert "Qualifier" not in request


def test_keeps_those_that_the_function_reports() -> None:
    queue = FakeQueue()
    deliver(FakeLambda((failures("b"), None)), queue)
    assert queue.deleted == ["a", "c"]


def test_reads_no_report_where_the_mapping_asks_for_none() -> None:
    queue = FakeQueue()
    deliver(FakeLambda((failures("b"), None)), queue, reports=False)
    assert queue.deleted == ["a", "b", "c"]


@pytest.mark.parametrize(
    "answer",
    [(b'{"errorType":"E"}', "Unhandled"), (failures("z"), None), (b"no json", None), (failures("a", "b", "c"), None)],
)
def test_keeps_the_whole_batch_when_all_of_it_failed(answer: tuple[bytes, str | None]) -> None:
    queue = FakeQueue()
    deliver(FakeLambda(answer), queue)
    assert (queue.deleted, queue.released) == ([], [])


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ResourceConflictException", "ServiceException"])
def test_tries_again_while_the_function_is_not_invoked(code: str) -> None:
    queue, function = FakeQueue(), FakeLambda(code, code, (b"null", None))
    deliver(function, queue)
    assert len(function.invocations) == 3
    assert queue.deleted == ["a", "b", "c"]


def test_gives_up_before_others_may_receive_the_messages() -> None:
    queue, function = FakeQueue(visibility_timeout_s=0.5), FakeLambda("TooManyRequestsException")
    deliver(function, queue)
    assert 1 < len(function.invocations) < 10
    assert (queue.deleted, queue.released) == ([], [])


def test_gives_throttled_messages_back_when_the_mapping_stops() -> None:
    stop = threading.Event()
    stop.set()
    queue, function = FakeQueue(), FakeLambda("TooManyRequestsException")
    deliver(function, queue, stop=stop)
    assert len(function.invocations) == 1
    assert queue.released == ["a", "b", "c"]


def test_an_unknown_error_is_not_taken_for_a_reason_to_invoke_again() -> None:
    function = FakeLambda("ResourceNotFoundException")
    with pytest.raises(ClientError):
        deliver(function, FakeQueue())
    assert len(function.invocations) == 1
