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
}

const askAgainMs = 5;
const giveUpMs = 60_000;
const nowMs = (): number => performance.timeOrigin + performance.now();

const followOne = async (baseUrl: string): Promise<Probe> => {
  const path = `${baseUrl}/consultations/probe-${crypto.randomUUID()}/events`;
  const posted = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"event_type":"MESSAGE_RECEIVED","payload":{"probe":true}}',
  });
  const acceptedAtMs = nowMs();
  if (posted.status !== 202) throw new Error(`a probe was answered ${posted.status}`);
  const { event_id: eventId } = (await posted.json()) as { event_id: string };
  for await (const _ of setInterval(askAgainMs)) {
    const answer = await fetch(`${path}/${eventId}`);
    await answer.arrayBuffer();
    if (answer.status === 200) return { eventId, acceptedAtMs, readableAtMs: nowMs() };
    if (nowMs() - acceptedAtMs > giveUpMs) break;
  }
  throw new Error(`${eventId} was not readable within a minute`);
};

/** Posts single events, each to a consultation of its own, and asks for each until it is there. */
export const probe = async (
  baseUrl: string,
  { startAfterMs, everyMs, count }: ProbePlan,
): Promise<readonly Probe[]> => {
  await setTimeout(startAfterMs);
  const following: Promise<Probe>[] = [];
  for await (const _ of setInterval(everyMs)) {
    if (following.length >= count) break;
    following.push(followOne(baseUrl));
  }
  return Promise.all(following);
};
