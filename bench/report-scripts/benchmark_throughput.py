import requests
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

def single_request():
    response = requests.post(
        "http://127.0.0.1:7001/consultations/test-id/events",
        json={"event_type": "MESSAGE_RECEIVED", "payload": {"msg": "test"}}
    )
    return response.status_code == 202

def benchmark_throughput(n_requests=1000, n_workers=50):
    start = time.perf_counter()

    with ThreadPoolExecutor(max_workers=n_workers) as executor:
        futures = [executor.submit(single_request) for _ in range(n_requests)]
        results = [f.result() for f in as_completed(futures)]

    elapsed = time.perf_counter() - start
    success_rate = sum(results) / len(results) * 100
    rps = n_requests / elapsed

    print(f"Throughput:")
    print(f"  RPS: {rps:.2f} req/s")
    print(f"  Success: {success_rate:.1f}%")
    print(f"  Total time: {elapsed:.2f}s")

if __name__ == "__main__":
    benchmark_throughput(1000, 50)
