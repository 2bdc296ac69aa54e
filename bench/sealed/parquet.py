"""Writes the events of a folder of sealed parts as Parquet files, and reads these.

Usage: parquet.py FOLDER WORK. Reads the parts with h5py alone, as docs/PART_FORMAT.md describes them, and stores the same columns in the
same order. Prints one JSON object: bytes an event and events a second by codec.
"""

import json
import os
import pathlib
import sys
import time

import h5py
import numpy
import pyarrow
import pyarrow.parquet


def names_of(part, codes):
    names = pyarrow.array([name.rstrip(b"\0").decode("utf-8") for name in part[codes + "_names"][...].tolist()])
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array(part[codes][...].astype(numpy.int32)), names).cast(pyarrow.string())


def table_of(file):
    base = int(file.stem.split("-", 1)[0])
    with h5py.File(file, "r") as part:
        count = int(part.attrs["count"])
        arena, offsets = part["payload"][...], part["payload_offset"][...].astype(numpy.int32)
        occurred = part["occurred_at"][...]
        columns = {
            "event_id": pyarrow.FixedSizeBinaryArray.from_buffers(
                pyarrow.binary(16), count, [None, pyarrow.py_buffer(part["event_id"][...].tobytes())]
            ),
            "consultation_id": names_of(part, "consultation"),
            "event_type": names_of(part, "event_type"),
            "user_id": names_of(part, "user"),
            "received_at": pyarrow.array(part["received_at"][...], pyarrow.timestamp("ms")),
            "occurred_at": pyarrow.array(occurred, pyarrow.timestamp("ms"), mask=occurred == -(2**63)),
            "request_index": pyarrow.array(part["request_index"][...]),
            "position": pyarrow.array(base + part["position_offset"][...].astype(numpy.int64)),
            "payload": pyarrow.BinaryArray.from_buffers(
                pyarrow.binary(), count, [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(arena)]
            ),
        }
    return pyarrow.table(columns)


def write(tables, file, codec):
    with pyarrow.parquet.ParquetWriter(
        file, tables[0].schema, compression=codec, use_dictionary=["consultation_id", "event_type", "user_id"]
    ) as writer:
        for table in tables:
            writer.write_table(table)


def read(file, threads):
    """The best of three, like the caches that ours are read from."""
    best, rows = float("inf"), 0
    for _ in range(3):
        start = time.perf_counter()
        rows = pyarrow.parquet.read_table(file, use_threads=threads).num_rows
        best = min(best, time.perf_counter() - start)
    return rows / best


def main(folder, work):
    tables = [table_of(file) for file in sorted(pathlib.Path(folder).glob("*.h5"))]
    count = sum(table.num_rows for table in tables)
    found = {"pyarrow": pyarrow.__version__, "events": count, "codecs": {}}
    for codec in ["snappy", "zstd", "gzip"]:
        file = os.path.join(work, f"{codec}.parquet")
        start = time.perf_counter()
        write(tables, file, codec)
        written = time.perf_counter() - start
        found["codecs"][codec] = {
            "bytes_per_event": os.path.getsize(file) / count,
            "write_events_per_s": count / written,
            "read_events_per_s_one_thread": read(file, False),
            "read_events_per_s_threads": read(file, True),
        }
        os.unlink(file)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
