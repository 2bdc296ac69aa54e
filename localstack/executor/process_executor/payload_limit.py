"""Lambda's limits on the payload of an invocation, which LocalStack leaves to its containers.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

import inspect
from typing import Any

from localstack.aws.api.lambda_ import InvocationType, RequestTooLargeException
from localstack.services.lambda_.invocation.lambda_service import LambdaService

from process_executor.patching import require
from process_executor.runtime_api import MAX_PAYLOAD_BYTES

require(
    LambdaService,
    "invoke",
    "self",
    "function_name",
    "qualifier",
    "region",
    "account_id",
    "invocation_type",
    "client_context",
    "request_id",
    "payload",
    "trace_context",
    "user_agent",
)

MAX_EVENT_PAYLOAD_BYTES = 1024 * 1024
"""For asynchronous invocations."""


def apply() -> None:
    invoke = LambdaService.invoke
    signature = inspect.signature(invoke)

    def invoke_within_limits(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        refuse_large_payload(given.get("payload"), given.get("invocation_type"))
        return invoke(*args, **kwargs)

    LambdaService.invoke = invoke_within_limits  # type: ignore[method-assign]


def refuse_large_payload(payload: bytes | None, invocation_type: str | None) -> None:
    """:raises RequestTooLargeException: HTTP 413, in AWS's words"""
    asynchronous = invocation_type == InvocationType.Event
    limit_bytes = MAX_EVENT_PAYLOAD_BYTES if asynchronous else MAX_PAYLOAD_BYTES
    size_bytes = len(payload or b"")
    if size_bytes > limit_bytes:
        kind = "Event" if asynchronous else "RequestResponse"
        raise RequestTooLargeException(
            f"{size_bytes} byte payload is too large for the {kind} invocation type (limit {limit_bytes} bytes)",
            Type="User",
        )
