import { expect } from 'vitest';
import type { EventReader } from '../../../shared/store/port.ts';
import { eventOf } from '../../unit/store/events.ts';
import { noFaults, SimulatedMount } from './mount.ts';
import { graceMs, World } from './world.ts';

const event = eventOf(1);
const { consultationId, eventId } = event;

/** A mount whose `pausedAt`th call waits for `pause` to end. */
class PausingMount extends SimulatedMount {
  calls = 0;
  pausedAt = 0;
  pause: () => Promise<void> = async () => {};

  async #maybePause(): Promise<void> {
    if (++this.calls === this.pausedAt) await this.pause();
  }

  override async read(file: string): Promise<Uint8Array> {
    await this.#maybePause();
    return super.read(file);
  }

  override async list(folder: string): Promise<readonly string[]> {
    await this.#maybePause();
    return super.list(folder);
  }

  override async syncFolder(folder: string): Promise<void> {
    await this.#maybePause();
    return super.syncFolder(folder);
  }
}

/** Stores one event, and lets `read` run with a pause at its nth call, in which that event is sealed and its part is unlinked. */
export const readWithPause = async (
  pausedAt: number,
  read: (reader: EventReader) => Promise<void>,
): Promise<number> => {
  const world = new World(1);
  const { scheduler, share } = world;
  const files = world.mount(noFaults);
  const persist = async (number: number): Promise<void> => {
    world.queue.send([eventOf(number)]);
    await world.newPersist(files)(world.queue.receive(1));
    world.queue.acknowledge(world.queue.receive(1));
  };
  const sealer = world.newSealer(files);
  const mount = new PausingMount(share, noFaults);
  mount.pausedAt = pausedAt;
  mount.pause = async () => {
    await sealer.seal();
    for (const number of [2, 3]) {
      scheduler.nowMs += graceMs;
      await persist(number);
      await sealer.seal();
    }
  };
  const run = async (): Promise<void> => {
    await persist(1);
    await read(world.newReader(mount));
  };
  await scheduler.run(run());
  if (pausedAt <= mount.calls) {
    const left = [...share.filesBelow('/store/level0').keys()];
    expect(left.length, 'the first part has to be gone, or nothing was shown').toBeLessThan(3);
  }
  return mount.calls;
};

/** What a reader is asked for, and what it has to answer. */
export const reads: readonly (readonly [string, (reader: EventReader) => Promise<void>])[] = [
  [
    'a page',
    async (reader) => {
      const { events } = await reader.byConsultation({ consultationId, limit: 10, includeUnsealed: true });
      expect(events.filter((read) => read.eventId === eventId)).toHaveLength(1);
    },
  ],
  ['one event', async (reader) => expect((await reader.byId(consultationId, eventId))?.eventId).toBe(eventId)],
  ['a proof', async (reader) => expect((await reader.proofOf(consultationId, eventId)).kind).not.toBe('absent')],
];
