"""The report's baseline: parse, segment, hash and persist within the request. EVENT_FILE names the HDF5 file.

The handler is `async def` with blocking work in it, as printed in the report: one worker does one request at a time.
"""

import hashlib
import json
import os

from event_file import BASELINE, append
from fastapi import FastAPI, Request
from segments import segment_of

app = FastAPI()
path = os.environ["EVENT_FILE"]


@app.post("/consultations/{consultation_id}/events", status_code=202)
async def append_event(consultation_id: str, request: Request) -> dict[str, str]:
    event = json.loads(await request.body())
    event["consultation_id"] = consultation_id
    event["segment"] = segment_of(event.get("event_type"))
    text = json.dumps(event, sort_keys=True, ensure_ascii=False)
    event["audit_hash"] = hashlib.sha256(text.encode()).hexdigest()
    append(path, json.dumps(event, ensure_ascii=False).encode(), BASELINE)
    return {"status": "accepted", "hash": event["audit_hash"]}
