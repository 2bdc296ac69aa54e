"""Decrypts the events of a level-0 part with the functions of docs/KEY_STORE.md, h5py and a library of its own. Prints a JSON list.

Usage: read_encrypted.py DOCUMENT PART KEY_STORE MASTER_KEY_FILE
"""

import hashlib
import json
import re
import sys
import uuid
from pathlib import Path

import h5py

document, part_file, key_store, master_key_file = sys.argv[1:]
exec(re.search(r"^```python\n(.*?)^```$", Path(document).read_text(), re.M | re.S).group(1))

master_key = base64url(Path(master_key_file).read_text().strip().removeprefix("fi-events-master-key-1:"))


def key_of(consultation_id):
    name = hashlib.sha256(consultation_id.encode()).hexdigest()
    record = json.loads((Path(key_store) / "keys" / name[:2] / f"{name}.json").read_text())
    return None if record["state"] == "erased" else data_key(master_key, record)


events = []
with h5py.File(part_file, "r") as part:
    names = [name.rstrip(b"\0").decode() for name in part["consultation_names"][...].tolist()]
    arena, offsets = part["payload"][...].tobytes(), part["payload_offset"][...].tolist()
    for row in range(part.attrs["count"]):
        consultation_id = names[part["consultation"][row]]
        event_id = str(uuid.UUID(bytes=part["event_id"][row].tobytes()))
        stored = arena[offsets[row] : offsets[row + 1]].decode()
        key = key_of(consultation_id)
        user_id, payload = (None, None) if key is None else decrypt(stored, consultation_id, event_id, key)
        events.append({"event_id": event_id, "user_id": user_id, "payload": payload})
print(json.dumps(events))
