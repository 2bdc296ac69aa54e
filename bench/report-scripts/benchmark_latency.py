import time
import requests
from statistics import quantiles

def benchmark_append_event(n_requests=1000):
    latencies = []

    for i in range(n_requests):
        start = time.perf_counter()
        response = requests.post(
            "http://127.0.0.1:7001/consultations/test-id/events",
            json={
                "event_type": "MESSAGE_RECEIVED",
                "payload": {"message": f"test_{i}"},
                "user_id": "benchmark_user"
            }
        )
        elapsed_ms = (time.perf_counter() - start) * 1000
        latencies.append(elapsed_ms)

    # Compute p50, p95, p99
    p50, p95, p99 = quantiles(latencies, n=100)[49], quantiles(latencies, n=100)[94], quantiles(latencies, n=100)[98]

    print(f"Latency (ms):")
    print(f"  p50: {p50:.2f}")
    print(f"  p95: {p95:.2f}")
    print(f"  p99: {p99:.2f}")

if __name__ == "__main__":
    benchmark_append_event(1000)
