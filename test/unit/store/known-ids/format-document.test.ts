import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ConsultationId, EventId } from '../../../../shared/domain/ids.ts';
import { identityKey, keyText } from '../../../../shared/store/known-ids/identity-key.ts';
import { runPath } from '../../../../shared/store/known-ids/run.ts';
import { writeRun } from '../../../../shared/store/known-ids/write.ts';
import { SimulatedFiles } from '../../../property/store/simulated-files.ts';

interface Vectors {
  readonly keys: readonly { readonly consultation_id: string; readonly event_id: string; readonly key: string }[];
  readonly run: {
    readonly id: string;
    readonly entries: readonly { readonly key: string; readonly content: string; readonly offset: number }[];
    readonly bytes: number;
    readonly checksums: readonly string[];
    readonly filter_bits: readonly number[];
    readonly sha256: string;
  };
}

const document = readFileSync(new URL('../../../../docs/INDEX_FORMAT.md', import.meta.url), 'utf8');
const { keys, run }: Vectors = JSON.parse(/^```json\n(.*?)^```$/ms.exec(document)?.[1] ?? '');

const keyOf = (consultationId: string, eventId: string): string =>
  keyText(identityKey(consultationId as ConsultationId, eventId as EventId));

describe('the test vectors of docs/INDEX_FORMAT.md', () => {
  it('are keys of ids with and without a time', () => {
    expect(keys).toHaveLength(3);
    for (const { consultation_id, event_id, key } of keys) expect(keyOf(consultation_id, event_id)).toBe(key);
  });

  it('are a run, byte for byte', async () => {
    const files = new SimulatedFiles('/store');
    const entries = run.entries.map(({ key, content, offset }) => ({
      key: Buffer.from(key, 'hex'),
      contentHash: Buffer.from(content, 'hex'),
      offset,
    }));
    const written = await writeRun(files, '/store', entries, { newRunId: () => run.id });
    expect(written).toEqual({
      path: runPath(run.id),
      entries: entries.length,
      bytes: run.bytes,
      sha256: run.sha256,
      basePosition: 0,
    });
    const bytes = Buffer.from(files.filesBelow('/store').get(`/store/${written.path}`) ?? []);
    expect(hash('sha256', bytes)).toBe(run.sha256);
    const checksums = run.checksums.map((_, page) => bytes.toString('hex', page * 4096 + 4092, page * 4096 + 4096));
    expect(checksums).toEqual(run.checksums);
    const filter = bytes.subarray(2 * 4096 + 16, 2 * 4096 + 144);
    const bits = Array.from({ length: 1024 }, (_, bit) => bit).filter(
      (bit) => (filter[bit >> 3] ?? 0) & (1 << (bit & 7)),
    );
    expect(bits).toEqual(run.filter_bits);
  });
});

describe('identityKey', () => {
  it('tells apart what differs in any way, also where the texts meet', () => {
    const id = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';
    const all = [
      keyOf('a', id),
      keyOf('b', id),
      keyOf('', `a${id}`),
      keyOf(`a${id}`, ''),
      keyOf('a', id.replace('f', 'e')),
      keyOf('a', '0196e0a0-0000-7000-8000-000000000001'),
      keyOf('a', '0196e0a0-0000-7000-8000-000000000002'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it("begins with the time of a UUIDv7, so that a later one's key is greater", () => {
    expect(
      keyOf('z', '01a00000-ffff-7fff-8000-000000000000') < keyOf('a', '01a00001-0000-7000-8000-000000000000'),
    ).toBe(true);
    expect(keyOf('a', '01a00001-0000-4000-8000-000000000000')).not.toMatch(/^01a00001/);
  });
});
