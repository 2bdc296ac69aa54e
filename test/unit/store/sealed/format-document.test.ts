import { readFileSync } from 'node:fs';
import { Dataset, File, ready } from 'h5wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSealedPart } from '../../../../shared/store/part/sealed/write.ts';
import { eventOf, eventsOf } from '../events.ts';
import { header } from './parts.ts';

const document = readFileSync(new URL('../../../../docs/PART_FORMAT.md', import.meta.url), 'utf8');

/** The rows of the first table below a heading, cell by cell. */
const tableBelow = (heading: string): readonly (readonly string[])[] => {
  const section = document.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .replaceAll('`', '')
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
};

/** What is in sealed parts: the columns of version 1 but three, and those that it adds. */
const datasets = [
  ...tableBelow('Datasets').filter(([name]) => !['leaf', 'segment', 'segment_names'].includes(name ?? '')),
  ...tableBelow('Datasets of sealed parts'),
];

const types: Readonly<Record<string, RegExp>> = {
  uint8: /^<B$/,
  uint32: /^<I$/,
  uint64: /^<Q$/,
  int64: /^<q$/,
  'fixed UTF-8': /^S\d+$/,
};

describe.each([
  ['with every dataset', [...eventsOf(3), eventOf(3, { occurredAt: '2016-12-31T23:59:60Z' })], []],
  ['without the optional one', eventsOf(4), ['occurred_at_text']],
] as const)('a sealed part %s', (_, events, left) => {
  // One consultation, whose four rows lie in two windows.
  const shapes: Readonly<Record<string, readonly number[]>> = {
    '(n)': [4],
    '(n + 1)': [5],
    '(n, 16)': [4, 16],
    '(w)': [2],
    '(w + 1)': [3],
    '(c + 1)': [2],
    '(r)': [2],
  };
  let file: File;
  beforeAll(async () => {
    const positioned = events.map((event, row) => ({ event, positionOffset: 65_534 + row }));
    const { bytes } = await writeSealedPart(positioned, header, 'gzip-6');
    const { FS } = await ready;
    FS.writeFile('/sealed-document.h5', bytes);
    file = new File('/sealed-document.h5', 'r');
    return () => {
      file.close();
      FS.unlink('/sealed-document.h5');
    };
  });

  it('has the datasets of the document, with their types, shapes and filters', () => {
    const table = datasets.filter(([name]) => !left.some((absent) => absent === name));
    expect(file.keys().toSorted()).toEqual(table.map(([name]) => name).toSorted());
    for (const [name = '', type = '', shape = ''] of table) {
      const dataset = file.get(name);
      if (!(dataset instanceof Dataset)) throw new Error(`${name} is no dataset`);
      expect(dataset.dtype, name).toMatch(types[type] ?? /^$/);
      if (shapes[shape]) expect(dataset.shape, name).toEqual(shapes[shape]);
      const isShuffled = dataset.metadata.type === 0 && name !== 'payload';
      expect(
        dataset.filters.map(({ id }) => id),
        name,
      ).toEqual(isShuffled ? [2, 1] : [1]);
    }
  });

  it('has the root attributes of the document, with their types', () => {
    const table = tableBelow('Root attributes of sealed parts').flatMap(([names = '', type]) =>
      names.split(', ').map((name) => [name, type] as const),
    );
    expect(Object.keys(file.attrs).toSorted()).toEqual(table.map(([name]) => name).toSorted());
    for (const [name, type] of table) {
      expect(typeof file.attrs[name]?.value, name).toBe(type === 'int64' ? 'bigint' : 'string');
    }
  });
});
