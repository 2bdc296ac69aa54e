import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePack } from '../../../shared/queue/packs/decode.ts';
import { packOf } from '../../../shared/queue/packs/encode.ts';
import type { Settlement } from '../../../shared/store/quarantine/settlement.ts';
import { event, pack } from '../../unit/persist/rig.ts';
import { collect } from '../../unit/quarantine/rig.ts';
import { createWorld, type Step, store } from './world.ts';

const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('persist', 'quarantine', 'retry') },
    { weight: 5, arbitrary: fc.constantFrom('redrive', 'discard', 'lose-power') },
    { weight: 1, arbitrary: fc.constant('mend') },
  ),
  // A publish is some ten calls; before it, a retry or a discard lists the 32 folders of quarantine.
  faultAt: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(14), fc.integer({ min: 30, max: 50 })),
  fault: fc.constantFrom('error-before', 'error-after', 'crash'),
  sends: fc.oneof(
    { weight: 3, arbitrary: fc.constant('sent') },
    { weight: 1, arbitrary: fc.constantFrom('failed', 'lost', 'throw') },
  ),
  acknowledges: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  offset: fc.nat(20),
});

const calm = {
  faultAt: Number.POSITIVE_INFINITY,
  fault: 'crash',
  sends: 'sent',
  acknowledges: true,
  offset: 0,
} as const;

/** Settlements by their letter, as they lie on the disk. */
const settlementsOf = (files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> =>
  new Map(
    [...files]
      .filter(([name]) => name.includes('/settled/'))
      .map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
  );

/** Ids of the events in letters with such a settlement. */
const eventsOf = async (
  { quarantine }: ReturnType<typeof createWorld>,
  wanted: (settlement: Settlement | undefined) => boolean,
): Promise<ReadonlySet<string>> => {
  const found = new Set<string>();
  for (const letterId of await collect(quarantine.ids('all'))) {
    const read = await quarantine.read(letterId);
    if (read.kind !== 'letter' || read.found.joined.kind !== 'whole') throw new Error('a letter cannot be read');
    if (!wanted(read.found.settlement)) continue;
    for (const { eventId } of decodePack(packOf([read.found.joined.letter.record])).events) found.add(eventId);
  }
  return found;
};

describe('events between the queues and quarantine, whatever fails', () => {
  it('are stored, or listed, or discarded, and none is lost; a settlement stays as it was made', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 4 }),
        fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
        async (packs, poison, steps) => {
          const poisonIds = new Set<string>(poison.map((number) => event(number).eventId));
          const world = createWorld(({ eventId }) => poisonIds.has(eventId));
          world.events.push(...packs.map((numbers) => ({ body: pack(numbers.map((number) => event(number))).body })));
          let settled = settlementsOf(new Map());
          for (const each of steps) {
            await world.step(each);
            const now = settlementsOf(world.disk.filesBelow(store));
            // A settlement that nobody was told of may vanish with the power; one that is there never changes.
            for (const [name, text] of now) if (settled.has(name)) expect(text).toBe(settled.get(name));
            settled = now;
          }

          // From here on nothing fails: the queues run empty.
          for (let round = 0; world.events.length + world.dead.length > 0; round++) {
            expect(round, 'rounds until the queues are empty').toBeLessThan(200);
            await world.step({ ...calm, verb: 'persist' });
            await world.step({ ...calm, verb: 'quarantine' });
          }
          const listed = await eventsOf(world, (settlement) => settlement === undefined);
          const discarded = await eventsOf(world, (settlement) => settlement?.action === 'discarded');
          const storedIds = new Set<string>(world.stored.map(({ eventId }) => eventId));
          for (const number of packs.flat()) {
            const { eventId } = event(number);
            const isSafe = storedIds.has(eventId) || listed.has(eventId) || discarded.has(eventId);
            expect(isSafe, `event ${number} is stored, listed or discarded`).toBe(true);
          }
          // Never stored twice: what has one id has one content, of which readers see one.
          for (const found of world.stored) {
            expect(found.payload).toBe(event(Number(found.eventId.slice(-12))).payload);
          }

          // And what is listed can still be stored: mended and retried, quarantine empties.
          await world.step({ ...calm, verb: 'mend' });
          for (
            let round = 0;
            (await world.quarantine.countOpen()) + world.events.length + world.dead.length > 0;
            round++
          ) {
            expect(round, 'rounds until quarantine is empty').toBeLessThan(200);
            await world.step({ ...calm, verb: 'retry' });
            await world.step({ ...calm, verb: 'persist' });
            await world.step({ ...calm, verb: 'quarantine' });
          }
          const storedNow = new Set<string>(world.stored.map(({ eventId }) => eventId));
          for (const number of packs.flat()) {
            const { eventId } = event(number);
            expect(storedNow.has(eventId) || discarded.has(eventId), `event ${number} is stored in the end`).toBe(true);
          }
        },
      ),
      { numRuns: 600 },
    );
  }, 120_000);
});
