"""Phase 2 at its best: the same with Redis's asynchronous client, so that requests of one worker overlap."""

import os

import orjson
import redis.asyncio
from fastapi import FastAPI, Request

app = FastAPI()
client = redis.asyncio.Redis(port=int(os.environ["REDIS_PORT"]))


@app.post("/consultations/{consultation_id}/events", status_code=202)
async def append_event(consultation_id: str, request: Request) -> dict[str, str]:
    event = orjson.loads(await request.body())
    fields = {"consultation_id": consultation_id, "event_json": orjson.dumps(event)}
    message_id = await client.xadd("fi:events", fields)
    return {"status": "accepted", "message_id": message_id.decode()}
