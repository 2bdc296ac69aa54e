"""Prints the id of every event in an event file, one a line. Usage: read_ids.py EVENT_FILE."""

import sys

import h5py
import orjson

with h5py.File(sys.argv[1], "r") as file:
    for row in file["events"]:
        print(orjson.loads(row)["event_id"])
