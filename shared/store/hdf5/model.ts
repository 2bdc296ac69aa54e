/** The values of a dataset or attribute: little-endian integers, or texts of fixed length in UTF-8, filled up with NUL. */
export type ValueType =
  | { readonly kind: 'integer'; readonly bytes: 1 | 4 | 8; readonly signed: boolean }
  | { readonly kind: 'text'; readonly bytes: number };

/** A chunked dataset of fixed shape, whose chunks are deflated, after a byte shuffle where that helps. */
export interface DatasetShape {
  readonly name: string;
  readonly type: ValueType;
  readonly shape: readonly number[];
  /** The last chunk is as long as the others, filled up with zeros. */
  readonly chunkShape: readonly number[];
  /** Length of what the shuffle takes for one value, which need not be the type's; 0 where there is no shuffle. */
  readonly shuffleBytes: number;
  /** 0 to 9; 0 stores the bytes as they are, with zlib's checksum. */
  readonly level: number;
}

/** A dataset with its chunks as they stand in the file. */
export interface EncodedDataset extends DatasetShape {
  readonly chunks: readonly Uint8Array[];
}

/** Where a chunk lies in its file. */
export interface ChunkPlace {
  readonly address: number;
  readonly bytes: number;
}

/** A dataset as a file describes it. */
export interface LocatedDataset extends DatasetShape {
  readonly chunks: readonly ChunkPlace[];
}

export type AttributeValue = string | bigint;

export const signature = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
export const superblockBytes = 48;

/** "Undefined address". */
export const nowhere = 0xffff_ffff_ffff_ffffn;

/** Types of header messages, from section IV.A.2 of the HDF5 File Format Specification 3.0. */
export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValue: 0x05,
  link: 0x06,
  dataLayout: 0x08,
  groupInfo: 0x0a,
  filterPipeline: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  attributeInfo: 0x15,
} as const;

export const filterIds = { deflate: 1, shuffle: 2 } as const;

/** A fixed array of more elements is cut into pages, which neither side here does: larger chunks are the better answer. */
export const mostChunks = 1024;
const pageBits = 10;

export const fixedArray = { index: 3, pageBits, filteredClient: 1, headerBytes: 28 } as const;

const product = (numbers: readonly number[]): number => numbers.reduce((left, right) => left * right, 1);

/** Bytes of one chunk before its filters. */
export const chunkBytesOf = ({ type, chunkShape }: DatasetShape): number => type.bytes * product(chunkShape);

/** Chunks only ever split the first dimension. */
export const chunkCountOf = ({ shape, chunkShape }: DatasetShape): number =>
  Math.ceil((shape[0] ?? 0) / (chunkShape[0] ?? 1));

/** Width of a chunk's size in a fixed array, as the library computes it: room for a chunk that grew in its filter. */
export const sizeWidthOf = (dataset: DatasetShape): number =>
  Math.min(8, 1 + Math.floor((Math.floor(Math.log2(chunkBytesOf(dataset))) + 8) / 8));
