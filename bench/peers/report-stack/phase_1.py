"""The report's phase 1, its quick wins: orjson, gzip level 1, chunks of 100. EVENT_FILE names the HDF5 file."""

import hashlib
import os

import orjson
from event_file import PHASE_1, append
from fastapi import FastAPI, Request
from segments import segment_of

app = FastAPI()
path = os.environ["EVENT_FILE"]


@app.post("/consultations/{consultation_id}/events", status_code=202)
async def append_event(consultation_id: str, request: Request) -> dict[str, str]:
    event = orjson.loads(await request.body())
    event["consultation_id"] = consultation_id
    event["segment"] = segment_of(event.get("event_type"))
    event["audit_hash"] = hashlib.sha256(orjson.dumps(event, option=orjson.OPT_SORT_KEYS)).hexdigest()
    append(path, orjson.dumps(event), PHASE_1)
    return {"status": "accepted", "hash": event["audit_hash"]}
