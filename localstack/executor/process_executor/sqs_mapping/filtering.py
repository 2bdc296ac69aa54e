"""Filter criteria of a mapping. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html"""

import contextlib
import json
from collections.abc import Sequence
from typing import Any

from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

from process_executor.sqs_mapping.records import Record


def matching(records: Sequence[Record], poller: SqsPoller) -> list[Record]:
    """Those that match one of the poller's patterns; all when there are none."""
    if not poller.filter_patterns:
        return list(records)
    return [record for record in records if poller.filter_events([_for_filters(record)])]


def _for_filters(record: Record) -> dict[str, Any]:
    """The record with its body parsed, which is what a pattern for a JSON body is compared with."""
    event: dict[str, Any] = json.loads(record.encoded)
    # A plain text body is compared as it is.
    with contextlib.suppress(ValueError):
        event["body"] = json.loads(event["body"])
    return event
