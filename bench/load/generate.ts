import type { Connection } from './connection.ts';
import type { LoadPlan, LoadResult } from './plan.ts';
import { type LoadPorts, systemPorts } from './ports.ts';
import { protocols } from './protocols/by-name.ts';
import { createRecorder } from './record.ts';
import { createRequestSource } from './requests.ts';

/** A connection of the pool, with the request that it carries. */
interface Lane {
  connection: Connection | undefined;
  readonly scratch: Buffer;
  /** Undefined while idle. */
  request: number | undefined;
  dueMs: number;
  /** Whether its latency counts: not during the warm-up. */
  counts: boolean;
}

const reconnectAfterMs = 20;
/** What a polite client waits before it sends again; at once would be a storm on a target that is already in trouble. */
const retryAfterMs = 50;
const tickMs = 1;

/**
 * Runs a plan to its end: until the time or the number of requests is reached, or `stop` fires, and every request
 * on the wire has been answered or lost.
 * @param onUnderWay called once, when the plan's `underWayRequests` have been accepted
 */
export const generateLoad = (
  plan: LoadPlan,
  stop: AbortSignal,
  ports: LoadPorts = systemPorts,
  onUnderWay: () => void = () => {},
): Promise<LoadResult> =>
  new Promise((resolve) => {
    const { warmUpMs = 0 } = plan;
    const protocol = protocols[plan.protocol ?? 'http'];
    const source = createRequestSource(plan, protocol);
    const recorder = createRecorder(plan.eventsPerRequest);
    const intervalMs = plan.arrival.kind === 'constant' ? 1_000 / plan.arrival.requestsPerSecond : 0;
    let most = Math.min(
      plan.requests ?? Number.POSITIVE_INFINITY,
      plan.arrival.kind === 'constant'
        ? Math.floor((warmUpMs + plan.durationMs) / intervalMs)
        : Number.POSITIVE_INFINITY,
    );
    const again: number[] = [];
    const idle: Lane[] = [];
    const startMs = ports.nowMs();
    const countsFromMs = startMs + warmUpMs;
    const deadlineMs = countsFromMs + plan.durationMs;
    let next = 0;
    let onTheWire = 0;
    /** Requests that wait to be sent again. */
    let waiting = 0;
    let ended = false;
    let lastAnswerMs = startMs;
    let acceptedRequests = 0;

    const moreToStart = (nowMs: number): boolean =>
      next < most && !stop.aborted && (plan.arrival.kind === 'constant' || nowMs < deadlineMs);

    const send = (lane: Lane, request: number, dueMs: number): void => {
      lane.request = request;
      lane.dueMs = dueMs;
      lane.counts = dueMs >= countsFromMs;
      onTheWire++;
      lane.connection?.send(source.request(request, lane.scratch));
    };

    const sendAgainLater = (request: number): void => {
      waiting++;
      ports.after(retryAfterMs, () => {
        waiting--;
        again.push(request);
        sendDue();
      });
    };

    /** Starts no further requests; those that are overdue count as they stand. */
    const giveUp = (nowMs: number): void => {
      for (let request = next; request < most; request++) {
        const dueMs = startMs + request * intervalMs;
        if (dueMs > nowMs) break;
        if (dueMs >= countsFromMs) recorder.givenUp(nowMs - dueMs);
      }
      most = next;
    };

    /** Gives work to the idle connections: first what has to be sent again, then what is due. */
    const sendDue = (): void => {
      const nowMs = ports.nowMs();
      while (idle.length > 0) {
        const repeated = stop.aborted ? undefined : again.pop();
        if (repeated === undefined && !moreToStart(nowMs)) break;
        const dueMs = repeated === undefined && plan.arrival.kind === 'constant' ? startMs + next * intervalMs : nowMs;
        if (dueMs > nowMs) break;
        if (nowMs - dueMs > (plan.mostBehindMs ?? Number.POSITIVE_INFINITY)) {
          giveUp(nowMs);
          break;
        }
        const lane = idle.pop();
        if (lane === undefined) break;
        // Lateness is the generator's own only where a connection was free; a busy pool is the target's doing.
        const isDue = plan.arrival.kind === 'constant' && repeated === undefined;
        if (isDue && dueMs >= countsFromMs) recorder.late(nowMs - dueMs);
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
      lastAnswerMs = ports.nowMs();
      const request = release(lane);
      if (request !== undefined) {
        const inPart = status === 202 && plan.eventsPerRequest > 1 && !body.includes('"rejected":[]');
        if (status === 202 && ++acceptedRequests === plan.underWayRequests) onUnderWay();
        if (inPart) recorder.answeredInPart();
        else recorder.answered(request, status, lane.counts ? ports.nowMs() - lane.dueMs : undefined);
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
      ports.after(reconnectAfterMs, () => connect(lane));
      sendDue();
    };

    const connect = (lane: Lane): void => {
      if (ended) return;
      lane.connection = ports.connect(protocol, plan, {
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
      return { connection: undefined, scratch, request: undefined, dueMs: 0, counts: true };
    });
    // Answers call sendDue too, so under load requests leave closer to their time than a timer's millisecond.
    const stopTicking = ports.every(tickMs, () => {
      sendDue();
      const nowMs = ports.nowMs();
      if (onTheWire > 0 && nowMs - lastAnswerMs > (plan.mostSilentMs ?? Number.POSITIVE_INFINITY)) end(nowMs);
    });
    const end = (nowMs: number): void => {
      if (ended) return;
      ended = true;
      stopTicking();
      for (const lane of lanes) lane.connection?.close();
      resolve(recorder.result(Math.max(0, nowMs - countsFromMs), next, onTheWire));
    };
    for (const lane of lanes) connect(lane);
  });
