import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from '../api/api.ts';
import { loadContract } from '../api/contract.ts';
import { eventsPath, eventText, newConsultation, payloadText, type ReadEvent } from '../api/events.ts';
import { eventually } from '../api/eventually.ts';
import type { Host } from '../hosts/host.ts';

export interface FeedSubject {
  /** A host that seals. */
  readonly start: () => Promise<Host>;
  /** How long it may take until an event that was accepted is sealed. */
  readonly sealedWithinMs: number;
  /** Whether a stream goes on behind its first page, as on our own host. */
  readonly goesOn: boolean;
}

interface FeedPage {
  readonly events: readonly (ReadEvent & { readonly position: number })[];
  readonly next: string;
  readonly more: boolean;
}

interface Message {
  readonly id: string | undefined;
  readonly data: string | undefined;
}

/** What came down a stream so far, taken apart as a browser does. */
const messagesOf = (text: string): readonly Message[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => ({ id: /^id: (.*)$/m.exec(block)?.[1], data: /^data: (.*)$/m.exec(block)?.[1] }))
    .filter(({ id, data }) => id !== undefined || data !== undefined);

/** A browser's EventSource as far as it concerns us: the connection is the test's to close. */
const openStream = async (url: string, headers: Readonly<Record<string, string>> = {}) => {
  const request = http.get(url, { headers: { accept: 'text/event-stream', ...headers } });
  request.on('error', () => {});
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
  let text = '';
  let ended = false;
  response.setEncoding('utf8');
  response.on('data', (piece: string) => {
    text += piece;
  });
  response.on('end', () => {
    ended = true;
  });
  response.on('error', () => {});
  return {
    status: response.statusCode,
    headers: response.headers,
    messages: () => messagesOf(text),
    ended: () => ended,
    close: () => request.destroy(),
  };
};

/** What every host that seals gives to consumers of everything. */
export const feedSuite = (name: string, { start, sealedWithinMs, goesOn }: FeedSubject): void => {
  describe(`${name}, read by consumers that keep up`, () => {
    let host: Host;
    let api: Api;
    beforeAll(async () => {
      host = await start();
      api = createApi(host.baseUrl, await loadContract(host.baseUrl, host.headers), host.headers);
    }, 300_000);
    afterAll(() => host?.stop());

    const accept = async (
      consultationId: string,
      count: number,
      members: Record<string, string> = {},
    ): Promise<void> => {
      const lines = Array.from({ length: count }, (_, n) => eventText(`{"n":${n}, "exact": 1.0}`, members));
      expect((await api.postLines(eventsPath(consultationId), lines)).status).toBe(202);
    };

    /** Reads on until everything sealed is read and so many events were of the consultation. */
    const readUntil = async (consultationId: string, count: number, limit: number, from?: string) => {
      const events: FeedPage['events'][number][] = [];
      let after = from;
      const isThere = () => events.filter((event) => event.consultation_id === consultationId).length >= count;
      await eventually(
        `${count} events of ${consultationId} to be sealed`,
        async () => {
          const query = after === undefined ? '' : `&after=${after}`;
          const page = (await api.get(`/events?limit=${limit}${query}`)).json<FeedPage>();
          events.push(...page.events);
          if (page.more) expect(page.next).not.toBe(after);
          after = page.next;
          return isThere() && !page.more ? true : undefined;
        },
        sealedWithinMs,
      );
      return { events, next: after ?? '' };
    };

    it(
      'everything sealed, each event once, in the order of positions, and on from a cursor',
      async () => {
        const [one, other] = [newConsultation(), newConsultation()];
        await accept(one, 12);
        await accept(other, 5);
        const { events, next } = await readUntil(other, 5, 7);
        const positions = events.map(({ position }) => position);
        expect(positions).toEqual(Array.from({ length: positions.length }, (_, position) => position));
        const ofOne = events.filter((event) => event.consultation_id === one);
        expect(ofOne.map(({ payload }) => payload)).toEqual(Array.from({ length: 12 }, (_, n) => ({ n, exact: 1 })));
        const third = newConsultation();
        await accept(third, 3);
        const later = await readUntil(third, 3, 100, next);
        expect(later.events.map((event) => event.consultation_id)).toEqual([third, third, third]);
        expect(later.events[0]?.position).toBe(positions.length);
        const latest = (await api.get('/events?after=latest')).json<FeedPage>();
        expect(latest).toEqual({ events: [], next: later.next, more: false });
        const lines = await api.get(`/events?after=${next}&limit=2`, { accept: 'application/x-ndjson' });
        expect(lines.text.trimEnd().split('\n').map(payloadText)).toEqual([
          '{"n":0, "exact": 1.0}',
          '{"n":1, "exact": 1.0}',
        ]);
        expect(lines.headers['fi-more']).toBe('true');
        expect((await api.get(`/events?after=${lines.headers['fi-next']}`)).json<FeedPage>().events).toHaveLength(1);
        const typed = (await api.get('/events?type=NEVER_SENT')).json<FeedPage>();
        expect(typed.events).toEqual([]);
      },
      3 * sealedWithinMs + 60_000,
    );

    it(
      'server-sent events, from an id on',
      async () => {
        const consultationId = newConsultation();
        await accept(consultationId, 4);
        await readUntil(consultationId, 4, 1_000);
        const url = `${host.baseUrl}${eventsPath(consultationId)}`;
        const dataOf = (messages: readonly Message[]) =>
          messages.flatMap(({ data }) => (data === undefined ? [] : [data]));
        const stream = await openStream(`${url}?limit=3`, host.headers);
        expect(stream.status).toBe(200);
        expect(stream.headers['content-type']).toMatch(/^text\/event-stream/);
        const expected = goesOn ? 4 : 3;
        await eventually('the first events', () => (dataOf(stream.messages()).length >= expected ? true : undefined));
        const [first] = stream.messages();
        if (goesOn) {
          await accept(consultationId, 2, { event_type: 'LATER' });
          await eventually(
            'the later events',
            () => (dataOf(stream.messages()).length >= 6 ? true : undefined),
            sealedWithinMs,
          );
          expect(stream.ended()).toBe(false);
          const types = dataOf(stream.messages()).map((data) => JSON.parse(data).event_type);
          expect(types.slice(4)).toEqual(['LATER', 'LATER']);
        } else {
          await eventually('the end of the page', () => (stream.ended() ? true : undefined));
        }
        stream.close();
        const again = await openStream(url, { ...host.headers, 'last-event-id': first?.id ?? '' });
        await eventually('the rest', () => (dataOf(again.messages()).length >= (goesOn ? 5 : 3) ? true : undefined));
        expect(dataOf(again.messages()).map(payloadText)[0]).toBe('{"n":1, "exact": 1.0}');
        again.close();
      },
      3 * sealedWithinMs + 60_000,
    );
  });
};
