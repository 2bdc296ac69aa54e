import { randomUUID } from 'node:crypto';
import type { Api, ApiAnswer } from './api.ts';
import { eventually } from './eventually.ts';

/** The answer to one event. */
export interface AcceptedOne {
  readonly status: 'accepted';
  readonly message_id: string;
  readonly event_id: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly field?: string;
}

/** The answer to several. */
export interface AcceptedBatch {
  readonly status: 'accepted';
  readonly accepted: number;
  readonly message_ids: readonly string[];
  readonly event_ids: readonly (string | null)[];
  readonly rejected: readonly { readonly index: number; readonly problem: Problem }[];
}

export interface ReadEvent {
  readonly event_id: string;
  readonly consultation_id: string;
  readonly event_type: string;
  readonly user_id?: string;
  readonly occurred_at?: string;
  readonly received_at: string;
  readonly segment: string;
  readonly sealed: boolean;
  /** Given when it is sealed. */
  readonly position?: number;
  readonly erased?: true;
  readonly payload: unknown;
}

export interface Page {
  readonly events: readonly ReadEvent[];
  readonly next: string | null | undefined;
}

/** A consultation that no other test writes to. */
export const newConsultation = (): string => `e2e-${randomUUID()}`;

export const eventsPath = (consultationId: string): string =>
  `/consultations/${encodeURIComponent(consultationId)}/events`;

/** One event as a client would write it; `payload` is JSON text and goes in as it is, last. */
export const eventText = (payload: string, members: Readonly<Record<string, string>> = {}): string =>
  `{${Object.entries({ event_type: 'MESSAGE_RECEIVED', ...members })
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join(',')},"payload":${payload}}`;

/** The payload's text in an event as it was answered: it is the last member, so it ends one character before the end. */
export const payloadText = (answerOfOneEvent: string): string => {
  const marker = ',"payload":';
  return answerOfOneEvent.slice(answerOfOneEvent.indexOf(marker) + marker.length, answerOfOneEvent.lastIndexOf('}'));
};

/** Waits until the event can be read, and gives the answer. */
export const readable = (api: Api, consultationId: string, eventId: string): Promise<ApiAnswer> =>
  eventually(`event ${eventId} to be readable`, async () => {
    const answer = await api.get(`${eventsPath(consultationId)}/${eventId}`);
    return answer.status === 200 ? answer : undefined;
  });

/** All events of a consultation, page by page. */
export const readAll = async (api: Api, consultationId: string, limit = 1_000): Promise<readonly ReadEvent[]> => {
  const events: ReadEvent[] = [];
  let after = '';
  for (;;) {
    const answer = await api.get(`${eventsPath(consultationId)}?unsealed=true&limit=${limit}${after}`);
    if (answer.status !== 200) throw new Error(`reading ${consultationId}: ${answer.status} ${answer.text}`);
    const page = answer.json<Page>();
    events.push(...page.events);
    if (page.next === null || page.next === undefined) return events;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
};

/** Waits until the consultation has that many events, then reads them all. */
export const readableCount = (api: Api, consultationId: string, count: number): Promise<readonly ReadEvent[]> =>
  eventually(`${count} events of ${consultationId} to be readable`, async () => {
    const events = await readAll(api, consultationId);
    return events.length >= count ? events : undefined;
  });
