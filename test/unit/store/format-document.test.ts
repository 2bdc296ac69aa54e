import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Dataset, File, ready } from 'h5wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SegmentedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { contentHash, leafHash } from '../../../shared/domain/leaf.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { eventOf, eventsOf } from './events.ts';

const document = readFileSync(new URL('../../../docs/PART_FORMAT.md', import.meta.url), 'utf8');

interface Vector {
  readonly consultation_id: string;
  readonly event_id: string;
  readonly segment: string;
  readonly received_at: string;
  readonly event_type: string;
  readonly user_id: string | null;
  readonly occurred_at: string | null;
  readonly payload: string;
  readonly leaf: string;
  readonly content: string;
}

const vectors: readonly Vector[] = JSON.parse(/^```json\n(.*?)^```$/ms.exec(document)?.[1] ?? '[]');

const eventOfVector = (vector: Vector): SegmentedEvent => ({
  consultationId: vector.consultation_id as ConsultationId,
  eventId: vector.event_id as EventId,
  segment: vector.segment,
  receivedAt: vector.received_at,
  eventType: vector.event_type,
  userId: vector.user_id ?? undefined,
  occurredAt: vector.occurred_at ?? undefined,
  requestIndex: 0,
  payload: vector.payload,
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the test vectors of docs/PART_FORMAT.md', () => {
  it('are three', () => expect(vectors).toHaveLength(3));

  it.each(vectors.map((vector) => [vector.event_id, vector] as const))('%s has its two hashes', (_, vector) => {
    const event = eventOfVector(vector);
    expect(hex(leafHash(event))).toBe(vector.leaf);
    expect(hex(contentHash(event))).toBe(vector.content);
  });
});

/** The rows of the first table below a heading, cell by cell. */
const tableBelow = (heading: string): readonly (readonly string[])[] => {
  const section = document.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
};

const bare = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');

describe.each([
  ['with every dataset', [...eventsOf(3), eventOf(3, { occurredAt: '2016-12-31T23:59:60Z' })], []],
  ['without the optional one', eventsOf(4), ['occurred_at_text']],
] as const)('a part %s', (_, events, left) => {
  const count = events.length;
  const shapes: Readonly<Record<string, readonly number[]>> = {
    '(n)': [count],
    '(n + 1)': [count + 1],
    '(n, 16)': [count, 16],
    '(n, 32)': [count, 32],
  };
  let file: File;
  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fi-store-'));
    const part = await createPartWriter({ folder }).write(events, 'gzip-1');
    const { FS } = await ready;
    FS.writeFile('/document.h5', readFileSync(path.join(folder, part.path)));
    rmSync(folder, { recursive: true });
    file = new File('/document.h5', 'r');
    return () => {
      file.close();
      FS.unlink('/document.h5');
    };
  });

  it('has the datasets of the document, with their types and shapes', () => {
    const table = tableBelow('Datasets').filter(([name]) => !left.some((absent) => absent === bare(name)));
    expect(file.keys().toSorted()).toEqual(table.map(([name]) => bare(name)).toSorted());
    const types: Readonly<Record<string, RegExp>> = {
      uint8: /^<B$/,
      uint32: /^<I$/,
      uint64: /^<Q$/,
      int64: /^<q$/,
      'fixed UTF-8': /^S\d+$/,
    };
    for (const [cell, type = '', shape = ''] of table) {
      const name = bare(cell);
      const dataset = file.get(name);
      if (!(dataset instanceof Dataset)) throw new Error(`${name} is no dataset`);
      expect(dataset.dtype, name).toMatch(types[type] ?? /^$/);
      if (shapes[shape]) expect(dataset.shape, name).toEqual(shapes[shape]);
    }
  });

  it('has the root attributes of the document, with their types', () => {
    const table = tableBelow('Root attributes').flatMap(([names = '', type]) =>
      names.split(', ').map((name) => [bare(name), type] as const),
    );
    expect(Object.keys(file.attrs).toSorted()).toEqual(table.map(([name]) => name).toSorted());
    for (const [name, type] of table) {
      expect(typeof file.attrs[name]?.value, name).toBe(type === 'int64' ? 'bigint' : 'string');
    }
  });
});
