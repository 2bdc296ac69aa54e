import type { LoadResult } from './plan.ts';

/** Numbers that grow one at a time, kept unboxed. */
const growingList = (): { push(value: number): void; sorted(): Float64Array } => {
  let values = new Float64Array(65_536);
  let count = 0;
  return {
    push: (value) => {
      if (count === values.length) {
        const larger = new Float64Array(count * 2);
        larger.set(values);
        values = larger;
      }
      values[count++] = value;
    },
    sorted: () => values.slice(0, count).sort(),
  };
};

/** Collects what a run sees. */
export interface Recorder {
  /** An answer to request `index` came `latencyMs` after it was due; undefined during the warm-up. */
  answered(index: number, status: number, latencyMs: number | undefined): void;
  /** A batch was answered with 202 but some of its events were rejected. */
  answeredInPart(): void;
  lost(): void;
  late(latenessMs: number): void;
  /** A request that was due after the warm-up is not sent any more, `latencyMs` after it was due. */
  givenUp(latencyMs: number): void;
  /** @param unanswered requests that are still on the wire */
  result(elapsedMs: number, sentRequests: number, unanswered: number): LoadResult;
}

export const createRecorder = (eventsPerRequest: number): Recorder => {
  const statuses: Record<number, number> = {};
  const latencies = growingList();
  const lateness = growingList();
  let acceptedRequests = new Uint8Array(65_536);
  let lost = 0;
  let partial = 0;
  let givenUp = 0;

  const markAccepted = (index: number): void => {
    if (index >= acceptedRequests.length) {
      const larger = new Uint8Array(Math.max(index + 1, acceptedRequests.length * 2));
      larger.set(acceptedRequests);
      acceptedRequests = larger;
    }
    acceptedRequests[index] = 1;
  };

  return {
    answered: (index, status, latencyMs) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status !== 202) return;
      if (latencyMs !== undefined) latencies.push(latencyMs);
      markAccepted(index);
    },
    answeredInPart: () => {
      partial++;
    },
    lost: () => {
      lost++;
    },
    late: (latenessMs) => lateness.push(latenessMs),
    givenUp: (latencyMs) => {
      givenUp++;
      latencies.push(latencyMs);
    },
    result: (elapsedMs, sentRequests, unanswered) => {
      const accepted = new Uint8Array(sentRequests * eventsPerRequest);
      let acceptedEvents = 0;
      for (let index = 0; index < sentRequests; index++) {
        if (acceptedRequests[index] !== 1) continue;
        accepted.fill(1, index * eventsPerRequest, (index + 1) * eventsPerRequest);
        acceptedEvents += eventsPerRequest;
      }
      return {
        elapsedMs,
        statuses,
        lost,
        partial,
        givenUp,
        unanswered,
        sentEvents: accepted.length,
        accepted,
        acceptedEvents,
        latenciesMs: latencies.sorted(),
        latenessMs: lateness.sorted(),
      };
    },
  };
};
