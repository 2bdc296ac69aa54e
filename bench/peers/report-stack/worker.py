"""The report's phase 2 worker: takes events from the Redis stream and appends them to its HDF5 file.

Usage: worker.py MODE REDIS_PORT EVENT_FILE COUNT. Ends when COUNT events are stored, and prints one JSON object.

  as-written  one event after another, each with an open, a resize, a write and a close (the report's append_event)
  kept-open   the same with the file kept open and flushed
  batched     1,000 at a time with one open, one write and one XACK, and the file synced before that
"""

import hashlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable

import h5py
import orjson
import redis
from event_file import PHASE_1, append, events_of, extend

STREAM, GROUP, CONSUMER = "fi:events", "fi-workers", "worker-1"
BATCH_EVENTS = 1000

Fields = dict[bytes, bytes]
Store = Callable[[list[bytes]], None]


def row_of(fields: Fields) -> bytes:
    event = orjson.loads(fields[b"event_json"])
    event["consultation_id"] = fields[b"consultation_id"].decode()
    event["audit_hash"] = hashlib.sha256(orjson.dumps(event, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return orjson.dumps(event)


def as_written(path: str) -> Store:
    def store(rows: list[bytes]) -> None:
        for row in rows:
            append(path, row, PHASE_1)

    return store


def kept_open(path: str) -> Store:
    file = h5py.File(path, "a")

    def store(rows: list[bytes]) -> None:
        extend(events_of(file, PHASE_1), rows)
        file.flush()

    return store


def batched(path: str) -> Store:
    def store(rows: list[bytes]) -> None:
        with h5py.File(path, "a") as file:
            extend(events_of(file, PHASE_1), rows)
        descriptor = os.open(path, os.O_RDWR)
        os.fsync(descriptor)
        os.close(descriptor)

    return store


MODES: dict[str, tuple[Callable[[str], Store], int]] = {
    "as-written": (as_written, 1),
    "kept-open": (kept_open, 1),
    "batched": (batched, BATCH_EVENTS),
}


def main(mode: str, redis_port: int, path: str, count: int) -> None:
    client = redis.Redis(port=redis_port)
    client.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    make_store, batch = MODES[mode]
    store = make_store(path)
    stored, start = 0, time.perf_counter()
    while stored < count:
        [[_, messages]] = client.xreadgroup(GROUP, CONSUMER, {STREAM: ">"}, count=batch)
        store([row_of(fields) for _, fields in messages])
        client.xack(STREAM, GROUP, *[message_id for message_id, _ in messages])
        stored += len(messages)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"events": stored, "seconds": seconds, "processorSeconds": used.ru_utime + used.ru_stime}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
