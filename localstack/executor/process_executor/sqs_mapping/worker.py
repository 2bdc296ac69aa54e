"""Puts `SqsMapping` where LocalStack runs its own poller: the worker of an event source mapping."""

import logging
from typing import Any

from localstack.aws.api.lambda_ import FunctionResponseType
from localstack.services.lambda_.api_utils import function_locators_from_arn
from localstack.services.lambda_.event_source_mapping.esm_event_processor import EsmEventProcessor
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmState, EsmWorker
from localstack.services.lambda_.event_source_mapping.esm_worker_factory import EsmWorkerFactory
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

from process_executor.patching import require
from process_executor.sqs_mapping.collector import BatchLimits
from process_executor.sqs_mapping.delivery import Target
from process_executor.sqs_mapping.mapping import DEFAULT_CONCURRENCY, PolledQueue, SqsMapping

require(EsmWorkerFactory, "get_esm_worker", "self")
require(EsmWorker, "__init__", "self", "esm_config", "poller", "enabled", "user_state_reason")
require(EsmWorker, "poller_loop", "self", "args", "kwargs")
require(EsmWorker, "update_esm_state_in_store", "self", "new_state")
require(EsmWorker, "delete_esm_in_store", "self")
require(SqsPoller, "delete_messages", "self", "messages", "message_ids_to_delete")
require(SqsPoller, "filter_events", "self", "events")

LOG = logging.getLogger(__name__)


class SqsWorker(EsmWorker):
    """LocalStack's worker, which keeps the state of the mapping, with another loop."""

    poller: SqsPoller

    def poller_loop(self, *args: Any, **kwargs: Any) -> None:
        with self._state_lock:
            if not self._shutdown_event.is_set():
                self.current_state = EsmState.ENABLED
                self.update_esm_state_in_store(EsmState.ENABLED)
                self.state_transition_reason = self.user_state_reason
        try:
            self._mapping().run(self._shutdown_event)
        except Exception:
            LOG.exception("The event source mapping %s has stopped: disable and enable it.", self.uuid)
        finally:
            self.poller.close()
            self._settle_state()

    def _mapping(self) -> SqsMapping:
        config = self.esm_config
        function_arn = str(config["FunctionArn"])
        _, qualifier, _, _ = function_locators_from_arn(function_arn)
        processor = self.poller.processor
        assert isinstance(processor, EsmEventProcessor)
        reports = FunctionResponseType.ReportBatchItemFailures in (config.get("FunctionResponseTypes") or [])
        return SqsMapping(
            queue=PolledQueue(self.poller),
            target=Target(processor.sender.target_client, function_arn, qualifier, reports),
            limits=BatchLimits(max_records=self.poller.batch_size, window_s=float(self.poller.maximum_batching_window)),
            concurrency=int((config.get("ScalingConfig") or {}).get("MaximumConcurrency") or DEFAULT_CONCURRENCY),
        )

    def _settle_state(self) -> None:
        stored = self._state.event_source_mappings.get(self.uuid)
        with self._state_lock:
            if self.current_state == EsmState.DELETING:
                self.delete_esm_in_store()  # type: ignore[no-untyped-call]
            elif self.current_state == EsmState.DISABLING:
                self.current_state = EsmState.DISABLED
                self.state_transition_reason = self.user_state_reason
                # After an update, another worker may have the mapping by now, and its state is that one's to tell.
                if stored is not None and stored.get("State") == EsmState.DISABLING:
                    self.update_esm_state_in_store(EsmState.DISABLED)


def apply() -> None:
    get_esm_worker = EsmWorkerFactory.get_esm_worker

    def get_sqs_worker(self: EsmWorkerFactory) -> EsmWorker:
        worker = get_esm_worker(self)
        # A FIFO queue's groups are delivered in order, which one thread does.
        if not isinstance(worker.poller, SqsPoller) or str(worker.poller.source_arn).endswith(".fifo"):
            return worker
        return SqsWorker(worker.esm_config, worker.poller, worker.enabled, worker.user_state_reason)

    EsmWorkerFactory.get_esm_worker = get_sqs_worker  # type: ignore[method-assign]
