"""Reads every part of a store with h5py and with h5dump, and holds both against the events that were stored.

Usage: read_parts.py STORE EXPECTED, where EXPECTED has one JSON object a line. It is written from
docs/PART_FORMAT.md alone. Prints one JSON object with what it counted; exits with 1 and the reason at the first difference.
"""

import base64
import datetime
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import uuid

import h5py
import numpy

COLUMNS = {
    "payload": "|u1",
    "payload_offset": "<u8",
    "event_id": "|u1",
    "leaf": "|u1",
    "received_at": "<i8",
    "occurred_at": "<i8",
    "request_index": "<u4",
    "event_type": "<u4",
    "segment": "<u4",
    "consultation": "<u4",
    "user": "<u4",
}
TEXTS = ["event_type_names", "segment_names", "consultation_names", "user_names"]
OPTIONAL_TEXTS = ["occurred_at_text"]
NO_TIME = -(2**63)
EPOCH = datetime.datetime(1970, 1, 1)


def require(condition, message):
    if not condition:
        raise SystemExit(message)


def bytes_by_h5py(dataset):
    """The bytes as the file has them: nothing is converted, cut off or decoded on the way."""
    stored = dataset.id.get_type()
    values = numpy.zeros(dataset.shape, dtype=f"S{stored.get_size()}" if dataset.name[1:] in TEXTS + OPTIONAL_TEXTS else dataset.dtype)
    dataset.id.read(h5py.h5s.ALL, h5py.h5s.ALL, values, mtype=stored)
    return values.tobytes()


def bytes_by_h5dump(file, name):
    with tempfile.NamedTemporaryFile() as output:
        run = subprocess.run(
            ["h5dump", "-d", f"/{name}", "-b", "FILE", "-o", output.name, str(file)], capture_output=True, text=True
        )
        require(run.returncode == 0, f"{file}: h5dump cannot read {name}: {run.stderr}")
        return pathlib.Path(output.name).read_bytes()


def texts_of(dataset):
    return [value.rstrip(b"\0").decode("utf-8") for value in dataset[...].tolist()]


def check_storage(file, part):
    for name, dataset in part.items():
        creation = dataset.id.get_create_plist()
        filters = [creation.get_filter(index)[0] for index in range(creation.get_nfilters())]
        require(filters in ([h5py.h5z.FILTER_DEFLATE], [h5py.h5z.FILTER_FLETCHER32]), f"{file}: {name} has filters {filters}")
        for index in range(dataset.id.get_num_chunks()):
            require(dataset.id.get_chunk_info(index).filter_mask == 0, f"{file}: a chunk of {name} skipped its filter")
        require(not h5py.check_vlen_dtype(dataset.dtype), f"{file}: {name} has variable length")
        require(dataset.maxshape == dataset.shape, f"{file}: {name} can grow")


def check_types(file, part):
    present = set(part.keys())
    required = set(COLUMNS) | set(TEXTS)
    require(required <= present <= required | set(OPTIONAL_TEXTS), f"{file}: has the datasets {sorted(present)}")
    for name, dtype in COLUMNS.items():
        require(part[name].dtype.str == dtype, f"{file}: {name} is {part[name].dtype.str} and not {dtype}")
    for name in present - set(COLUMNS):
        info = h5py.check_string_dtype(part[name].dtype)
        require(info and info.encoding == "utf-8" and info.length, f"{file}: {name} is no fixed-length UTF-8")


def time_text(milliseconds):
    return (EPOCH + datetime.timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds") + "Z"


def rows_of(part):
    columns = {name: part[name][...] for name in COLUMNS}
    names = {name: texts_of(part[name]) for name in TEXTS}
    time_texts = texts_of(part["occurred_at_text"]) if "occurred_at_text" in part else None
    arena = columns["payload"].tobytes()
    offsets = columns["payload_offset"].tolist()
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
            "segment": names["segment_names"][columns["segment"][row]],
            "payload": arena[offsets[row] : offsets[row + 1]],
            "leaf": columns["leaf"][row].tobytes(),
        }


def leaf_hash(event):
    fields = [
        "fi-events/1",
        event["consultation_id"],
        event["event_id"],
        event["segment"],
        event["received_at"],
        event["event_type"],
        event["user_id"],
        event["occurred_at"],
        event["payload"],
    ]
    digest = hashlib.sha256(b"\0")
    for field in fields:
        if field is None:
            digest.update(b"\xff\xff\xff\xff")
            continue
        data = field if isinstance(field, bytes) else field.encode("utf-8")
        digest.update(struct.pack(">I", len(data)) + data)
    return digest.digest()


def tree_hash(leaves):
    """RFC 6962, section 2.1, over leaves that are hashed already."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


def check_attributes(file, part, rows):
    received = part["received_at"][...]
    ids = sorted(row["event_id"] for row in rows)
    expected = {
        "format": "fi-events part",
        "format_version": 1,
        "level": 0,
        "part_id": file.stem,
        "count": len(rows),
        "received_at_min": int(received.min()),
        "received_at_max": int(received.max()),
        "event_id_min": ids[0],
        "event_id_max": ids[-1],
        "merkle_root": tree_hash([row["leaf"] for row in rows]).hex(),
    }
    found = {name: value.decode() if isinstance(value, bytes) else value for name, value in part.attrs.items()}
    require(found == expected, f"{file}: has the attributes {found} and not {expected}")
    header = subprocess.run(["h5dump", "-A", "0", "-B", str(file)], capture_output=True, text=True, check=True).stdout
    header += subprocess.run(["h5dump", "-a", "/merkle_root", str(file)], capture_output=True, text=True, check=True).stdout
    require(expected["merkle_root"] in header, f"{file}: h5dump does not show the Merkle root")
    require("SUPERBLOCK_VERSION 3" in header, f"{file}: its superblock is not of version 3, whose fields are checksummed")


def read_part(file):
    require(file.parent.name == file.stem[-1], f"{file} lies in the wrong folder")
    require(uuid.UUID(file.stem).version == 7, f"{file} is not named by a UUIDv7")
    with h5py.File(file, "r") as part:
        check_types(file, part)
        check_storage(file, part)
        values = 0
        for name in part:
            by_h5py = bytes_by_h5py(part[name])
            require(by_h5py == bytes_by_h5dump(file, name), f"{file}: h5py and h5dump read {name} differently")
            values += len(by_h5py)
        rows = list(rows_of(part))
        check_attributes(file, part, rows)
    return rows, values


def main(store, expected_file):
    expected = {}
    with open(expected_file, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            event["payload"] = base64.b64decode(event.pop("payload_base64"))
            expected[(event["consultation_id"], event["event_id"])] = event
    parts = events = compared = 0
    for file in sorted(pathlib.Path(store, "level0").glob("*/*.h5")):
        rows, values = read_part(file)
        for row in rows:
            leaf = row.pop("leaf")
            event = expected.pop((row["consultation_id"], row["event_id"]), None)
            require(event is not None, f"{file}: {row['event_id']} was not expected, or is there twice")
            require(row == event, f"{file}: {row} is not {event}")
            require(leaf == leaf_hash(row), f"{file}: {row['event_id']} has another leaf hash")
        parts, events, compared = parts + 1, events + len(rows), compared + values
    require(not expected, f"{len(expected)} events are missing, among them {next(iter(expected), None)}")
    print(json.dumps({"parts": parts, "events": events, "bytes": compared, "hdf5": h5py.version.hdf5_version}))


if __name__ == "__main__":
    main(*sys.argv[1:])
