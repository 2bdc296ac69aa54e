"""SQS messages as the records of a function's event."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_EVENT_START = b'{"Records":['
_EVENT_END = b"]}"


@dataclass(frozen=True)
class Record:
    """A received message, and itself as JSON. Its visibility timeout runs from `received_at`, of `time.monotonic`."""

    message: dict[str, Any]
    encoded: bytes
    received_at: float

    @property
    def message_id(self) -> str:
        return str(self.message["MessageId"])


def record_of(message: dict[str, Any], queue_arn: str, region: str, received_at: float) -> Record:
    """The body goes to the function as it was sent; LocalStack's own poller parses it and writes other bytes."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message.get("Body", ""),
        "attributes": message.get("Attributes", {}),
        "messageAttributes": _attributes(message.get("MessageAttributes") or {}),
        "md5OfBody": message.get("MD5OfBody"),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    }
    if md5 := message.get("MD5OfMessageAttributes"):
        record["md5OfMessageAttributes"] = md5
    encoded = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=_text).encode("utf-8", "replace")
    return Record(message=message, encoded=encoded, received_at=received_at)


def event_of(records: Sequence[Record]) -> bytes:
    return _EVENT_START + b",".join(record.encoded for record in records) + _EVENT_END


def event_bytes(record_bytes: int, count: int) -> int:
    """The size of an event of `count` records that have `record_bytes` together."""
    return len(_EVENT_START) + record_bytes + max(0, count - 1) + len(_EVENT_END)


def _attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """`StringValue` of the SQS API is `stringValue` in an event, and lists that nobody can fill are there, empty."""
    return {
        name: {member[0].lower() + member[1:]: value for member, value in attribute.items()}
        | {"stringListValues": [], "binaryListValues": []}
        for name, attribute in attributes.items()
    }


def _text(value: object) -> str:
    """Binary attribute values, which the SQS client has decoded, are base64 in an event."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
