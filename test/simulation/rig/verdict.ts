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
import { type Followed, type KeptUp, lookUp, persisting } from './programs.ts';
import { findingsOf } from './verify.ts';
import { droppedSegment, signer, store, type World } from './world.ts';

const hourMs = 3_600_000;

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

/** What the store says that it dropped, by identity. */
const expiredOf = async (world: World, readable: readonly StoredEvent[]): Promise<ReadonlySet<string>> => {
  const reader = world.newReader(world.mount(noFaults));
  const expired = new Set<string>();
  const there = new Set(readable.map(identityOf));
  for (const event of world.accepted) {
    const identity = identityOf(event);
    if (there.has(identity) || expired.has(identity)) continue;
    if ((await lookUp(reader, event)) === 'expired') expired.add(identity);
  }
  return expired;
};

/** Each accepted event is readable once, or expired, or in quarantine since another one has its id. */
const expectExactlyOnce = (world: World, readable: readonly StoredEvent[], expired: ReadonlySet<string>): void => {
  const identities = [...readable.map(identityOf), ...expired].sort();
  expect(identities).toEqual([...new Set(world.accepted.map(identityOf))].sort());
  const sent = new Map(world.accepted.map((event) => [contentOf(event), event]));
  for (const event of readable) expect(sent.has(contentOf(event)), `${event.eventId} was never sent so`).toBe(true);
  const kept = new Set(readable.map(contentOf));
  const letters = [...world.share.filesBelow(`${store}/quarantine`).values()].map((bytes) =>
    Buffer.from(bytes).toString('utf8'),
  );
  const quarantined = [...letters, ...world.deadLetters.bodies].join('\n');
  // Of an id that expired one content was dropped; all others are conflicts with it.
  const mayBeGone = new Set(expired);
  for (const [content, event] of sent) {
    if (kept.has(content)) continue;
    const record = JSON.stringify(encodeEvent(event)).slice(1, -1);
    const isThere = world.accepted.some(
      (other) => contentOf(other) === content && quarantined.includes(JSON.stringify(encodeEvent(other)).slice(1, -1)),
    );
    const isAccountedFor = isThere || mayBeGone.delete(identityOf(event));
    expect(isAccountedFor, `${record} is neither readable nor in quarantine`).toBe(true);
  }
};

/** Only what was to be dropped was dropped, and only after its day. */
const expectRetention = (world: World, expired: ReadonlySet<string>): void => {
  for (const identity of expired) {
    const isOver = world.accepted.some(
      (event) =>
        identityOf(event) === identity &&
        event.segment === droppedSegment &&
        Date.parse(event.receivedAt.slice(0, 'YYYY-MM-DD'.length)) + 48 * hourMs <= world.scheduler.nowMs,
    );
    expect(isOver, `${identity} was dropped before its time`).toBe(true);
  }
};

/** The log is the Merkle tree over what was sealed, in the order of positions, and proves each event that is asked for; of expired ones its tiles alone. */
const expectLog = async (
  world: World,
  readable: readonly StoredEvent[],
  expired: ReadonlySet<string>,
  isAsked: () => boolean,
): Promise<void> => {
  const files = world.mount(noFaults);
  const { checkpoint } = await new CommitLog({ folder: store, files }).catchUp();
  const { size, root } = verifyCheckpoint(checkpoint, [signer.verifierKey]);
  const ordered = readable.toSorted((left, right) => (left.position ?? -1) - (right.position ?? -1));
  expect(new Set(ordered.map(({ position }) => position)).size).toBe(ordered.length);
  expect(ordered.length + expired.size).toBe(size);
  if (expired.size === 0) expect(root).toEqual(merkleRoot(Buffer.concat(ordered.map(({ leaf }) => leaf))));
  const reader = world.newReader(files);
  for (const { consultationId, eventId, leaf } of ordered.filter(isAsked)) {
    const proof = await reader.proofOf(consultationId, eventId);
    if (proof.kind !== 'proven') throw new Error(`${eventId} is ${proof.kind}`);
    verifyTlogProof(proof.text, leaf, [signer.verifierKey]);
  }
  for (const event of new Map(world.accepted.map((each) => [identityOf(each), each])).values()) {
    if (!expired.has(identityOf(event))) continue;
    const proof = await reader.proofOf(event.consultationId, event.eventId);
    expect(proof.kind, `the proof of ${event.eventId}, which expired`).toBe('proven');
  }
};

/** A cursor skipped nothing that is there still, and repeated nothing. */
const expectSeen = (
  seen: readonly StoredEvent[],
  all: readonly StoredEvent[],
  expired: ReadonlySet<string>,
  whose: string,
): void => {
  const positions = seen.map(({ position = -1 }) => position);
  expect(positions, whose).toEqual([...new Set(positions)].sort((left, right) => left - right));
  const last = positions.at(-1) ?? -1;
  const left = seen.filter((event) => !expired.has(identityOf(event)));
  expect(left, whose).toEqual(all.filter(({ position = -1 }) => position <= last));
};

const expectFollowed = (followed: Followed, readable: readonly StoredEvent[], expired: ReadonlySet<string>): void => {
  for (const [consultationId, seen] of followed) {
    const all = readable.filter((event) => event.consultationId === consultationId);
    expectSeen(seen, all, expired, `the cursor of ${consultationId}`);
  }
};

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
  const { parts, runs, expired, removed } = await new CommitLog({
    folder: store,
    files: world.mount(noFaults),
  }).catchUp();
  const there = ['level0', 'parts', 'log/index', 'log/expired'].flatMap((folder) => [
    ...world.share.filesBelow(`${store}/${folder}`).keys(),
  ]);
  expect(there.sort()).toEqual(
    [...parts.keys(), ...runs.keys(), ...expired.keys()].map((file) => `${store}/${file}`).sort(),
  );
  expect([...removed.keys()]).toEqual([]);
};

/** Pages to the end, then holds what the consumer saw against the log. */
const expectKeptUp = async (
  world: World,
  kept: KeptUp,
  readable: readonly StoredEvent[],
  expired: ReadonlySet<string>,
): Promise<void> => {
  const reader = world.newReader(world.mount(noFaults));
  for (let more = true; more; ) {
    const page = await reader.feed({ limit: 5, ...(kept.after === undefined ? {} : { after: kept.after }) });
    kept.seen.push(...page.events);
    kept.after = page.next;
    more = page.more;
  }
  const log = readable.toSorted((left, right) => (left.position ?? -1) - (right.position ?? -1));
  expectSeen(kept.seen, log, expired, 'what a consumer of everything saw');
  const ends = [kept.seen, log].map((events) => events.findLast((event) => !expired.has(identityOf(event)))?.position);
  expect(ends[0], 'how far a consumer of everything came').toBe(ends[1]);
};

/** Everything whose time is over goes. */
const dropAll = async (world: World): Promise<void> => {
  const retainer = world.newRetainer(world.mount(noFaults));
  for (const day of await retainer.due()) expect(await retainer.drop(day)).toEqual({ kind: 'dropped' });
  expect(await retainer.due()).toEqual([]);
};

/** Holds a world against the promises, once its share works again. @throws what is broken */
export const judge = async (
  world: World,
  followed: readonly Followed[],
  kept: KeptUp,
): Promise<readonly StoredEvent[]> => {
  await settle(world);
  const readable = await readAll(world, 3);
  const expired = await expiredOf(world, readable);
  expectExactlyOnce(world, readable, expired);
  expectRetention(world, expired);
  // A proof costs as much as a read: the seed picks whose is asked for, before and after all is merged.
  const { random } = world.scheduler;
  await expectLog(world, readable, expired, () => random.chance(0.3));
  for (const each of followed) expectFollowed(each, readable, expired);
  await expectKeptUp(world, kept, readable, expired);
  const mount = world.mount(noFaults);
  expect(await findingsOf(world, mount)).toEqual([]);
  await mergeAll(world);
  expect(await readAll(world, 20)).toEqual(readable);
  await expectLog(world, readable, expired, () => random.chance(0.3));
  await expectTidy(world);
  if (world.retains) {
    await dropAll(world);
    const left = readable.filter(({ segment }) => segment !== droppedSegment);
    expect(await readAll(world, 20)).toEqual(left);
    await expectLog(world, left, await expiredOf(world, left), () => random.chance(0.3));
  }
  expect(world.brokenRemovals).toEqual([]);
  expect(await findingsOf(world, mount)).toEqual([]);
  return readable;
};
