import { setInterval } from 'node:timers/promises';

const askAgainMs = 5;

/**
 * Posts single events, `everyMs` apart, each to a consultation of its own, and asks for each until it is there.
 * @returns milliseconds from the 202 to the first 200, ascending; never less than one question takes.
 */
export const measureReadable = async (baseUrl: string, probes: number, everyMs: number): Promise<Float64Array> => {
  const waits: Promise<number>[] = [];
  for await (const _ of setInterval(everyMs)) {
    if (waits.length === probes) break;
    waits.push(timeToReadable(baseUrl, `readable-${crypto.randomUUID()}`));
  }
  return Float64Array.from(await Promise.all(waits)).sort();
};

const timeToReadable = async (baseUrl: string, consultationId: string): Promise<number> => {
  const path = `${baseUrl}/consultations/${consultationId}/events`;
  const posted = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"event_type":"MESSAGE_RECEIVED","payload":{"probe":true}}',
  });
  const acceptedMs = performance.now();
  if (posted.status !== 202) throw new Error(`a probe was answered ${posted.status}`);
  const { event_id: eventId } = (await posted.json()) as { event_id: string };
  for await (const _ of setInterval(askAgainMs)) {
    const answer = await fetch(`${path}/${eventId}`);
    await answer.arrayBuffer();
    if (answer.status === 200) return performance.now() - acceptedMs;
    if (performance.now() - acceptedMs > 60_000) break;
  }
  throw new Error(`${eventId} was not readable within a minute`);
};
