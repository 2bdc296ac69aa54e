import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SegmentedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import { encodeEvent, packOf } from '../../../shared/queue/packs/encode.ts';
import {
  type AcceptedOne,
  eventsPath,
  eventText,
  newConsultation,
  readAll,
  readable,
  readableCount,
} from '../api/events.ts';
import { eventually } from '../api/eventually.ts';
import { discard, letterWith, listLetters, retry, showLetter } from '../api/quarantine.ts';
import type { Subject } from './end-to-end.ts';
import { skipBecause } from './skip.ts';

/** A pack as the front makes it, of events of the one consultation. */
const packWith = (consultationId: string, events: readonly { eventId: string; payload: string }[]): string =>
  packOf(
    events.map(({ eventId, payload }, requestIndex) => {
      const event: SegmentedEvent = {
        consultationId: consultationId as ConsultationId,
        eventId: eventId as EventId,
        eventType: 'MESSAGE_RECEIVED',
        userId: undefined,
        occurredAt: undefined,
        receivedAt: new Date().toISOString(),
        requestIndex,
        payload,
        segment: 'general',
      };
      return encodeEvent({ ...event, leaf: leafHash(event) });
    }),
  );

/** What a redrive brings that was sent again before: no further try, but a letter. */
const cameBack = { split: 'true' };

const outcomesOf = ({ outcomes }: Awaited<ReturnType<typeof retry>>): readonly string[] =>
  outcomes.map(({ outcome }) => outcome);

export const replaySuite = (subject: () => Subject): void => {
  describe('quarantine and replay', () => {
    it('a pack that came whole to the dead-letter queue is split and stored, and is no letter', async (context) => {
      const { api, queues } = subject();
      if (queues === undefined) return skipBecause(context, 'the queues of the host cannot be reached');
      const consultationId = newConsultation();
      const events = [1, 2, 3].map((n) => ({ eventId: randomUUID(), payload: `{"n":${n}}` }));
      await queues.sendDead(packWith(consultationId, events));
      expect(await readableCount(api, consultationId, 3)).toHaveLength(3);
      expect(await listLetters(api, `state=all&consultation=${consultationId}`)).toEqual([]);
    });

    it('an event that no delivery could finish is listed, tried dry, retried, and stored once', async (context) => {
      const { api, queues } = subject();
      if (queues === undefined) return skipBecause(context, 'the queues of the host cannot be reached');
      const consultationId = newConsultation();
      const eventId = randomUUID();
      const pack = packWith(consultationId, [{ eventId, payload: '{"n":1.0}' }]);
      await queues.sendDead(pack, cameBack);
      const letter = await letterWith(api, `consultation=${consultationId}`, '{"n":1.0}');
      expect(letter).toMatchObject({ reason: 'undeliverable', attempt: 1, event_id: eventId, state: 'open' });

      const dry = await retry(api, { consultation: consultationId, dry_run: true });
      expect([dry.dry_run, outcomesOf(dry)]).toEqual([true, ['retried']]);
      expect((await showLetter(api, letter.letter_id)).state).toBe('open');
      expect(await readAll(api, consultationId)).toEqual([]);

      expect(outcomesOf(await retry(api, { letters: [letter.letter_id], note: 'mended' }))).toEqual(['retried']);
      expect((await readable(api, consultationId, eventId)).text).toContain('"payload":{"n":1.0}}');
      expect(await showLetter(api, letter.letter_id)).toMatchObject({
        state: 'settled',
        settlement: { action: 'retried', note: 'mended' },
      });
      expect(outcomesOf(await retry(api, { letters: [letter.letter_id] }))).toEqual(['settled_before']);

      // The same message once more is the same letter, which is settled; a marker behind it shows that it went through.
      await queues.sendDead(pack, cameBack);
      const marker = `marker ${randomUUID()}`;
      await queues.sendDead(marker);
      await letterWith(api, 'reason=undeliverable', marker);
      expect(await listLetters(api, `consultation=${consultationId}`)).toEqual([]);
      expect(await readAll(api, consultationId)).toHaveLength(1);
    });

    it('an event that is stored already is not sent again', async (context) => {
      const { api, queues } = subject();
      if (queues === undefined) return skipBecause(context, 'the queues of the host cannot be reached');
      const consultationId = newConsultation();
      const { event_id: eventId } = (
        await api.post(eventsPath(consultationId), eventText('{"n":2}'))
      ).json<AcceptedOne>();
      await readable(api, consultationId, eventId);
      await queues.sendDead(packWith(consultationId, [{ eventId, payload: '{"n":2}' }]), cameBack);
      const letter = await letterWith(api, `consultation=${consultationId}`, '{"n":2}');
      expect(outcomesOf(await retry(api, { letters: [letter.letter_id] }))).toEqual(['already_stored']);
      expect(await listLetters(api, `consultation=${consultationId}`)).toEqual([]);
      expect(await readAll(api, consultationId)).toHaveLength(1);
    });

    it('poison that is retried comes back as another attempt', async (context) => {
      const { api, queues } = subject();
      if (queues === undefined) return skipBecause(context, 'the queues of the host cannot be reached');
      const mark = randomUUID();
      await queues.sendRaw(`FI9\n${mark}`);
      const first = await letterWith(api, 'reason=unknown_pack_version', mark);
      expect(outcomesOf(await retry(api, { letters: [first.letter_id] }))).toEqual(['retried']);
      const second = await letterWith(api, 'reason=unknown_pack_version', mark);
      expect([first.attempt, second.attempt]).toEqual([1, 2]);
      expect(second.record).toBe(first.record);
      expect(outcomesOf(await discard(api, { letters: [second.letter_id], note: 'for a test' }))).toEqual([
        'discarded',
      ]);
    });

    it('a conflict is refused for good, and discarded with a reason that stays', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const event_id = randomUUID();
      await api.postLines(eventsPath(consultationId), [
        eventText('{"n":1}', { event_id }),
        eventText('{"n":1.0}', { event_id }),
      ]);
      const letter = await letterWith(api, `consultation=${consultationId}&reason=conflict`, '{"n":1.0}');
      await readable(api, consultationId, event_id);
      const refused = await retry(api, { event_id });
      expect(outcomesOf(refused)).toEqual(['refused']);
      expect(refused.outcomes[0]?.detail).toContain('another event');

      const note = 'the device sent both; the first is right';
      const dry = await discard(api, { letters: [letter.letter_id], note, dry_run: true });
      expect(outcomesOf(dry)).toEqual(['discarded']);
      expect((await showLetter(api, letter.letter_id)).state).toBe('open');
      expect(outcomesOf(await discard(api, { letters: [letter.letter_id], note }))).toEqual(['discarded']);
      const settled = await eventually('the letter among the settled ones', async () =>
        (await listLetters(api, `state=settled&consultation=${consultationId}`)).at(0),
      );
      expect(settled.settlement).toMatchObject({ action: 'discarded', note });
      expect(await readAll(api, consultationId)).toHaveLength(1);
    });

    it('several letters are worked through page by page', async (context) => {
      const { api, queues } = subject();
      if (queues === undefined) return skipBecause(context, 'the queues of the host cannot be reached');
      const consultationId = newConsultation();
      const ids = Array.from({ length: 5 }, () => randomUUID());
      for (const [n, eventId] of ids.entries()) {
        await queues.sendDead(packWith(consultationId, [{ eventId, payload: `{"n":${n}}` }]), cameBack);
      }
      await eventually('five letters', async () =>
        (await listLetters(api, `consultation=${consultationId}`)).length === 5 ? true : undefined,
      );
      const outcomes: string[] = [];
      let after: string | undefined;
      do {
        const step = await retry(api, {
          consultation: consultationId,
          limit: 2,
          ...(after === undefined ? {} : { after }),
        });
        expect(step.outcomes.length).toBeLessThanOrEqual(2);
        outcomes.push(...outcomesOf(step));
        after = step.next ?? undefined;
      } while (after !== undefined);
      expect(outcomes).toEqual(ids.map(() => 'retried'));
      expect(await readableCount(api, consultationId, 5)).toHaveLength(5);
    });

    it('wrong requests are told what is wrong', async () => {
      const { api } = subject();
      for (const [answer, field] of [
        [await api.get('/quarantine?reason=dislike'), 'reason'],
        [await api.get('/quarantine/7'), 'letter_id'],
        [await api.post('/quarantine/retry', '{}'), 'letters'],
        [await api.post('/quarantine/discard', '{"all":true}'), 'note'],
      ] as const) {
        expect([answer.status, answer.json<{ field: string }>().field]).toEqual([400, field]);
      }
      expect((await api.get(`/quarantine/${'0'.repeat(40)}`)).status).toBe(404);
    });
  });
};
