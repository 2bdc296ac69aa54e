import json

import pytest

from process_executor.sqs_mapping.response import InvalidResponse, failed_message_ids

IDS = {"a", "b", "c"}


@pytest.mark.parametrize(
    "payload",
    [b"", b"  ", b"null", b"{}", b'{"batchItemFailures": null}', b'{"batchItemFailures": []}', b'{"other": 1}'],
)
def test_success(payload: bytes) -> None:
    assert failed_message_ids(payload, IDS) == set()


def test_names_those_that_failed() -> None:
    payload = json.dumps({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}]}).encode()
    assert failed_message_ids(payload, IDS) == {"a", "c"}


@pytest.mark.parametrize(
    "payload",
    [
        b"not json",
        b"[]",
        b'"ok"',
        b"7",
        b'{"batchItemFailures": "a"}',
        b'{"batchItemFailures": {"itemIdentifier": "a"}}',
        b'{"batchItemFailures": ["a"]}',
        b'{"batchItemFailures": [{}]}',
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"itemIdentifier": 1}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "of no record"}]}',
    ],
)
def test_anything_else_fails_the_whole_batch(payload: bytes) -> None:
    with pytest.raises(InvalidResponse):
        failed_message_ids(payload, IDS)
