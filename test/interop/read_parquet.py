"""Reads a Parquet file of `fi export` with pyarrow and with pandas, and prints each row as one JSON list."""

import base64
import json
import sys

import pandas
import pyarrow.parquet

path = sys.argv[1]
file = pyarrow.parquet.ParquetFile(path)
# strict: a text that is no UTF-8 is an error here and never replaced.
table = file.read()
rows = table.to_pylist()
frame = pandas.read_parquet(path, engine="pyarrow")
assert list(frame.columns) == table.column_names
assert len(frame) == len(rows)
assert str(frame["received_at"].dtype).startswith("datetime64[ms, UTC"), frame["received_at"].dtype
assert [row["payload"] for row in rows] == frame["payload"].tolist()


def text(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


json.dump(
    {
        "row_groups": file.metadata.num_row_groups,
        "next": file.metadata.metadata[b"fi-events.next"].decode(),
        "compression": file.metadata.row_group(0).column(0).compression,
        "types": {field.name: str(field.type) for field in table.schema},
        "events": [
            {
                "position": row["position"],
                "consultation_id": row["consultation_id"],
                "event_id": row["event_id"],
                "event_type": row["event_type"],
                "user_id": row["user_id"],
                "occurred_at": row["occurred_at"],
                "received_at": text(row["received_at"]),
                "request_index": row["request_index"],
                "segment": row["segment"],
                "payload_base64": base64.b64encode(row["payload"].encode("utf-8")).decode("ascii"),
            }
            for row in rows
        ],
    },
    sys.stdout,
)
