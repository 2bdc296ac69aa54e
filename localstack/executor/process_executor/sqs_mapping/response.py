"""Which records of a batch a function's response reports as failed.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
"""

import json
from collections.abc import Collection


class InvalidResponse(Exception):
    """The response is none that ReportBatchItemFailures allows, so that the whole batch counts as failed."""


def failed_message_ids(payload: bytes, message_ids: Collection[str]) -> set[str]:
    """The reported ids; an empty or a null response, or one without failures, reports none.

    :raises InvalidResponse: no JSON, an identifier that is missing, empty or of no record of this batch, ...
    """
    if not payload.strip():
        return set()
    try:
        response = json.loads(payload)
    except ValueError as error:
        raise InvalidResponse(f"the response is no JSON: {error}") from error
    if response is None:
        return set()
    if not isinstance(response, dict):
        raise InvalidResponse(f"the response is no object, but {type(response).__name__}")
    failures = response.get("batchItemFailures")
    if failures is None:
        return set()
    if not isinstance(failures, list):
        raise InvalidResponse("batchItemFailures is no list")
    failed: set[str] = set()
    for failure in failures:
        identifier = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if not isinstance(identifier, str) or identifier not in message_ids:
            raise InvalidResponse(f"itemIdentifier {identifier!r} is of no record of the batch")
        failed.add(identifier)
    return failed
