import { expect } from 'vitest';
import type { AcceptedEvent, StoredEvent } from '../../../shared/domain/event.ts';
import { contentHash } from '../../../shared/domain/leaf.ts';
import { encodeEvent } from '../../../shared/queue/packs/encode.ts';
import { CommitLog } from '../../../shared/store/commits/commit-log.ts';
import { verifyCheckpoint } from '../../../shared/store/log/checkpoint.ts';
import { verifyTlogProof } from '../../../shared/store/log/tlog-proof.ts';
import { merkleRoot } from '../../../shared/store/merkle.ts';
import { consultations, identityOf } from './events.ts';
import { noFaults } from './mount.ts';
import { type Followed, type KeptUp, persisting } from './programs.ts';
import { findingsOf } from './verify.ts';
import { signer, store, type World } from './world.ts';

const contentOf = (event: AcceptedEvent): string =>
  `${identityOf(event)} ${Buffer.from(contentHash(event)).toString('hex')}`;

/** Everything readable, sealed and not, page by page. */
const readAll = async (world: World, limit: number): Promise<readonly StoredEvent[]> => {
  const reader = world.newReader(world.mount(noFaults));
  const events: StoredEvent[] = [];
  for (const consultationId of consultations) {
    for (let after: string | undefined; ; ) {
      const query = { consultationId, limit, includeUnsealed: true, ...(after === undefined ? {} : { after }) };
      const page = await reader.byConsultation(query);
      expect(page.unreadable).toBeUndefined();
      events.push(...page.events);
      if (page.next === undefined) break;
      after = page.next;
    }
  }
  return events;
};

/** The share works again: what waits is stored and sealed. */
const settle = async (world: World): Promise<void> => {
  const files = world.mount(noFaults);
  while (world.queue.length > 0) await persisting(world, 100)(files);
  const sealer = world.newSealer(files);
  while ((await sealer.seal()).kind !== 'idle');
};

/** Each accepted event is readable once, or in quarantine since another one has its id. */
const expectExactlyOnce = (world: World, readable: readonly StoredEvent[]): void => {
  const identities = readable.map(identityOf).sort();
  expect(identities).toEqual([...new Set(world.accepted.map(identityOf))].sort());
  const sent = new Map(world.accepted.map((event) => [contentOf(event), event]));
  for (const event of readable) expect(sent.has(contentOf(event)), `${event.eventId} was never sent so`).toBe(true);
  const kept = new Set(readable.map(contentOf));
  const letters = [...world.share.filesBelow(`${store}/quarantine`).values()].map((bytes) =>
    Buffer.from(bytes).toString('utf8'),
  );
  const quarantined = [...letters, ...world.deadLetters.bodies].join('\n');
  for (const [content, event] of sent) {
    if (kept.has(content)) continue;
    const record = JSON.stringify(encodeEvent(event)).slice(1, -1);
    const isThere = world.accepted.some(
      (other) => contentOf(other) === content && quarantined.includes(JSON.stringify(encodeEvent(other)).slice(1, -1)),
    );
    expect(isThere, `${record} is neither readable nor in quarantine`).toBe(true);
  }
};

/** The log is the Merkle tree over what is readable, in the order of positions, and proves each event that is asked for. */
const expectLog = async (world: World, readable: readonly StoredEvent[], isAsked: () => boolean): Promise<void> => {
  const ordered = readable.toSorted((left, right) => (left.position ?? -1) - (right.position ?? -1));
  expect(ordered.map(({ position }) => position)).toEqual(ordered.map((_, index) => index));
  const files = world.mount(noFaults);
  const { checkpoint } = await new CommitLog({ folder: store, files }).catchUp();
  const { size, root } = verifyCheckpoint(checkpoint, [signer.verifierKey]);
  expect([size, root]).toEqual([ordered.length, merkleRoot(Buffer.concat(ordered.map(({ leaf }) => leaf)))]);
  const reader = world.newReader(files);
  for (const { consultationId, eventId, leaf } of ordered.filter(isAsked)) {
    const proof = await reader.proofOf(consultationId, eventId);
    if (proof.kind !== 'proven') throw new Error(`${eventId} is ${proof.kind}`);
    verifyTlogProof(proof.text, leaf, [signer.verifierKey]);
  }
};

const expectFollowed = (followed: Followed, readable: readonly StoredEvent[]): void => {
  for (const [consultationId, seen] of followed) {
    const all = readable.filter((event) => event.consultationId === consultationId);
    expect(seen, `the cursor of ${consultationId}`).toEqual(all.slice(0, seen.length));
  }
};

const hourMs = 3_600_000;

/**
 * Everything is merged, since its days are over, and what nobody needs goes: orphans are found and named within the hour,
 * and go after the grace, as do the inputs of a merge, whose output may be merged once more.
 */
const mergeAll = async (world: World): Promise<void> => {
  const merger = world.newMerger(world.mount(noFaults));
  world.scheduler.nowMs += 72 * hourMs;
  for (let look = 0; look < 6; look++) {
    while ((await merger.merge()).kind !== 'idle');
    world.scheduler.nowMs += 1.1 * hourMs;
  }
};

/** On the share is what counts, and nothing else. */
const expectTidy = async (world: World): Promise<void> => {
  const { parts, runs, removed } = await new CommitLog({ folder: store, files: world.mount(noFaults) }).catchUp();
  const there = ['level0', 'parts', 'log/index'].flatMap((folder) => [
    ...world.share.filesBelow(`${store}/${folder}`).keys(),
  ]);
  expect(there.sort()).toEqual([...parts.keys(), ...runs.keys()].map((file) => `${store}/${file}`).sort());
  expect([...removed.keys()]).toEqual([]);
};

/** Pages to the end, then holds what the consumer saw against the log. */
const expectKeptUp = async (world: World, kept: KeptUp, readable: readonly StoredEvent[]): Promise<void> => {
  const reader = world.newReader(world.mount(noFaults));
  for (let more = true; more; ) {
    const page = await reader.feed({ limit: 5, ...(kept.after === undefined ? {} : { after: kept.after }) });
    kept.seen.push(...page.events);
    kept.after = page.next;
    more = page.more;
  }
  const log = readable.toSorted((left, right) => (left.position ?? -1) - (right.position ?? -1));
  expect(kept.seen, 'what a consumer of everything saw').toEqual(log);
};

/** Holds a world against the promises, once its share works again. @throws what is broken */
export const judge = async (
  world: World,
  followed: readonly Followed[],
  kept: KeptUp,
): Promise<readonly StoredEvent[]> => {
  await settle(world);
  const readable = await readAll(world, 3);
  expectExactlyOnce(world, readable);
  // A proof costs as much as a read: the seed picks whose is asked for, before and after all is merged.
  const { random } = world.scheduler;
  await expectLog(world, readable, () => random.chance(0.3));
  for (const each of followed) expectFollowed(each, readable);
  await expectKeptUp(world, kept, readable);
  const mount = world.mount(noFaults);
  expect(await findingsOf(world, mount)).toEqual([]);
  await mergeAll(world);
  expect(await readAll(world, 20)).toEqual(readable);
  await expectLog(world, readable, () => random.chance(0.3));
  await expectTidy(world);
  expect(world.brokenRemovals).toEqual([]);
  expect(await findingsOf(world, mount)).toEqual([]);
  return readable;
};
