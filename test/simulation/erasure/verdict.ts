import { expect } from 'vitest';
import { isEncrypted } from '../../../shared/domain/encrypted-payload.ts';
import type { AcceptedEvent, StoredEvent } from '../../../shared/domain/event.ts';
import { contentHash } from '../../../shared/domain/leaf.ts';
import { createDecryption } from '../../../shared/encryption/decryption.ts';
import { createKeysAtHand } from '../../../shared/encryption/keys-at-hand.ts';
import { decodeRecord } from '../../../shared/queue/packs/decode.ts';
import { CommitLog } from '../../../shared/store/commits/commit-log.ts';
import { verifyCheckpoint } from '../../../shared/store/log/checkpoint.ts';
import { merkleRoot } from '../../../shared/store/merkle.ts';
import type { EventFeed } from '../../../shared/store/port.ts';
import type { Finding } from '../../../shared/store/verify/finding.ts';
import { verifyStore } from '../../../shared/store/verify/verify.ts';
import { identityOf } from '../rig/events.ts';
import { noFaults } from '../rig/mount.ts';
import { persisting } from '../rig/programs.ts';
import { signer, spanPositions, store } from '../rig/world.ts';
import { type EncryptedWorld, keyFolder } from './encrypted-world.ts';
import type { Erasing } from './programs.ts';

const contentOf = (event: AcceptedEvent): string =>
  `${identityOf(event)} ${Buffer.from(contentHash(event)).toString('hex')}`;

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** The share works again: what waits is stored and sealed. */
const settle = async (world: EncryptedWorld): Promise<void> => {
  const files = world.mount(noFaults);
  while (world.queue.length > 0) await persisting(world, 100)(files);
  const sealer = world.newSealer(files);
  while ((await sealer.seal()).kind !== 'idle');
};

const everything = async (reader: EventFeed): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = [];
  for (let [after, more] = ['', true]; more; ) {
    const page = await reader.feed({ limit: 7, ...(after === '' ? {} : { after }) });
    events.push(...page.events);
    [after, more] = [page.next, page.more];
  }
  return events;
};

/** The events in letters, as they stand there. */
const eventsInLetters = (world: EncryptedWorld): readonly StoredEvent[] => {
  const files = [...world.share.filesBelow(`${store}/quarantine/letters`).values()].map(textOf);
  return [...files, ...world.deadLetters.bodies].map((text) => ({
    ...decodeRecord(JSON.parse(text).record),
    position: undefined,
  }));
};

/** Each accepted event is readable once, or in quarantine since another one has its id; of an erased consultation none, or nothing. */
const expectExactlyOnce = async (
  world: EncryptedWorld,
  readable: readonly StoredEvent[],
  { consultationId }: Erasing,
): Promise<void> => {
  const identities = readable.map(identityOf);
  expect(new Set(identities).size, 'each event once').toBe(identities.length);
  for (const event of readable.filter((each) => each.consultationId === consultationId)) {
    expect([event.payload, event.userId, typeof event.erasedAt]).toEqual(['null', undefined, 'string']);
  }
  const files = world.mount(noFaults);
  const keys = world.newKeyStore(files);
  const letters = await createDecryption(async () => keys).decrypt(eventsInLetters(world));
  const kept = readable.filter((each) => each.consultationId !== consultationId);
  const sent = world.accepted.filter((each) => each.consultationId !== consultationId);
  expect(kept.map(identityOf).sort()).toEqual([...new Set(sent.map(identityOf))].sort());
  const contents = new Set(sent.map(contentOf));
  for (const event of kept) expect(contents.has(contentOf(event)), `${event.eventId} was never sent so`).toBe(true);
  const found = new Set([...kept, ...letters].map(contentOf));
  for (const content of contents)
    expect(found.has(content), `${content} is neither readable nor in quarantine`).toBe(true);
};

/** Nothing of the erased consultation is in clear anywhere, and nothing on the share is its key. */
const expectErased = async (world: EncryptedWorld, { consultationId }: Erasing): Promise<void> => {
  const isItsOwn = (event: AcceptedEvent): boolean => event.consultationId === consultationId;
  const stored = await everything(world.newStoredReader(world.mount(noFaults)));
  for (const event of [...stored, ...eventsInLetters(world)].filter(isItsOwn)) {
    expect([isEncrypted(event.payload), event.userId], 'stored in clear').toEqual([true, undefined]);
  }
  const records = [...world.share.filesBelow(keyFolder).values()].map(textOf);
  const itsOwn = records.filter((text) => text.includes(JSON.stringify(consultationId)));
  expect(itsOwn).toEqual([expect.stringContaining('"state":"erased"')]);
};

/** The log is the Merkle tree over what is stored, erased or not. */
const expectLog = async (world: EncryptedWorld, readable: readonly StoredEvent[]): Promise<void> => {
  expect(readable.map(({ position }) => position)).toEqual(readable.map((_, index) => index));
  const { checkpoint } = await new CommitLog({ folder: store, files: world.mount(noFaults) }).catchUp();
  const { size, root } = verifyCheckpoint(checkpoint, [signer.verifierKey]);
  expect([size, root]).toEqual([readable.length, merkleRoot(Buffer.concat(readable.map(({ leaf }) => leaf)))]);
};

const expectVerified = async (world: EncryptedWorld, readable: readonly StoredEvent[]): Promise<void> => {
  const findings: Finding[] = [];
  const files = world.mount(noFaults);
  const { encrypted } = await verifyStore({
    store,
    files,
    trusted: [signer.verifierKey],
    keys: createKeysAtHand(world.newKeyStore(files)),
    witness: { found: (finding) => findings.push(finding), noted: () => {}, progress: () => {} },
    clock: world.clock,
    random: (target) => world.scheduler.random.fill(target),
    spanPositions,
  });
  expect(findings).toEqual([]);
  expect(encrypted?.erasedEvents).toBe(readable.filter(({ erasedAt }) => erasedAt !== undefined).length);
};

/** Holds a world against the promises, once its share works again. @throws what is broken */
export const judgeErasure = async (world: EncryptedWorld, erasure: Erasing): Promise<readonly StoredEvent[]> => {
  await settle(world);
  const merger = world.newMerger(world.mount(noFaults));
  for (let look = 0; look < 3; look++) while ((await merger.merge()).kind !== 'idle');
  const readable = await everything(world.newReader(world.mount(noFaults)));
  await expectExactlyOnce(world, readable, erasure);
  if (erasure.doneAtMs !== undefined) await expectErased(world, erasure);
  await expectLog(world, readable);
  await expectVerified(world, readable);
  return readable;
};
