"""The report's event file: one dataset of variable-length JSON strings, with its compression settings."""

from typing import Any

import h5py

BASELINE = {"compression": "gzip", "compression_opts": 4, "chunks": True}
PHASE_1 = {"compression": "gzip", "compression_opts": 1, "chunks": (100,)}


def events_of(file: h5py.File, settings: dict[str, Any]) -> h5py.Dataset:
    """The dataset of a file that is open for writing, made where it is not there yet."""
    if "events" not in file:
        file.create_dataset("events", shape=(0,), maxshape=(None,), dtype=h5py.string_dtype(), **settings)
    return file["events"]


def extend(events: h5py.Dataset, rows: list[bytes]) -> None:
    """Appends rows with one resize and one write."""
    count = events.shape[0]
    events.resize((count + len(rows),))
    events[count:] = rows


def append(path: str, row: bytes, settings: dict[str, Any]) -> None:
    """Opens the file, appends one event and closes it, as the report does for each event."""
    with h5py.File(path, "a") as file:
        extend(events_of(file, settings), [row])
