import { Dataset, File, ready } from 'h5wasm';
import { describe, expect, it } from 'vitest';
import { lookup3 } from '../../../../shared/store/hdf5/checksum.ts';
import { deflateChunk, inflateChunk, shuffle, unshuffle } from '../../../../shared/store/hdf5/filters.ts';
import type { EncodedDataset } from '../../../../shared/store/hdf5/model.ts';
import { type BytesAt, parseFile } from '../../../../shared/store/hdf5/parse.ts';
import { renderFile } from '../../../../shared/store/hdf5/render.ts';
import { toColumns } from '../../../../shared/store/part/columns.ts';
import { writePart } from '../../../../shared/store/part/write.ts';
import { eventsOf } from '../events.ts';
import { headerOf } from '../parts.ts';

const bytesIn =
  (bytes: Uint8Array): BytesAt =>
  async (from, length) => {
    if (from + length > bytes.length) throw new RangeError('beyond the end');
    return bytes.subarray(from, from + length);
  };

/** 32-bit numbers from 0 on, in chunks of `chunkRows`. */
const numbers = (name: string, rows: number, chunkRows: number): EncodedDataset => {
  const chunks = Array.from({ length: Math.ceil(rows / chunkRows) }, (_, index) => {
    const values = Uint32Array.from({ length: chunkRows }, (_, row) => index * chunkRows + row);
    return deflateChunk(shuffle(new Uint8Array(values.buffer), 4), 6);
  });
  const type = { kind: 'integer', bytes: 4, signed: false } as const;
  return { name, type, shape: [rows], chunkShape: [chunkRows], shuffleBytes: 4, level: 6, chunks };
};

/** What the HDF5 library, which knows nothing of our code, reads from the file. */
const readByLibrary = async <Seen>(bytes: Uint8Array, see: (file: File) => Seen): Promise<Seen> => {
  const { FS } = await ready;
  FS.writeFile('/rendered.h5', bytes);
  const file = new File('/rendered.h5', 'r');
  try {
    return see(file);
  } finally {
    file.close();
    FS.unlink('/rendered.h5');
  }
};

describe('lookup3', () => {
  // From the driver of Bob Jenkins' lookup3.c, and HDF5's own use of it with the initial value 0.
  it.each([
    ['', 0xdeadbeef],
    ['Four score and seven years ago', 0x17770551],
  ])('of %j is as its author gives it', (text, expected) => {
    expect(lookup3(Buffer.from(text))).toBe(expected);
  });
});

describe('the shuffle', () => {
  it.each([4, 8, 16])('of values of %i bytes is undone', (valueBytes) => {
    const bytes = Uint8Array.from({ length: valueBytes * 37 }, (_, index) => (index * 89) % 256);
    const back = unshuffle(shuffle(bytes, valueBytes), valueBytes);
    expect(new Uint8Array(back.buffer)).toEqual(bytes);
  });
});

describe('an inflated chunk', () => {
  it.each([0, 6])('of level %i that is longer or shorter than its dataset says is an error', (level) => {
    const deflated = deflateChunk(new Uint8Array(1_000), level);
    expect(inflateChunk(deflated, 1_000)).toHaveLength(1_000);
    for (const other of [999, 1_001, 5, 1_060]) expect(() => inflateChunk(deflated, other)).toThrow();
  });

  it('whose checksum is wrong is an error, also where nothing was compressed', () => {
    const deflated = Buffer.from(deflateChunk(Buffer.from('stored as it is'), 0));
    deflated[deflated.indexOf('s')] = 0x53;
    expect(() => inflateChunk(deflated, 15)).toThrow();
  });
});

describe('a rendered file', () => {
  it.each([
    ['one chunk', 5, 5],
    ['several, the last filled up', 10, 4],
    ['as many as there may be', 1024, 1],
  ])('with %s is read by the library', async (_, rows, chunkRows) => {
    const bytes = renderFile({ attributes: [], bands: [[numbers('values', rows, chunkRows)]] });
    const values = await readByLibrary(bytes, (file) => {
      const dataset = file.get('values');
      return dataset instanceof Dataset ? dataset.value : undefined;
    });
    expect(values).toEqual(Uint32Array.from({ length: rows }, (_, row) => row));
  });

  it('has attributes of both kinds, and more datasets than HDF5 keeps in a header of its own making', async () => {
    const bands = [Array.from({ length: 30 }, (_, index) => numbers(`d${index}`, 3, 3))];
    const attributes = [['text', 'señal'] as const, ['least', -(2n ** 63n)] as const];
    const bytes = renderFile({ attributes, bands });
    const seen = await readByLibrary(bytes, (file) => [file.keys(), file.attrs.text?.value, file.attrs.least?.value]);
    expect(seen).toEqual([bands[0]?.map(({ name }) => name).sort(), 'señal', -(2n ** 63n)]);
    const parsed = await parseFile(bytesIn(bytes));
    expect([...parsed.attributes]).toEqual(attributes);
    expect([...parsed.datasets.keys()]).toEqual(bands[0]?.map(({ name }) => name));
    expect(parsed.bytes).toBe(bytes.length);
  });

  it('puts chunks that are read together side by side', async () => {
    const bytes = renderFile({
      attributes: [],
      bands: [[numbers('a', 8, 4), numbers('b', 8, 4)], [numbers('c', 3, 3)]],
    });
    const { datasets } = await parseFile(bytesIn(bytes));
    const places = ['a', 'b', 'c'].flatMap((name) =>
      (datasets.get(name)?.chunks ?? []).map(({ address }, index) => [address, `${name}${index}`] as const),
    );
    expect(places.sort(([left], [right]) => left - right).map(([, chunk]) => chunk)).toEqual([
      'a0',
      'b0',
      'a1',
      'b1',
      'c0',
    ]);
  });

  it('is refused without the chunks of its shape, and with more than it can list', () => {
    const whole = numbers('values', 10, 4);
    expect(() => renderFile({ attributes: [], bands: [[{ ...whole, chunks: whole.chunks.slice(1) }]] })).toThrow(
      '2 chunks',
    );
    expect(() => renderFile({ attributes: [], bands: [[numbers('values', 1025, 1)]] })).toThrow('1025 chunks');
  });
});

it('files that the library wrote are refused, since the library is there to read them', async () => {
  const columns = toColumns(eventsOf(3));
  const bytes = await writePart(columns, headerOf(columns), 'gzip-1');
  await expect(parseFile(bytesIn(bytes))).rejects.toThrow(RangeError);
});
