"""Deploys the functions of tests/functions to an emulator."""

import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.emulator import ACCOUNT, REGION, Emulator
from tests.waiting import eventually

FUNCTIONS = Path(__file__).parents[1] / "functions"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/tests"


def archive(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return content.getvalue()


PROBE = archive(
    {
        "probe.mjs": (FUNCTIONS / "probe.mjs").read_text(),
        "broken.mjs": (FUNCTIONS / "broken.mjs").read_text(),
        "syntax.mjs": (FUNCTIONS / "syntax.mjs.txt").read_text(),
        "plain.cjs": "exports.handler = async (event) => ({ cjs: true, event });\n",
        "folder/common.js": "module.exports.handler = async () => 'commonjs';\n",
    }
)


@dataclass
class Result:
    payload: Any
    error: str | None
    status: int

    @property
    def error_type(self) -> str:
        return str(self.payload["errorType"])


@dataclass
class Function:
    emulator: Emulator
    name: str

    def invoke(self, event: object = None, **options: str) -> Result:
        answer = self.emulator.client("lambda").invoke(
            FunctionName=self.name, Payload=json.dumps({} if event is None else event), **options
        )
        body = answer["Payload"].read()
        return Result(json.loads(body) if body else None, answer.get("FunctionError"), answer["StatusCode"])

    def log_lines(self) -> list[str]:
        client = self.emulator.client("logs")
        group = f"/aws/lambda/{self.name}"
        try:
            events = client.filter_log_events(logGroupName=group)["events"]
        except client.exceptions.ResourceNotFoundException:
            return []
        return [event["message"].rstrip("\n") for event in events]

    def await_log(self, text: str) -> str:
        """The first line with `text`."""
        return eventually(
            lambda: next((line for line in self.log_lines() if text in line), ""),
            message=lambda: f"{text!r} in the log of {self.name}: {self.log_lines()}",
        )

    def delete(self) -> None:
        self.emulator.client("lambda").delete_function(FunctionName=self.name)


def deploy(
    emulator: Emulator,
    handler: str,
    timeout_s: int = 10,
    memory_mib: int = 256,
    variables: dict[str, str] | None = None,
    code: bytes = PROBE,
) -> Function:
    client = emulator.client("lambda")
    name = f"test-{handler.replace('.', '-').replace('/', '-')}-{uuid.uuid4().hex[:8]}"
    client.create_function(
        FunctionName=name,
        Runtime="nodejs24.x",
        Handler=handler,
        Role=ROLE,
        Code={"ZipFile": code},
        Timeout=timeout_s,
        MemorySize=memory_mib,
        Environment={"Variables": variables or {}},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
    return Function(emulator, name)


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
