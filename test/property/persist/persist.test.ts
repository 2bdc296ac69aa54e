import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRig, event, outage, pack, unwritable } from '../../unit/persist/rig.ts';

const batch = fc.array(
  fc.record({
    numbers: fc.array(fc.nat(30), { minLength: 1, maxLength: 8 }),
    receiveCount: fc.integer({ min: 1, max: 8 }),
    damage: fc.option(fc.nat(), { nil: undefined, freq: 4 }),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('PERSIST, with a store and a dead-letter queue that fail at random', () => {
  it('never lets a message go before each of its events is in a part or confirmed in quarantine', async () => {
    await fc.assert(
      fc.asyncProperty(
        batch,
        fc.array(fc.constantFrom('ok', 'ok', 'ok', 'outage', 'bug'), { minLength: 1, maxLength: 5 }),
        fc.array(fc.constantFrom('sent', 'sent', 'failed', 'throw'), { minLength: 1, maxLength: 5 }),
        fc.nat(30),
        async (packs, writes, letterFates, bad) => {
          let write = 0;
          let letter = 0;
          const { persist, parts, letters } = createRig({
            onWrite: (events) => {
              if (events.some(({ payload }) => payload === `{"number":${bad}}`)) return unwritable();
              const fate = writes[write++ % writes.length];
              return fate === 'outage' ? outage() : fate === 'bug' ? new Error('a bug') : undefined;
            },
            onLetter: () => letterFates[letter++ % letterFates.length] ?? 'sent',
          });
          const messages = packs.map(({ numbers, receiveCount, damage }) => {
            const sound = pack(
              numbers.map((number) => event(number)),
              receiveCount,
            );
            if (damage === undefined) return sound;
            const at = damage % sound.body.length;
            return { ...sound, body: `${sound.body.slice(0, at)}\u0001${sound.body.slice(at + 1)}` };
          });
          const { failedMessageIds, stored } = await persist(messages);
          const inParts = parts.flatMap(({ numbers }) => numbers);
          expect(inParts).toHaveLength(stored);
          expect(new Set(inParts).size).toBe(stored);
          const inQuarantine = letters.map(({ body }) => body).join('');
          for (const [index, { numbers, damage }] of packs.entries()) {
            if (failedMessageIds.includes(messages[index]?.messageId ?? '')) continue;
            const missing = numbers.filter((number) => {
              const isQuarantined = inQuarantine.includes(event(number).eventId);
              return !inParts.includes(String(number)) && !isQuarantined;
            });
            // One altered byte can cost no more than the id of one event, or the whole text of a pack.
            if (damage === undefined) expect(missing).toEqual([]);
            else expect(missing.length === 0 || letters.length > 0).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
