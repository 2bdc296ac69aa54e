import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConsultationId, createUuidV7Source, type EventId } from '../../shared/domain/ids.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { identityKey } from '../../shared/store/known-ids/identity-key.ts';
import { sortByKey, writeRun } from '../../shared/store/known-ids/write.ts';
import { contentOf } from '../unit/store/known-ids/ids.ts';
import { runPython } from './python.ts';

const script = fileURLToPath(new URL('read_index.py', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-interop-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let nowMs = Date.UTC(2026, 0, 1);
const nextUuidV7 = createUuidV7Source(() => nowMs);

/** Ids with and without a time, of consultations whose names are not ASCII. */
const newId = (number: number): readonly [ConsultationId, EventId] => {
  nowMs += 500;
  const eventId = number % 2 === 0 ? nextUuidV7() : randomUUID();
  return [`consulta-ñ-${number % 100}` as ConsultationId, eventId as EventId];
};

const writeIds = async (ids: readonly (readonly [ConsultationId, EventId])[]): Promise<string> => {
  const entries = ids.map(([consultationId, eventId], offset) => ({
    key: identityKey(consultationId, eventId),
    contentHash: contentOf(offset),
    offset,
  }));
  return path.join(folder, (await writeRun(nodeStoreFiles, folder, sortByKey(entries))).path);
};

const find = (run: string, ids: readonly (readonly [ConsultationId, EventId])[]): Promise<unknown> => {
  const file = path.join(folder, 'ids.ndjson');
  writeFileSync(file, ids.map((id) => `${JSON.stringify(id)}\n`).join(''));
  return runPython(script, run, file);
};

describe('a reader in Python, written from the format document', () => {
  // One page; one guide and more; several sections below a fence; two levels of fences.
  it.each([1, 3_000, 120_000, 764_000])('finds what a run of %i ids holds, and nothing else', async (count) => {
    const ids = Array.from({ length: count }, (_, number) => newId(number));
    const run = await writeIds(ids);
    const asked = ids
      .map((id, offset) => ({ id, offset }))
      .filter(({ offset }) => offset % Math.ceil(count / 2_000) === 0);
    const absent = Array.from({ length: 500 }, (_, number) => newId(number));
    const expected = asked.map(({ offset }) => ({ offset, content: contentOf(offset).toString('hex', 0, 16) }));
    expect(await find(run, [...asked.map(({ id }) => id), ...absent])).toEqual([
      ...expected,
      ...absent.map(() => null),
    ]);
  });

  it('refuses a page that was changed', async () => {
    const run = await writeIds([newId(1)]);
    const bytes = readFileSync(run);
    bytes[4096] = (bytes[4096] ?? 0) ^ 1;
    writeFileSync(run, bytes);
    const [id] = [newId(1)];
    await expect(find(run, [id])).resolves.toEqual([null]);
    bytes[3 * 4096] = (bytes[3 * 4096] ?? 0) ^ 1;
    writeFileSync(run, bytes);
    await expect(find(run, [id])).rejects.toThrow('checksum');
  });
});
