"""Reads every sealed part of a folder with h5py and with h5dump, and holds both against the events that were stored.

Usage: read_sealed_parts.py FOLDER EXPECTED, where EXPECTED has one JSON object a line, with its position; a file's base
position is the number before the first dash of its name. It is written from docs/PART_FORMAT.md alone. Prints one JSON object with what it
counted; exits with 1 and the reason at the first difference.
"""

import base64
import json
import pathlib
import subprocess
import sys
import uuid

import h5py
import numpy

from read_parts import NO_TIME, bytes_by_h5dump, bytes_by_h5py, require, texts_of, time_text

COLUMNS = {
    "payload": "|u1",
    "payload_offset": "<u8",
    "event_id": "|u1",
    "received_at": "<i8",
    "occurred_at": "<i8",
    "request_index": "<u4",
    "event_type": "<u4",
    "consultation": "<u4",
    "user": "<u4",
    "position_offset": "<u4",
    "window": "<u4",
    "window_first_row": "<u4",
    "consultation_first_run": "<u4",
    "run_first_row": "<u4",
    "run_rows": "<u4",
}
TEXTS = ["event_type_names", "consultation_names", "user_names"]
OPTIONAL_TEXTS = ["occurred_at_text"]


def check_types(file, part):
    present = set(part.keys())
    required = set(COLUMNS) | set(TEXTS)
    require(required <= present <= required | set(OPTIONAL_TEXTS), f"{file}: has the datasets {sorted(present)}")
    for name, dtype in COLUMNS.items():
        require(part[name].dtype.str == dtype, f"{file}: {name} is {part[name].dtype.str} and not {dtype}")
    for name in present - set(COLUMNS):
        info = h5py.check_string_dtype(part[name].dtype)
        require(info and info.encoding == "utf-8" and info.length, f"{file}: {name} is no fixed-length UTF-8")


def check_storage(file, part):
    for name, dataset in part.items():
        creation = dataset.id.get_create_plist()
        filters = [creation.get_filter(index)[0] for index in range(creation.get_nfilters())]
        shuffled = name in COLUMNS and name != "payload"
        expected = ([h5py.h5z.FILTER_SHUFFLE] if shuffled else []) + [h5py.h5z.FILTER_DEFLATE]
        require(filters == expected, f"{file}: {name} has filters {filters}")
        for index in range(dataset.id.get_num_chunks()):
            require(dataset.id.get_chunk_info(index).filter_mask == 0, f"{file}: a chunk of {name} skipped a filter")
        require(dataset.maxshape == dataset.shape, f"{file}: {name} can grow")


def rows_of(part, base):
    columns = {name: part[name][...] for name in COLUMNS}
    names = {name: texts_of(part[name]) for name in TEXTS}
    time_texts = texts_of(part["occurred_at_text"]) if "occurred_at_text" in part else None
    arena = columns["payload"].tobytes()
    offsets = columns["payload_offset"].tolist()
    segment = part.attrs["segment"].decode("utf-8")
    for row in range(len(offsets) - 1):
        occurred_ms = int(columns["occurred_at"][row])
        text = time_texts[row] if time_texts else ""
        yield {
            "consultation_id": names["consultation_names"][columns["consultation"][row]],
            "event_id": str(uuid.UUID(bytes=columns["event_id"][row].tobytes())),
            "event_type": names["event_type_names"][columns["event_type"][row]],
            "user_id": names["user_names"][columns["user"][row]] or None,
            "occurred_at": text or (None if occurred_ms == NO_TIME else time_text(occurred_ms)),
            "received_at": time_text(int(columns["received_at"][row])),
            "request_index": int(columns["request_index"][row]),
            "segment": segment,
            "position": base + int(columns["position_offset"][row]),
            "payload": arena[offsets[row] : offsets[row + 1]],
        }


def check_order(file, part):
    names = [name.encode("utf-8") for name in texts_of(part["consultation_names"])]
    require(names == sorted(set(names)), f"{file}: consultation_names are not sorted")
    offsets = part["position_offset"][...].tolist()
    order = [(offset >> 16, names[code], offset) for offset, code in zip(offsets, part["consultation"][...])]
    require(order == sorted(set(order)), f"{file}: rows are not sorted by window, consultation and position")


def check_indexes(file, part):
    """The indexes say what the columns say."""
    windows = part["position_offset"][...] >> 16
    numbers, first_rows = numpy.unique(windows, return_index=True)
    require(part["window"][...].tolist() == numbers.tolist(), f"{file}: window is wrong")
    require(
        part["window_first_row"][...].tolist() == first_rows.tolist() + [len(windows)], f"{file}: window_first_row is wrong"
    )
    codes = numpy.full(len(windows), -1)
    first_run = part["consultation_first_run"][...].tolist()
    run_first_row, run_rows = part["run_first_row"][...].tolist(), part["run_rows"][...].tolist()
    require(first_run[0] == 0 and first_run[-1] == len(run_rows), f"{file}: consultation_first_run is wrong")
    for code, (start, end) in enumerate(zip(first_run, first_run[1:])):
        require(run_first_row[start:end] == sorted(run_first_row[start:end]), f"{file}: runs are not sorted by row")
        for first, count in zip(run_first_row[start:end], run_rows[start:end]):
            require((codes[first : first + count] == -1).all(), f"{file}: a row is in two runs")
            require(len(set(windows[first : first + count])) == 1, f"{file}: a run goes beyond its window")
            codes[first : first + count] = code
    require(codes.tolist() == part["consultation"][...].tolist(), f"{file}: the runs are not those of consultation")


def check_attributes(file, part, rows, base):
    received = part["received_at"][...]
    positions = [row["position"] for row in rows]
    expected = {
        "format": "fi-events part",
        "format_version": 2,
        "level": int(part.attrs["level"]),
        "part_id": file.stem.split("-", 1)[1],
        "segment": rows[0]["segment"],
        "day": rows[0]["received_at"][:10],
        "count": len(rows),
        "consultations": len({row["consultation_id"] for row in rows}),
        "payload_bytes": sum(len(row["payload"]) for row in rows),
        "position_offset_min": min(positions) - base,
        "position_offset_max": max(positions) - base,
        "received_at_min": int(received.min()),
        "received_at_max": int(received.max()),
    }
    found = {name: value.decode() if isinstance(value, bytes) else value for name, value in part.attrs.items()}
    require(found == expected, f"{file}: has the attributes {found} and not {expected}")
    header = subprocess.run(["h5dump", "-A", "-B", str(file)], capture_output=True, text=True, check=True).stdout
    require(expected["part_id"] in header, f"{file}: h5dump does not show the part's id")
    require("SUPERBLOCK_VERSION 3" in header, f"{file}: its superblock is not of version 3, whose fields are checksummed")


def main(folder, expected_file):
    expected = {}
    with open(expected_file, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            event["payload"] = base64.b64decode(event.pop("payload_base64"))
            expected[event["position"]] = event
    parts = events = compared = 0
    for file in sorted(pathlib.Path(folder).glob("*.h5")):
        base = int(file.stem.split("-", 1)[0])
        with h5py.File(file, "r") as part:
            check_types(file, part)
            check_storage(file, part)
            for name in part:
                by_h5py = bytes_by_h5py(part[name])
                require(by_h5py == bytes_by_h5dump(file, name), f"{file}: h5py and h5dump read {name} differently")
                compared += len(by_h5py)
            check_order(file, part)
            check_indexes(file, part)
            rows = list(rows_of(part, base))
            check_attributes(file, part, rows, base)
        for row in rows:
            event = expected.pop(row["position"], None)
            require(row == event, f"{file}: {row} is not {event}")
        parts, events = parts + 1, events + len(rows)
    require(not expected, f"{len(expected)} events are missing, among them {next(iter(expected), None)}")
    print(json.dumps({"parts": parts, "events": events, "bytes": compared, "hdf5": h5py.version.hdf5_version}))


if __name__ == "__main__":
    main(*sys.argv[1:])
