import json

from process_executor.sqs_mapping.records import event_bytes, event_of, record_of


def message(body: str, **more: object) -> dict[str, object]:
    return {"MessageId": "m", "ReceiptHandle": "h", "Body": body, "MD5OfBody": "md5", "Attributes": {"A": "1"}, **more}


def test_the_body_stays_byte_for_byte() -> None:
    body = '{ "a" : 1.0, "a":2.50,"é":"\\u00e9 \U0001f600" }'
    record = record_of(message(body), "arn:queue", "us-east-1", 0)
    assert json.loads(event_of([record]))["Records"] == [
        {
            "messageId": "m",
            "receiptHandle": "h",
            "body": body,
            "attributes": {"A": "1"},
            "messageAttributes": {},
            "md5OfBody": "md5",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:queue",
            "awsRegion": "us-east-1",
        }
    ]


def test_message_attributes_are_written_as_events_have_them() -> None:
    attributes = {
        "text": {"StringValue": "x", "DataType": "String"},
        "bytes": {"BinaryValue": b"\x00\xff", "DataType": "Binary"},
    }
    encoded = record_of(
        message("b", MessageAttributes=attributes, MD5OfMessageAttributes="more"), "arn", "r", 0
    ).encoded
    record = json.loads(encoded)
    assert record["messageAttributes"] == {
        "text": {"stringValue": "x", "dataType": "String", "stringListValues": [], "binaryListValues": []},
        "bytes": {"binaryValue": "AP8=", "dataType": "Binary", "stringListValues": [], "binaryListValues": []},
    }
    assert record["md5OfMessageAttributes"] == "more"


def test_the_size_of_an_event_is_known_before_it_is_made() -> None:
    records = [record_of(message("x" * size), "arn", "r", 0) for size in (0, 10, 1000)]
    for count in range(len(records) + 1):
        chosen = records[:count]
        assert len(event_of(chosen)) == event_bytes(sum(len(record.encoded) for record in chosen), count)
