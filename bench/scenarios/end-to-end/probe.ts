import { setInterval, setTimeout } from 'node:timers/promises';

/** One event that was followed; times are Unix milliseconds with their fractions. */
export interface Probe {
  readonly eventId: string;
  readonly acceptedAtMs: number;
  readonly readableAtMs: number;
}

export interface ProbePlan {
  readonly startAfterMs: number;
  readonly everyMs: number;
  readonly count: number;
  /**
   * The longer an event takes, the less often it is asked for: after this share of the time that it has taken so far. Questions would be a load of
   * their own where it takes long. Default: 0.
   */
  readonly patience?: number;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether an event that is not accepted is left out. Default: it is an error. */
  readonly mayBeRefused?: boolean;
}

const askAgainMs = 5;
const giveUpMs = 60_000;
const nowMs = (): number => performance.timeOrigin + performance.now();

const followOne = async (
  baseUrl: string,
  { patience = 0, headers = {}, mayBeRefused = false }: Omit<ProbePlan, 'startAfterMs' | 'everyMs' | 'count'>,
): Promise<Probe | undefined> => {
  const path = `${baseUrl}/consultations/probe-${crypto.randomUUID()}/events`;
  const posted = await fetch(path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"event_type":"MESSAGE_RECEIVED","payload":{"probe":true}}',
  });
  const acceptedAtMs = nowMs();
  const text = await posted.text();
  if (posted.status !== 202) {
    if (mayBeRefused) return undefined;
    throw new Error(`a probe was answered ${posted.status}`);
  }
  const { event_id: eventId } = JSON.parse(text) as { event_id: string };
  for (let waitedMs = 0; waitedMs <= giveUpMs; waitedMs = nowMs() - acceptedAtMs) {
    await setTimeout(Math.max(askAgainMs, waitedMs * patience));
    const answer = await fetch(`${path}/${eventId}`, { headers });
    await answer.arrayBuffer();
    if (answer.status === 200) return { eventId, acceptedAtMs, readableAtMs: nowMs() };
  }
  throw new Error(`${eventId} was not readable within a minute`);
};

/** Posts single events, each to a consultation of its own, and asks for each until it is there. In the order in which they were posted. */
export const probe = async (
  baseUrl: string,
  { startAfterMs, everyMs, count, ...following }: ProbePlan,
): Promise<readonly Probe[]> => {
  await setTimeout(startAfterMs);
  const probes: Promise<Probe | undefined>[] = [];
  for await (const _ of setInterval(everyMs)) {
    if (probes.length >= count) break;
    probes.push(followOne(baseUrl, following));
  }
  return (await Promise.all(probes)).filter((each) => each !== undefined);
};
