import path from 'node:path';
import { expect, it } from 'vitest';
import { eventOf } from '../unit/store/events.ts';
import { noFaults, SimulatedMount } from './rig/mount.ts';
import { droppedSegment, store, World } from './rig/world.ts';

/** Has the parts of a day go when the list of their positions is published, which is before the commit that names them as removed. */
class HastyMount extends SimulatedMount {
  override async link(from: string, to: string): Promise<void> {
    if (to.endsWith('.positions')) {
      const folder = path.dirname(to).replace('/log/expired/', '/parts/');
      for (const name of await this.list(folder)) await this.unlink(path.join(folder, name));
    }
    await super.link(from, to);
  }
}

/** Drops a day that is over through a mount. @returns what was unlinked against the rule */
const dropThrough = async (mountOf: (world: World) => SimulatedMount): Promise<readonly string[]> => {
  const world = new World(1);
  const files = world.mount(noFaults);
  const receivedAt = new Date(world.scheduler.nowMs - 300_000_000).toISOString();
  const drop = async (): Promise<void> => {
    world.queue.send([eventOf(1, { segment: droppedSegment, receivedAt })]);
    await world.newPersist(files)(world.queue.receive(1));
    await world.newSealer(files).seal();
    const retainer = world.newRetainer(mountOf(world));
    for (const day of await retainer.due()) expect(await retainer.drop(day)).toEqual({ kind: 'dropped' });
    expect(world.share.filesBelow(`${store}/log/expired`).size).toBe(1);
  };
  await world.scheduler.run(drop());
  return world.brokenRemovals;
};

it('a planted bug is found: a retention that deletes before its commit', async () => {
  expect(await dropThrough((world) => world.mount(noFaults))).toEqual([]);
  const broken = await dropThrough((world) => new HastyMount(world.share, noFaults));
  expect(broken).toEqual([expect.stringMatching(/^parts\/audio\/.*was unlinked, and no commit names it as removed$/)]);
});
