from dataclasses import replace

from process_executor.invocation_report import InvocationReport, init_report

REPORT = InvocationReport(
    request_id="r1",
    version="$LATEST",
    earlier_output="before\n",
    output="during\n",
    failure_lines=(),
    duration_ms=12.345,
    memory_size_mib=256,
    peak_memory_bytes=61 * 1024 * 1024 + 1,
    init_duration_ms=None,
)


def test_frames_what_the_function_wrote() -> None:
    assert str(REPORT) == (
        "before\n"
        "START RequestId: r1 Version: $LATEST\n"
        "during\n"
        "END RequestId: r1\n"
        "REPORT RequestId: r1\tDuration: 12.35 ms\tBilled Duration: 13 ms\t"
        "Memory Size: 256 MB\tMax Memory Used: 62 MB\t\n"
    )


def test_tells_the_initialisation_and_the_failure() -> None:
    failed = replace(
        REPORT, failure_lines=("why",), init_duration_ms=100.0, status="timeout", error_type="Sandbox.Timedout"
    )
    lines = str(failed).splitlines()
    assert lines[3] == "why"
    assert lines[5].endswith("\tInit Duration: 100.00 ms\tStatus: timeout\tError Type: Sandbox.Timedout\t")


def test_reports_a_failed_initialisation() -> None:
    expected = "INIT_REPORT Init Duration: 5.00 ms\tPhase: init\tStatus: error\tError Type: TypeError\t\n"
    assert init_report(5, "init", "error", "TypeError") == expected
