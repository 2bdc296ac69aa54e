import { scanParts } from '../parts/scan-parts.ts';
import { runLoad } from './run-load.ts';
import { readSourceEvents } from './source-events.ts';

const events = readSourceEvents();

/** Posts the 10,000 events as one NDJSON body of 9 MB. @throws Error unless all of them are accepted. */
export const postAtOnce = async (host: { readonly baseUrl: string }): Promise<void> => {
  const answer = await fetch(`${host.baseUrl}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: events.map((event) => event.line).join('\n'),
  });
  const text = await answer.text();
  if (answer.status !== 202) throw new Error(`${answer.status}: ${text.slice(0, 1_000)}`);
  const { accepted } = JSON.parse(text) as { accepted: number };
  if (accepted !== events.length) throw new Error(`${accepted} accepted`);
};

/** Posts them one by one over 50 connections. @throws Error unless all of them are accepted. */
export const postOneByOne = async (host: { readonly port: number }): Promise<void> => {
  const load = await runLoad({
    host: '127.0.0.1',
    port: host.port,
    connections: 50,
    eventsPerRequest: 1,
    arrival: { kind: 'closed' },
    durationMs: 600_000,
    requests: events.length,
    retry: false,
  });
  if (load.acceptedEvents !== events.length) throw new Error(`accepted: ${JSON.stringify(load.statuses)}`);
};

/**
 * Compares the parts with the lines that were posted: every event is there, its payload byte for byte, once.
 * @returns how many events and parts there are
 * @throws Error at the first event that is not as its line has it, that is there twice, or that nobody sent.
 */
export const compareWithSource = (storeDir: string): { readonly events: number; readonly parts: number } => {
  const expected = new Map(events.map((event) => [event.eventId, event]));
  let parts = 0;
  for (const part of scanParts(storeDir)) {
    parts++;
    for (const row of part.rows) {
      const event = expected.get(row.eventId);
      if (event === undefined) throw new Error(`${row.eventId} is there twice, or was never sent`);
      expected.delete(row.eventId);
      const same =
        row.consultationId === event.consultationId && row.payload.equals(Buffer.from(event.payload, 'utf8'));
      if (!same) throw new Error(`${row.eventId} in ${part.path} is not as it was sent`);
    }
  }
  if (expected.size > 0) throw new Error(`${expected.size} events are in no part`);
  return { events: events.length, parts };
};
