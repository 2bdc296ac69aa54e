"""The report's phase 2 as printed: XADD by Redis's blocking client in an `async def`. REDIS_PORT names the server."""

import os

import orjson
import redis
from fastapi import FastAPI, Request

app = FastAPI()
client = redis.Redis(port=int(os.environ["REDIS_PORT"]))


@app.post("/consultations/{consultation_id}/events", status_code=202)
async def append_event(consultation_id: str, request: Request) -> dict[str, str]:
    event = orjson.loads(await request.body())
    fields = {"consultation_id": consultation_id, "event_json": orjson.dumps(event)}
    return {"status": "accepted", "message_id": client.xadd("fi:events", fields).decode()}
