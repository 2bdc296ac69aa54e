/**
 * Up to here a write holds up the event loop for less than what it costs to have a thread make it and to wait for that thread's turn:
 * 50 us of processor time, and now and then a tick of 4 ms on a busy machine (Linux 6.18 lets whoever runs finish its slice).
 * On an NVMe disk, 0.16 ms a write, that made 15,000 single events a second 19,000, and p95 at 6,000 a second 4.3 ms instead of 6.5.
 */
const quickMs = 0.5;
/** A tenth of what it takes the event loop to read so many events off its sockets. */
const quickMsPerMebibyte = 2;
/** Each write weighs so much in the average: one that stalls is forgotten after a few dozen. */
const weight = 1 / 8;

/**
 * How long a disk takes to make a write durable, by the latest ones. The price of writing where it is waited for: the first write of a
 * stall holds up the event loop, and with it whoever only reads, until it is over.
 */
export class DiskSpeed {
  /** As a share of what is quick for that many bytes. */
  #average = 0;

  /** Whether a write is best made where it is waited for. */
  get isQuick(): boolean {
    return this.#average <= 1;
  }

  /** Counts a write of so many bytes that took so long. */
  took(bytes: number, ms: number): void {
    const share = ms / (quickMs + (quickMsPerMebibyte * bytes) / 2 ** 20);
    this.#average += (share - this.#average) * weight;
  }
}
