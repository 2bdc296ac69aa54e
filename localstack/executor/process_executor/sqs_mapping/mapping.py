"""One SQS event source mapping while it is enabled.

LocalStack's own worker has one thread that receives, invokes and deletes in turn. It takes no more than what is there
at once, whatever the window (up to 20 s it asks for no longer), splits batches by count and never by bytes, rewrites
message bodies, takes a response that is no JSON for success, and drops a batch when the function is throttled.
"""

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

from process_executor.sqs_mapping.collector import BatchLimits, Collector
from process_executor.sqs_mapping.delivery import Delivery, Target
from process_executor.sqs_mapping.filtering import matching
from process_executor.sqs_mapping.records import Record, record_of

LOG = logging.getLogger(__name__)

DEFAULT_CONCURRENCY = 5
"""How many batches AWS starts with when MaximumConcurrency does not say.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""

_MAX_RECEIVE_WITHOUT_OVERRIDE = 10
_FIRST_BACKOFF_S = 0.5
_LAST_BACKOFF_S = 30.0


class PolledQueue:
    """The queue, by the client of LocalStack's poller, whose headers lift the limit of ten messages a call."""

    def __init__(self, poller: SqsPoller) -> None:
        self._poller = poller
        self._client = poller.source_client

    def receive(self, max_records: int, wait_s: int) -> list[Record]:
        """What does not match the mapping's filters is deleted, as AWS does, and not given back."""
        response = self._client.receive_message(
            QueueUrl=self._poller.queue_url,
            MaxNumberOfMessages=min(max_records, _MAX_RECEIVE_WITHOUT_OVERRIDE),
            WaitTimeSeconds=wait_s,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
            sqs_override_max_message_count=max_records,
        )
        received_at = time.monotonic()
        records = [
            record_of(message, str(self._poller.source_arn), str(self._poller.aws_region), received_at)
            for message in response.get("Messages") or []
        ]
        wanted = matching(records, self._poller)
        unwanted = set(map(id, records)) - set(map(id, wanted))
        if unwanted:
            self.delete([record for record in records if id(record) in unwanted])
        return wanted

    def visibility_timeout_s(self) -> float:
        response = self._client.get_queue_attributes(
            QueueUrl=self._poller.queue_url, AttributeNames=["VisibilityTimeout"]
        )
        return float(response["Attributes"]["VisibilityTimeout"])

    def delete(self, records: Sequence[Record]) -> None:
        self._poller.delete_messages([record.message for record in records], {record.message_id for record in records})

    def release(self, records: Sequence[Record]) -> None:
        for record in records:
            self._client.change_message_visibility(
                QueueUrl=self._poller.queue_url, ReceiptHandle=record.message["ReceiptHandle"], VisibilityTimeout=0
            )


class SqsMapping:
    """Runs up to `concurrency` batches at once, and receives only while it may run one more."""

    def __init__(self, queue: PolledQueue, target: Target, limits: BatchLimits, concurrency: int) -> None:
        self._queue = queue
        self._target = target
        self._limits = limits
        self._concurrency = concurrency

    def run(self, stop: threading.Event) -> None:
        """Returns when `stop` is set and the batches under way are settled."""
        collector = Collector(self._queue.receive, self._limits)
        delivery = Delivery(self._target, self._queue, stop)
        free = threading.Semaphore(self._concurrency)

        def deliver(records: list[Record]) -> None:
            try:
                delivery.deliver(records)
            except Exception as error:
                LOG.warning("A batch of %d for %s was not settled: %s", len(records), self._target.function_arn, error)
            finally:
                free.release()

        backoff_s = _FIRST_BACKOFF_S
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="sqs-mapping") as pool:
            while not stop.is_set():
                if not free.acquire(timeout=1):
                    continue
                records: list[Record] = []
                try:
                    records = collector.next_batch(stop)
                    backoff_s = _FIRST_BACKOFF_S
                except Exception as error:
                    if not stop.is_set():
                        LOG.warning("Cannot receive for %s: %s", self._target.function_arn, error)
                    stop.wait(backoff_s)
                    backoff_s = min(backoff_s * 2, _LAST_BACKOFF_S)
                if records:
                    pool.submit(deliver, records)
                else:
                    free.release()
        if left := collector.give_back():
            self._queue.release(left)
