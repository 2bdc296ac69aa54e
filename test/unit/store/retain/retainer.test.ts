import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { EventExpired, LogInconsistent } from '../../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../../shared/domain/ids.ts';
import { systemClock } from '../../../../shared/ports/clock.ts';
import { decodeSnapshot, encodeLogFile } from '../../../../shared/store/commits/format.ts';
import { commitPath } from '../../../../shared/store/commits/names.ts';
import { snapshotOf, stateOfSnapshot } from '../../../../shared/store/commits/state.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { tileRoot } from '../../../../shared/store/log/tiles/coordinates.ts';
import { verifyTlogProof } from '../../../../shared/store/log/tlog-proof.ts';
import { createEventReader } from '../../../../shared/store/read.ts';
import { consultation, eventIdOf, eventOf } from '../events.ts';
import { createSealRig, type SealRig, signer } from '../seal/rig.ts';
import { snapshotAt, verifyRig } from '../verify/rig.ts';
import { dropDue, eventOn, firstDay, mergerOf, retainerOf, secondDay, yearOfConversation } from './rig.ts';

let rig: SealRig;
beforeEach(() => {
  rig = createSealRig();
});

const seal = async (...events: readonly AcceptedEvent[]): Promise<void> => {
  await rig.store(...events);
  await rig.sealer().seal();
};

const reader = () => createEventReader({ folder: rig.folder });
const positions = async (): Promise<readonly (number | undefined)[]> =>
  (await reader().feed({ limit: 100 })).events.map(({ position }) => position);
const findings = async () => (await verifyRig(rig)).findings;

/** Two segments whose events stand between each other, and a day that is not over. */
const sealSome = (): Promise<void> =>
  seal(
    eventOn(firstDay, 1),
    eventOn(firstDay, 2, { segment: 'clinical' }),
    eventOn(firstDay, 3),
    eventOn(secondDay, 4),
    eventOf(5, { receivedAt: new Date().toISOString() }),
  );

describe('a day whose retention is over', () => {
  it('goes, whole, and with nothing else', async () => {
    await sealSome();
    const { tree } = await rig.state();
    expect(await dropDue(retainerOf(rig), { before: secondDay })).toEqual([`dropped conversation ${firstDay}`]);
    expect(await positions()).toEqual([1, 3, 4]);
    const state = await rig.state();
    expect(state.tree).toEqual(tree);
    expect([...state.expired.values()]).toMatchObject([
      { segment: 'conversation', day: firstDay, count: 2, first_position: 0, last_position: 2, retention_days: 365 },
    ]);
    expect([...state.parts.values()].map(({ segment, day }) => `${segment} ${day}`)).not.toContain(
      `conversation ${firstDay}`,
    );
    expect(await dropDue(retainerOf(rig))).toEqual([`dropped conversation ${secondDay}`]);
    expect(await dropDue(retainerOf(rig))).toEqual([]);
  });

  it('leaves a log that verifies, which counts what is gone', async () => {
    await sealSome();
    await dropDue(retainerOf(rig));
    const { findings, report } = await verifyRig(rig);
    expect(findings).toEqual([]);
    expect(report).toMatchObject({
      events: 5,
      expired: [
        { segment: 'conversation', day: firstDay, events: 2 },
        { segment: 'conversation', day: secondDay, events: 1 },
      ],
    });
  });

  it('has its events answered for: by when they went and why, and by their proofs', async () => {
    const event = eventOn(firstDay, 1);
    await seal(event, eventOn(firstDay, 2, { segment: 'clinical' }));
    await dropDue(retainerOf(rig));
    const gone = reader().byId(consultation, eventIdOf(1));
    await expect(gone).rejects.toThrow(EventExpired);
    await expect(gone).rejects.toThrow(/the segment conversation is kept for 365 days/);
    const proof = await reader().proofOf(consultation, eventIdOf(1));
    if (proof.kind !== 'proven') throw new Error(proof.kind);
    verifyTlogProof(proof.text, event.leaf, [signer.verifierKey]);
    expect((await reader().byId(consultation, eventIdOf(2)))?.position).toBe(1);
    expect(await reader().byId(consultation, eventIdOf(9))).toBeUndefined();
  });

  it('is passed by every cursor', async () => {
    await sealSome();
    await dropDue(retainerOf(rig));
    const page = await reader().byConsultation({ consultationId: consultation, limit: 1, includeUnsealed: true });
    expect([page.events.map(({ position }) => position), page.next !== undefined]).toEqual([[1], true]);
    const { events, next } = await reader().feed({ limit: 10, after: '1' });
    expect(events.map(({ position }) => position)).toEqual([4]);
    expect((await reader().feed({ limit: 10, after: next })).events).toEqual([]);
  });

  it('has its ids known for ever: a repeat is dropped, and another event with such an id is a conflict', async () => {
    await seal(eventOn(firstDay, 1), eventOn(firstDay, 2));
    await dropDue(retainerOf(rig));
    await rig.store(eventOn(firstDay, 1), eventOf(1), eventOf(2, { payload: '{"other":1}' }), eventOf(3));
    expect(await rig.sealer().seal()).toMatchObject({ kind: 'sealed', events: 1, repeats: 2, conflicts: 1 });
    expect(rig.conflicts.map(({ event }) => event.eventId)).toEqual([eventIdOf(2)]);
    expect(await positions()).toEqual([2]);
  });

  it('goes once more for what comes late', async () => {
    await seal(eventOn(firstDay, 1));
    await dropDue(retainerOf(rig));
    await seal(eventOn(firstDay, 2), eventOf(3, { segment: 'clinical' }));
    expect(await positions()).toEqual([1, 2]);
    expect(await dropDue(retainerOf(rig))).toEqual([`dropped conversation ${firstDay}`]);
    expect(await positions()).toEqual([2]);
    const { report, findings } = await verifyRig(rig);
    expect([findings, report.expired]).toEqual([[], [{ segment: 'conversation', day: firstDay, events: 2 }]]);
  });

  it('is only named in a dry run', async () => {
    await sealSome();
    const { number } = await rig.state();
    expect(await dropDue(retainerOf(rig), { dryRun: true })).toEqual([
      `due conversation ${firstDay}`,
      `due conversation ${secondDay}`,
    ]);
    expect((await rig.state()).number).toBe(number);
  });

  it('keeps its files for the grace', async () => {
    await sealSome();
    const before = [...(await rig.state()).parts.values()].filter(({ day }) => day === secondDay);
    await dropDue(retainerOf(rig));
    expect(before).toHaveLength(1);
    for (const part of before) expect(statSync(path.join(rig.folder, part.path)).isFile()).toBe(true);
    expect([...(await rig.state()).removed.keys()]).toEqual(expect.arrayContaining(before.map(({ path }) => path)));
  });

  it('is in a snapshot as it is in the commits', async () => {
    await sealSome();
    await dropDue(retainerOf(rig));
    const state = await rig.state();
    const bytes = encodeLogFile(snapshotOf(state));
    expect(stateOfSnapshot(decodeSnapshot('snapshot', bytes, state.number))).toEqual(state);
    expect(state.expired.size).toBe(2);
    await snapshotAt(rig);
    expect(await findings()).toEqual([]);
  });
});

describe('a day stays', () => {
  it('until its last event has had its days, by the earlier of both clocks', async () => {
    await seal(eventOn(firstDay, 1));
    const endMs = Date.parse('2021-03-02T00:00:00Z');
    const at = (nowMs: number) => retainerOf(rig, { clock: { ...systemClock, nowMs: () => nowMs } });
    expect(await dropDue(at(endMs - 1))).toEqual([]);
    expect(await dropDue(at(endMs))).toEqual([`dropped conversation ${firstDay}`]);
    await seal(eventOf(2, { receivedAt: new Date().toISOString() }));
    // A host that lives in the far future has the share's clock against it.
    expect(await dropDue(at(Date.now() + 800 * 86_400_000))).toEqual([]);
  });

  it('when the clock was set back since it was found to be over', async () => {
    await seal(eventOn(firstDay, 1));
    const endMs = Date.parse('2021-03-02T00:00:00Z');
    let nowMs = endMs;
    const retainer = retainerOf(rig, { clock: { ...systemClock, nowMs: () => nowMs } });
    const [day] = await retainer.due();
    if (day === undefined) throw new Error('nothing is due');
    nowMs = endMs - 1;
    expect(await retainer.drop(day)).toEqual({ kind: 'outrun' });
    nowMs = endMs;
    expect(await retainer.drop(day)).toEqual({ kind: 'dropped' });
    expect(await findings()).toEqual([]);
  });

  it('for ever where the policy says nothing', async () => {
    await seal(eventOn(firstDay, 1, { segment: 'clinical' }));
    expect(await dropDue(retainerOf(rig))).toEqual([]);
  });

  it('whole while the policy holds its segment, or a consultation that it has an event of', async () => {
    const other = 'consultation-2' as ConsultationId;
    await seal(eventOn(firstDay, 1), eventOn(firstDay, 2, { consultationId: other }), eventOn(secondDay, 3));
    const holding = (holds: { segments?: string[]; consultations?: string[] }) => {
      const { segments = [], consultations = [] } = holds;
      const policy = {
        ...yearOfConversation,
        holds: { segments: new Set(segments), consultations: new Set(consultations) },
      };
      return retainerOf(rig, { policy: () => policy });
    };
    const all = [`held conversation ${firstDay}`, `held conversation ${secondDay}`];
    expect(await dropDue(holding({ segments: ['conversation'] }))).toEqual(all);
    expect(await dropDue(holding({ consultations: [other] }), { dryRun: true })).toEqual([
      `held conversation ${firstDay}`,
      `due conversation ${secondDay}`,
    ]);
    expect(await dropDue(holding({ consultations: [other, 'x'] }))).toEqual([
      `held conversation ${firstDay}`,
      `dropped conversation ${secondDay}`,
    ]);
    expect(await positions()).toEqual([0, 2]);
  });

  it.each([
    ['altered', (file: string) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from([0])]))],
    ['missing', (file: string) => rmSync(file)],
  ])('when a part of it is %s, in no other day’s way', async (_, harm) => {
    await seal(eventOn(firstDay, 1), eventOn(secondDay, 2));
    harm(path.join(rig.folder, [...(await rig.state()).parts.keys()].find((file) => file.includes(firstDay)) ?? ''));
    expect(await dropDue(retainerOf(rig))).toEqual([
      `damaged conversation ${firstDay}`,
      `dropped conversation ${secondDay}`,
    ]);
  });

  it('when the hash that would stay is not that of its event', async () => {
    await seal(eventOn(firstDay, 1), eventOn(firstDay, 2));
    const tile = path.join(rig.folder, tileRoot, '0', '000.p', '2');
    const bytes = readFileSync(tile);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(tile, bytes);
    expect(await dropDue(retainerOf(rig))).toEqual([`damaged conversation ${firstDay}`]);
    expect(await positions()).toEqual([0, 1]);
  });

  it('when the log is shorter than what was signed', async () => {
    await seal(eventOn(firstDay, 1));
    await seal(eventOn(firstDay, 2));
    rmSync(path.join(rig.folder, commitPath(2)));
    await expect(dropDue(retainerOf(rig))).rejects.toThrow(LogInconsistent);
  });
});

describe('beside others', () => {
  it('tiles that a sealer did not come to write are written first', async () => {
    await seal(eventOn(firstDay, 1), eventOn(firstDay, 2));
    rmSync(path.join(rig.folder, tileRoot), { recursive: true });
    await dropDue(retainerOf(rig));
    expect(await positions()).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  it('a merge that was under way does not bring a day back', async () => {
    for (let part = 0; part < 8; part++) await seal(eventOn(firstDay, part));
    const merger = mergerOf(rig);
    while ((await merger.merge()).kind === 'index-merged');
    for (let part = 8; part < 16; part++) await seal(eventOn(secondDay, part));
    let dropped: readonly string[] = [];
    const slow = mergerOf(rig, {
      ...nodeStoreFiles,
      link: async (from, to) => {
        if (to.includes('/parts/') && dropped.length === 0) dropped = await dropDue(retainerOf(rig));
        await nodeStoreFiles.link(from, to);
      },
    });
    while ((await slow.merge()).kind !== 'idle');
    expect(dropped).toHaveLength(2);
    expect(await positions()).toEqual([]);
    expect((await rig.state()).parts.size).toBe(0);
    expect(await findings()).toEqual([]);
  });

  it('a day that is merged while it is being dropped is dropped all the same', async () => {
    for (let part = 0; part < 8; part++) await seal(eventOn(firstDay, part));
    let merged = 0;
    const retainer = retainerOf(rig, {
      files: {
        ...nodeStoreFiles,
        link: async (from, to) => {
          if (to.endsWith('.positions') && merged++ === 0) {
            const merger = mergerOf(rig);
            while ((await merger.merge()).kind !== 'idle');
          }
          await nodeStoreFiles.link(from, to);
        },
      },
    });
    expect(await dropDue(retainer)).toEqual([`dropped conversation ${firstDay}`]);
    const { expired, removed } = await rig.state();
    expect(expired.size).toBe(1);
    // The list for the parts that were merged away is named as removed by the commit that came after it.
    expect([...removed.keys()].filter((file) => file.endsWith('.positions'))).toHaveLength(1);
    expect(await findings()).toEqual([]);
  });

  it('of two that drop the same day one does', async () => {
    await sealSome();
    const outcomes = await Promise.all([dropDue(retainerOf(rig)), dropDue(retainerOf(rig))]);
    expect(outcomes.flat().sort()).toEqual([`dropped conversation ${firstDay}`, `dropped conversation ${secondDay}`]);
    expect(await findings()).toEqual([]);
  });
});
