import os
import threading

from process_executor.function_logs import EVENT_OVERHEAD_BYTES, FunctionLogs, OutputPump
from tests.waiting import eventually


def test_gives_each_output_once_and_ends_its_last_line() -> None:
    logs = FunctionLogs()
    logs.write(b"one\ntw")
    logs.write(b"o")
    assert logs.take() == "one\ntwo\n"
    assert logs.take() == ""


def test_keeps_the_newest_within_its_bound_and_tells_how_much_is_missing() -> None:
    logs = FunctionLogs(max_kept_bytes=1000)
    for number in range(100):
        logs.write(f"line {number:04d}\n".encode())
    first, *lines = logs.take().splitlines()
    assert lines[-1] == "line 0099"
    kept = [line for line in lines if line.startswith("line")]
    # Each chunk is charged for its line and for what may begin after its line feed.
    assert sum(len(line) + 1 + 2 * EVENT_OVERHEAD_BYTES for line in kept) <= 1000
    assert first.startswith(f"[{(100 - len(kept)) * len('line 0000' + chr(10))} earlier bytes")
    assert logs.take() == "", "the note is told once"


def test_bounds_one_giant_write() -> None:
    logs = FunctionLogs(max_kept_bytes=200_000)
    logs.write(b"x" * 10_000_000)
    assert len(logs.take()) <= 200_200


def test_replaces_what_is_no_utf8() -> None:
    logs = FunctionLogs()
    logs.write(b"caf\xe9")
    assert logs.take() == "caf�\n"


def test_drain_brings_everything_that_was_written_before_it() -> None:
    read_end, write_end = os.pipe()
    logs = FunctionLogs()
    pump = OutputPump(read_end, logs)
    for number in range(2000):
        os.write(write_end, f"{number}\n".encode())
        pump.drain()
        assert logs.take() == f"{number}\n"
    os.close(write_end)
    pump.join(5)


def test_never_blocks_the_writer_and_ends_with_the_last_of_them() -> None:
    read_end, write_end = os.pipe()
    pump = OutputPump(read_end, FunctionLogs(max_kept_bytes=100_000))
    # Far more than a pipe holds.
    writer = threading.Thread(target=os.write, args=(write_end, b"y" * 5_000_000), daemon=True)
    writer.start()
    eventually(lambda: not writer.is_alive())
    os.close(write_end)
    pump.join(5)
    pump.drain()
