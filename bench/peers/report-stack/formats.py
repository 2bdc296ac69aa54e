"""Writes events as one of the formats that ours is compared with, syncs the file and reads it back.

Usage: formats.py FORMAT EVENTS FOLDER. EVENTS is NDJSON; FORMAT is hdf5-vlen, or parquet- with a codec.
Prints one JSON object.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import orjson
import pyarrow
import pyarrow.parquet
from event_file import PHASE_1, events_of, extend

BATCH_EVENTS = 1000
READS = 3
MEMBERS = ["event_id", "consultation_id", "event_type", "occurred_at", "user_id"]

Event = dict[str, Any]


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    os.fsync(descriptor)
    os.close(descriptor)


def batches_of(rows: list[Any]) -> list[list[Any]]:
    return [rows[at : at + BATCH_EVENTS] for at in range(0, len(rows), BATCH_EVENTS)]


def write_vlen(path: Path, lines: list[bytes]) -> None:
    with h5py.File(path, "w") as file:
        for batch in batches_of(lines):
            extend(events_of(file, PHASE_1), batch)


def read_vlen(path: Path) -> int:
    with h5py.File(path, "r") as file:
        return len([orjson.loads(row) for row in file["events"][...]])


def table_of(events: list[Event]) -> pyarrow.Table:
    columns: dict[str, Any] = {name: pyarrow.array([event[name] for event in events]) for name in MEMBERS}
    columns["payload"] = pyarrow.array([orjson.dumps(event["payload"]) for event in events], pyarrow.binary())
    return pyarrow.table(columns)


def write_parquet(codec: str) -> Callable[[Path, list[bytes]], None]:
    def write(path: Path, lines: list[bytes]) -> None:
        table = table_of([orjson.loads(line) for line in lines])
        pyarrow.parquet.write_table(
            table, path, compression=codec, use_dictionary=["consultation_id", "event_type", "user_id"]
        )

    return write


def read_parquet(path: Path) -> int:
    return pyarrow.parquet.read_table(path).num_rows


FORMATS: dict[str, tuple[Callable[[Path, list[bytes]], None], Callable[[Path], int]]] = {
    "hdf5-vlen": (write_vlen, read_vlen),
    "parquet-zstd": (write_parquet("zstd"), read_parquet),
    "parquet-gzip": (write_parquet("gzip"), read_parquet),
    "parquet-snappy": (write_parquet("snappy"), read_parquet),
}


def seconds_of(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(name: str, source: str, folder: str) -> None:
    write, read = FORMATS[name]
    lines = Path(source).read_bytes().splitlines()
    path = Path(folder) / "events"

    def write_and_sync() -> None:
        write(path, lines)
        sync(path)

    written = seconds_of(write_and_sync)
    if read(path) != len(lines):
        raise SystemExit(f"{name} did not give back {len(lines)} events")
    scanned = min(seconds_of(lambda: read(path)) for _ in range(READS))
    print(
        json.dumps(
            {
                "events": len(lines),
                "bytes": path.stat().st_size,
                "writtenMs": written * 1000,
                "scannedMs": scanned * 1000,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
