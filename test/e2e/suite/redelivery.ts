import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type AcceptedBatch,
  type AcceptedOne,
  eventsPath,
  eventText,
  newConsultation,
  readable,
  readableCount,
} from '../api/events.ts';
import { findLetter, letterWith } from '../api/quarantine.ts';
import type { Subject } from './end-to-end.ts';
import { skipBecause } from './skip.ts';

const kills = 3;
const eventsPerBatch = 100;

export const redeliverySuite = (subject: () => Subject): void => {
  describe('delivers again', () => {
    it('what a consumer had taken when it was killed, and each event can be read once', async (context) => {
      const { api, host } = subject();
      if (host.killConsumer === undefined) {
        return skipBecause(context, `${host.name} runs its consumer where no test can kill it`);
      }
      const consultationId = newConsultation();
      const numbers: number[] = [];
      const sendBatch = async (): Promise<void> => {
        const batch = Array.from({ length: eventsPerBatch }, (_, index) => numbers.length + index);
        const lines = batch.map((n) => eventText(`{"n":${n}}`));
        const answer = await api.postLines(eventsPath(consultationId), lines);
        expect(answer.json<AcceptedBatch>().accepted).toBe(eventsPerBatch);
        numbers.push(...batch);
      };
      await sendBatch();
      for (let kill = 0; kill < kills; kill++) {
        await sendBatch();
        await host.killConsumer();
      }
      const read = await readableCount(api, consultationId, numbers.length);
      const payloads = read.map(({ payload }) => payload as { readonly n: number });
      expect(payloads.map(({ n }) => n).sort((left, right) => left - right)).toEqual(numbers);
    }, 180_000);

    it('one message that could not be dealt with, while its neighbours are stored at once', async (context) => {
      const { api, queues } = subject();
      if (queues === undefined) return skipBecause(context, 'the queues of the host cannot be reached');
      const mark = randomUUID();
      const consultationId = newConsultation();
      // While the dead-letter queue takes no letter of this size, the message can be neither stored nor quarantined.
      await queues.limitDeadLetters(1_024);
      try {
        await queues.sendRaw(`not a pack ${mark} ${'x'.repeat(2_000)}`);
        const { event_id: neighbour } = (
          await api.post(eventsPath(consultationId), eventText('{}'))
        ).json<AcceptedOne>();
        await readable(api, consultationId, neighbour);
        expect(await findLetter(api, 'reason=undecodable_pack', mark)).toBeUndefined();
      } finally {
        await queues.limitDeadLetters(1_048_576);
      }
      expect(await letterWith(api, 'reason=undecodable_pack', mark)).toMatchObject({ attempt: 1, state: 'open' });
    });
  });
};
