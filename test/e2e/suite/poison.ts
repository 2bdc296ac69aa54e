import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AcceptedOne, eventsPath, eventText, newConsultation, readable } from '../api/events.ts';
import { letterWith } from '../api/quarantine.ts';
import type { Subject } from './end-to-end.ts';
import { skipBecause } from './skip.ts';

export const poisonSuite = (subject: () => Subject): void => {
  describe('poison on the queue', () => {
    it.for([
      ['a message that is no pack', (mark: string) => `not a pack ${mark}`, 'undecodable_pack'],
      ['a pack of a later version', (mark: string) => `FI9\n${mark}`, 'unknown_pack_version'],
    ] as const)('%s goes to quarantine, and its neighbours are stored', async ([, bodyOf, reason], context) => {
      const { api, queues } = subject();
      if (queues === undefined) return skipBecause(context, 'the queues of the host cannot be reached');
      const mark = randomUUID();
      const consultationId = newConsultation();
      const send = async (): Promise<string> =>
        (await api.post(eventsPath(consultationId), eventText('{}'))).json<AcceptedOne>().event_id;
      const before = await send();
      await queues.sendRaw(bodyOf(mark));
      const after = await send();
      await readable(api, consultationId, before);
      await readable(api, consultationId, after);
      const letter = await letterWith(api, `reason=${reason}`, mark);
      expect(letter).toMatchObject({ reason, attempt: 1, state: 'open', record: bodyOf(mark) });
    });
  });
};
