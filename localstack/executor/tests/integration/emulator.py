"""Starts a real LocalStack on a free port, with everything it writes below one folder."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.waiting import eventually

REGION = "us-east-1"
ACCOUNT = "000000000000"
READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Emulator:
    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = folder / "localstack.log"
        (folder / "tmp").mkdir(parents=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder / "tmp"),
            "FILESYSTEM_ROOT": str(folder / "filesystem"),
            "GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
            "LAMBDA_RUNTIME_EXECUTOR": "process",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "EAGER_SERVICE_LOADING": "0",
            "LAMBDA_REMOVE_CONTAINERS": "1",
            # What a function must not see.
            "SECRET_OF_LOCALSTACK": "not for functions",
            **settings,
        }
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "localstack.runtime.main"],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )

    def await_ready(self) -> None:
        def ready() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(f"LocalStack ended at its start:\n{self.log()}")
            try:
                with urllib.request.urlopen(f"{self.url}/_localstack/health", timeout=5):
                    return "Ready." in self.log()
            except OSError:
                return False

        eventually(ready, READY_TIMEOUT_S, lambda: f"LocalStack is not ready:\n{self.log()}")

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=60, max_pool_connections=50),
        )

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def kill(self) -> None:
        """Only LocalStack itself: what it started must end by itself."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
