"""Delivers a batch to the function and settles its messages."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from process_executor.sqs_mapping.records import Record, event_of
from process_executor.sqs_mapping.response import InvalidResponse, failed_message_ids

LOG = logging.getLogger(__name__)

_FIRST_RETRY_S = 0.1
_LAST_RETRY_S = 5.0

# The function was not invoked, and may be soon: it is busy, being updated, or Lambda itself had a fault.
_NOT_INVOKED = frozenset({"TooManyRequestsException", "ResourceConflictException", "ServiceException"})


class Queue(Protocol):
    """What a delivery needs of the queue."""

    def visibility_timeout_s(self) -> float: ...
    def delete(self, records: Sequence[Record]) -> None: ...
    def release(self, records: Sequence[Record]) -> None: ...


class NotInvoked(Exception):
    """The function was not invoked, so that its messages may wait for another attempt."""


@dataclass(frozen=True)
class Target:
    """The function of a mapping. `client` must not retry by itself, which would invoke twice."""

    client: Any
    function_arn: str
    qualifier: str | None
    reports_item_failures: bool

    def invoke(self, records: Sequence[Record]) -> set[str]:
        """The ids of those that failed.

        :raises NotInvoked: the function is throttled or not available
        :raises FunctionFailed: the whole batch failed
        """
        qualifier = {} if self.qualifier is None else {"Qualifier": self.qualifier}
        try:
            result = self.client.invoke(
                FunctionName=self.function_arn,
                InvocationType="RequestResponse",
                Payload=event_of(records),
                **qualifier,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_INVOKED:
                raise NotInvoked(str(error)) from error
            raise
        payload = result["Payload"].read()
        if result.get("FunctionError"):
            raise FunctionFailed(payload.decode("utf-8", "replace")[:500])
        if not self.reports_item_failures:
            return set()
        return failed_message_ids(payload, {record.message_id for record in records})


class FunctionFailed(Exception):
    """The function failed as a whole; the message is the beginning of its error."""


class Delivery:
    def __init__(self, target: Target, queue: Queue, stop: threading.Event) -> None:
        self._target = target
        self._queue = queue
        self._stop = stop

    def deliver(self, records: Sequence[Record]) -> None:
        """Invokes the function once and deletes what it has done.

        The rest becomes visible again when its visibility timeout ends. While the function is throttled, the batch
        waits here: each new receive would count against its messages and bring them nearer to the dead-letter queue.
        """
        try:
            failed = self._invoke_when_possible(records)
        except NotInvoked as error:
            LOG.info("%d messages wait in their queue for %s: %s", len(records), self._target.function_arn, error)
            return
        except FunctionFailed as error:
            LOG.info("%s failed with a batch of %d: %s", self._target.function_arn, len(records), error)
            return
        except InvalidResponse as error:
            LOG.warning(
                "%s answered a batch of %d so that all of it counts as failed: %s. "
                "With ReportBatchItemFailures it must return {batchItemFailures: [{itemIdentifier}]}.",
                self._target.function_arn,
                len(records),
                error,
            )
            return
        done = [record for record in records if record.message_id not in failed]
        if done:
            self._queue.delete(done)

    def _invoke_when_possible(self, records: Sequence[Record]) -> set[str]:
        pause_s = _FIRST_RETRY_S
        visible_at: float | None = None
        while True:
            try:
                return self._target.invoke(records)
            except NotInvoked:
                if visible_at is None:
                    visible_at = min(record.received_at for record in records) + self._queue.visibility_timeout_s()
                if self._stop.is_set():
                    # Nobody will try again from here; whoever takes them next need not wait for it.
                    self._queue.release(records)
                    raise
                if time.monotonic() + pause_s >= visible_at:
                    raise
            self._stop.wait(pause_s)
            pause_s = min(pause_s * 2, _LAST_RETRY_S)
