import { expect } from 'vitest';
import { EventExpired, StoreUnavailable } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent, StoredEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import type { EventReader } from '../../../shared/store/port.ts';
import { consultations } from './events.ts';
import type { SimulatedMount } from './mount.ts';
import { staleListingMs } from './share.ts';
import { type Program, requireOutage, type World } from './world.ts';

/** Stores what the queue gives, until it is empty; messages are acknowledged unless the process ends before, or forgets to. */
export const persisting =
  (world: World, rounds: number): Program =>
  async (files) => {
    const { random } = world.scheduler;
    const persist = world.newPersist(files);
    for (let round = 0; round < rounds && world.queue.length > 0; round++) {
      const packs = world.queue.receive(1 + random.below(3));
      const { failedMessageIds } = await persist(packs);
      await world.scheduler.turn();
      if (files.crashed) return;
      if (random.chance(0.1)) continue;
      world.acknowledge(packs.filter(({ messageId }) => !failedMessageIds.includes(messageId)));
      if (random.chance(0.3)) await world.scheduler.sleep(random.below(900_000));
    }
  };

/** Seals what is there, again and again, with pauses in which others go on. */
export const sealing =
  (world: World, rounds: number): Program =>
  async (files) => {
    const { random } = world.scheduler;
    const sealer = world.newSealer(files);
    for (let round = 0; round < rounds; round++) {
      try {
        await sealer.seal();
      } catch (error) {
        requireOutage(error, files);
      }
      if (random.chance(0.3)) await world.scheduler.sleep(random.below(900_000));
    }
  };

/** Merges what there is, and removes what is left over, again and again. */
export const merging =
  (world: World, rounds: number): Program =>
  async (files) => {
    const { random } = world.scheduler;
    const merger = world.newMerger(files);
    for (let round = 0; round < rounds; round++) {
      try {
        await merger.merge();
      } catch (error) {
        requireOutage(error, files);
      }
      if (random.chance(0.3)) await world.scheduler.sleep(random.below(4_000_000));
    }
  };

/** Drops what is over, again and again. */
export const retaining =
  (world: World, rounds: number): Program =>
  async (files) => {
    const { random } = world.scheduler;
    const retainer = world.newRetainer(files);
    for (let round = 0; round < rounds; round++) {
      try {
        for (const day of await retainer.due()) {
          const { kind } = await retainer.drop(day);
          expect(kind, `${day.segment} ${day.day}`).toBeOneOf(['dropped', 'outrun']);
        }
      } catch (error) {
        requireOutage(error, files);
      }
      if (random.chance(0.5)) await world.scheduler.sleep(random.below(4_000_000));
    }
  };

/** An event by its id; `expired` where the store says that it was dropped when its time was over. */
export const lookUp = async (
  reader: EventReader,
  { consultationId, eventId }: Pick<AcceptedEvent, 'consultationId' | 'eventId'>,
): Promise<StoredEvent | 'expired' | undefined> => {
  try {
    return await reader.byId(consultationId, eventId);
  } catch (error) {
    if (error instanceof EventExpired) return 'expired';
    throw error;
  }
};

/** What one client of the read API saw: the sealed events of each consultation, in the order in which its cursor gave them. */
export type Followed = Map<ConsultationId, StoredEvent[]>;

const nextPage = async (
  world: World,
  files: SimulatedMount,
  followed: Followed,
  reader: ReturnType<World['newReader']>,
) => {
  const { random } = world.scheduler;
  const consultationId = random.pick(consultations);
  const seen = followed.get(consultationId) ?? [];
  const last = seen.at(-1)?.position;
  try {
    const page = await reader.byConsultation({
      consultationId,
      limit: 1 + random.below(4),
      includeUnsealed: random.chance(0.5),
      ...(last === undefined ? {} : { after: String(last) }),
    });
    const sealed = page.events.filter(({ position }) => position !== undefined);
    followed.set(consultationId, [...seen, ...sealed]);
  } catch (error) {
    requireOutage(error, files);
  }
};

/** Follows every consultation by its cursor. */
export const following =
  (world: World, rounds: number, followed: Followed): Program =>
  async (files) => {
    const reader = world.newReader(files);
    for (let round = 0; round < rounds; round++) await nextPage(world, files, followed, reader);
  };

/** What a consumer of everything saw, and the cursor that it keeps. */
export interface KeptUp {
  readonly seen: StoredEvent[];
  after: string | undefined;
}

/** Reads everything sealed, a page at a time. */
export const keepingUp =
  (world: World, rounds: number, kept: KeptUp): Program =>
  async (files) => {
    const { random } = world.scheduler;
    const reader = world.newReader(files);
    for (let round = 0; round < rounds; round++) {
      try {
        const after = kept.after === undefined ? {} : { after: kept.after };
        const { events, next } = await reader.feed({ limit: 1 + random.below(8), ...after });
        kept.seen.push(...events);
        kept.after = next;
      } catch (error) {
        requireOutage(error, files);
      }
    }
  };

/** Reads all of one consultation, and one event by its id. @throws when something that was stored before is missing, or is there twice. */
const lookOnce = async (world: World, reader: EventReader): Promise<void> => {
  const { random, nowMs } = world.scheduler;
  const consultationId = random.pick(consultations);
  // A listing may be so old that what was stored since is not in it.
  const stored = world
    .storedBefore(nowMs - staleListingMs)
    .filter((event) => event.consultationId === consultationId)
    .map(({ eventId }) => eventId);
  const { events } = await reader.byConsultation({ consultationId, limit: 1_000, includeUnsealed: true });
  const found = events.map(({ eventId }) => eventId);
  expect(new Set(found).size, `events of ${consultationId} on one page, each once`).toBe(found.length);
  for (const eventId of new Set(stored)) {
    if (found.includes(eventId)) continue;
    expect(await lookUp(reader, { consultationId, eventId }), 'stored, and not on the page').toBe('expired');
  }
  if (stored.length === 0) return;
  const eventId = random.pick(stored);
  const event = await lookUp(reader, { consultationId, eventId });
  expect(event === 'expired' ? eventId : event?.eventId, 'stored, and not found by its id').toBe(eventId);
};

/** Looks at everything, however long it takes: what was stored before is there, once. */
export const looking =
  (world: World, rounds: number): Program =>
  async (files) => {
    const reader = world.newReader(files);
    for (let round = 0; round < rounds; round++) {
      try {
        await lookOnce(world, reader);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
      await world.scheduler.sleep(world.scheduler.random.below(600_000));
    }
  };

/** The same on a mount that works, where starting over has to be enough: it never gives up. */
export const lookingUndisturbed =
  (world: World, rounds: number): Program =>
  async (files) => {
    const reader = world.newReader(files);
    for (let round = 0; round < rounds; round++) {
      await lookOnce(world, reader);
      await world.scheduler.sleep(world.scheduler.random.below(600_000));
    }
  };
