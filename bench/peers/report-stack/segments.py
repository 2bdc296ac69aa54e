"""The report's SEGMENT stage: a policy by event type."""

SEGMENT_BY_TYPE = {"MESSAGE_RECEIVED": "chat", "AUDIO_CHUNK_TRANSCRIBED": "audio"}


def segment_of(event_type: str | None) -> str:
    return SEGMENT_BY_TYPE.get(event_type or "", "default")
