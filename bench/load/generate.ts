import { type Connection, openConnection } from './connection.ts';
import type { LoadPlan, LoadResult } from './plan.ts';
import { createRecorder } from './record.ts';
import { createRequestSource } from './requests.ts';

/** A connection of the pool, with the request that it carries. */
interface Lane {
  connection: Connection | undefined;
  readonly scratch: Buffer;
  /** Undefined while idle. */
  request: number | undefined;
  dueMs: number;
}

const reconnectAfterMs = 20;
/** What a polite client waits before it sends again; at once would be a storm on a target that is already in trouble. */
const retryAfterMs = 50;
const tickMs = 1;

/**
 * Runs a plan to its end: until the time or the number of requests is reached, or `stop` fires, and every request
 * on the wire has been answered or lost.
 */
export const generateLoad = (plan: LoadPlan, stop: AbortSignal): Promise<LoadResult> =>
  new Promise((resolve) => {
    const source = createRequestSource(plan);
    const recorder = createRecorder(plan.eventsPerRequest);
    const intervalMs = plan.arrival.kind === 'constant' ? 1_000 / plan.arrival.requestsPerSecond : 0;
    const most = Math.min(
      plan.requests ?? Number.POSITIVE_INFINITY,
      plan.arrival.kind === 'constant' ? Math.floor(plan.durationMs / intervalMs) : Number.POSITIVE_INFINITY,
    );
    const again: number[] = [];
    const idle: Lane[] = [];
    const startMs = performance.now();
    const deadlineMs = startMs + plan.durationMs;
    let next = 0;
    let onTheWire = 0;
    /** Requests that wait to be sent again. */
    let waiting = 0;
    let ended = false;

    const moreToStart = (nowMs: number): boolean =>
      next < most && !stop.aborted && (plan.arrival.kind === 'constant' || nowMs < deadlineMs);

    const send = (lane: Lane, request: number, dueMs: number): void => {
      lane.request = request;
      lane.dueMs = dueMs;
      onTheWire++;
      lane.connection?.send(source.request(request, lane.scratch));
    };

    const sendAgainLater = (request: number): void => {
      waiting++;
      setTimeout(() => {
        waiting--;
        again.push(request);
        sendDue();
      }, retryAfterMs);
    };

    /** Gives work to the idle connections: first what has to be sent again, then what is due. */
    const sendDue = (): void => {
      const nowMs = performance.now();
      while (idle.length > 0) {
        const repeated = stop.aborted ? undefined : again.pop();
        if (repeated === undefined && !moreToStart(nowMs)) break;
        const dueMs = repeated === undefined && plan.arrival.kind === 'constant' ? startMs + next * intervalMs : nowMs;
        if (dueMs > nowMs) break;
        const lane = idle.pop();
        if (lane === undefined) break;
        // Lateness is the generator's own only where a connection was free; a busy pool is the target's doing.
        if (plan.arrival.kind === 'constant' && repeated === undefined) recorder.late(nowMs - dueMs);
        send(lane, repeated ?? next++, dueMs);
      }
      if (onTheWire === 0 && !moreToStart(nowMs) && (again.length + waiting === 0 || stop.aborted)) end(nowMs);
    };

    const release = (lane: Lane): number | undefined => {
      const { request } = lane;
      lane.request = undefined;
      if (request !== undefined) onTheWire--;
      return request;
    };

    const onAnswer = (lane: Lane, status: number, body: string): void => {
      const request = release(lane);
      if (request !== undefined) {
        const inPart = status === 202 && plan.eventsPerRequest > 1 && !body.includes('"rejected":[]');
        if (inPart) recorder.answeredInPart();
        else recorder.answered(request, status, performance.now() - lane.dueMs);
        if (plan.retry && (inPart || status !== 202)) sendAgainLater(request);
      }
      idle.push(lane);
      sendDue();
    };

    const onLost = (lane: Lane): void => {
      lane.connection = undefined;
      const at = idle.indexOf(lane);
      if (at >= 0) idle.splice(at, 1);
      const request = release(lane);
      if (request !== undefined) {
        recorder.lost();
        if (plan.retry) sendAgainLater(request);
      }
      if (ended) return;
      setTimeout(() => connect(lane), reconnectAfterMs);
      sendDue();
    };

    const connect = (lane: Lane): void => {
      if (ended) return;
      lane.connection = openConnection(plan.host, plan.port, {
        onReady: () => {
          idle.push(lane);
          sendDue();
        },
        onAnswer: (answer) => onAnswer(lane, answer.status, answer.body),
        onLost: () => onLost(lane),
      });
    };

    const lanes = Array.from({ length: plan.connections }, (): Lane => {
      const scratch = Buffer.alloc(source.longestBytes);
      return { connection: undefined, scratch, request: undefined, dueMs: 0 };
    });
    // Answers call sendDue too, so under load requests leave closer to their time than a timer's millisecond.
    const ticker = setInterval(sendDue, tickMs);
    const end = (nowMs: number): void => {
      if (ended) return;
      ended = true;
      clearInterval(ticker);
      for (const lane of lanes) lane.connection?.close();
      resolve(recorder.result(nowMs - startMs, next));
    };
    for (const lane of lanes) connect(lane);
  });
