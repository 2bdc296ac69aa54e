import { describe, expect, it } from 'vitest';
import { LogDamaged, LogInconsistent, StoreUnavailable } from '../../../../shared/domain/errors.ts';
import { DurableFolders } from '../../../../shared/store/folders.ts';
import { readCheckpoint, signCheckpoint } from '../../../../shared/store/log/checkpoint.ts';
import { requireExtends } from '../../../../shared/store/log/extends.ts';
import { generateSigningKey, openSigner } from '../../../../shared/store/log/note/signer.ts';
import { proveEvent } from '../../../../shared/store/log/prove-event.ts';
import { appendLeaves, emptyEdge } from '../../../../shared/store/log/right-edge.ts';
import { createTileSource } from '../../../../shared/store/log/tiles/source.ts';
import { type TileStore, writeTiles } from '../../../../shared/store/log/tiles/write.ts';
import { verifyTlogProof } from '../../../../shared/store/log/tlog-proof.ts';
import { SimulatedFiles } from '../../../property/store/simulated-files.ts';
import { countingLeaves } from './go-log.ts';

const store = '/store';
const leaves = countingLeaves(1_000);
const slice = (from: number, to: number): Uint8Array => leaves.subarray(from * 32, to * 32);
const edgeOf = (size: number) => appendLeaves(emptyEdge, slice(0, size));
const signer = openSigner(generateSigningKey('example.com/log'));

const written = async (size: number): Promise<{ files: SimulatedFiles; tiles: TileStore }> => {
  const files = new SimulatedFiles(store);
  let names = 0;
  const tiles = { files, store, folders: new DurableFolders(files, store), uniqueName: () => String(names++) };
  await writeTiles(tiles, emptyEdge, slice(0, size));
  return { files, tiles };
};

const alter = async (files: SimulatedFiles, file: string, change: (bytes: Buffer) => Uint8Array): Promise<void> => {
  files.put(file, change(Buffer.from(await files.read(file))));
};

const flipped = (bytes: Buffer): Uint8Array => {
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  return bytes;
};

describe('a damaged tile', () => {
  it.each([
    ['altered', flipped],
    ['cut off', (bytes: Buffer) => bytes.subarray(1)],
    ['empty', () => new Uint8Array()],
  ])('that is %s is not continued, and the error names it', async (_, change) => {
    const { files, tiles } = await written(300);
    await alter(files, `${store}/log/tile/0/001.p/44`, change);
    const writing = writeTiles(tiles, edgeOf(300), slice(300, 310));
    await expect(writing).rejects.toThrow(LogDamaged);
    await expect(writing).rejects.toThrow('log/tile/0/001.p/44');
  });

  it('in the place of one that is to be written is named', async () => {
    const { files, tiles } = await written(300);
    files.put(`${store}/log/tile/0/001`, Buffer.alloc(8_192));
    await expect(writeTiles(tiles, edgeOf(300), slice(300, 600))).rejects.toThrow('log/tile/0/001:');
  });

  it('proves nothing', async () => {
    const { files } = await written(300);
    await alter(files, `${store}/log/tile/0/000`, flipped);
    const source = createTileSource(files, store);
    const checkpoint = signCheckpoint(signer, edgeOf(300));
    const event = { position: 7, leaf: slice(7, 8), checkpoint };
    await expect(proveEvent(source, event)).rejects.toThrow('log/tile/0/000');
  });

  it('that is missing makes the store unavailable, and says which', async () => {
    const { files } = await written(300);
    await files.unlink(`${store}/log/tile/0/000`);
    const proving = proveEvent(createTileSource(files, store), {
      position: 7,
      leaf: slice(7, 8),
      checkpoint: signCheckpoint(signer, edgeOf(300)),
    });
    await expect(proving).rejects.toThrow(StoreUnavailable);
    await expect(proving).rejects.toThrow('log/tile/0/000');
  });
});

describe('proveEvent', () => {
  it('gives a proof that verifies with the key alone', async () => {
    const { files } = await written(1_000);
    const checkpoint = signCheckpoint(signer, edgeOf(1_000));
    for (const position of [0, 255, 256, 999]) {
      const leaf = slice(position, position + 1);
      const proof = await proveEvent(createTileSource(files, store), { position, leaf, checkpoint });
      expect(verifyTlogProof(proof, leaf, [signer.verifierKey]).size).toBe(1_000);
    }
  });

  it('gives none for an event that is not the one that was sealed', async () => {
    const { files } = await written(1_000);
    const event = { position: 7, leaf: slice(8, 9), checkpoint: signCheckpoint(signer, edgeOf(1_000)) };
    await expect(proveEvent(createTileSource(files, store), event)).rejects.toThrow('position 7');
  });
});

describe('requireExtends', () => {
  const checkpointOf = (size: number) => readCheckpoint(signCheckpoint(signer, edgeOf(size)));

  it('is content with any checkpoint that the log signed before', async () => {
    const { files } = await written(1_000);
    const source = createTileSource(files, store);
    for (const size of [0, 1, 255, 256, 700, 1_000]) {
      await requireExtends(source, edgeOf(1_000), checkpointOf(size), 'the folder');
    }
  });

  it('refuses a log that is shorter than a checkpoint', async () => {
    const { files } = await written(300);
    const checking = requireExtends(createTileSource(files, store), edgeOf(300), checkpointOf(301), 'the folder');
    await expect(checking).rejects.toThrow(LogInconsistent);
    await expect(checking).rejects.toThrow('300 events, and the checkpoint in the folder signs 301');
  });

  it.each([299, 300])('refuses a log whose first %i events are others', async (size) => {
    const { files } = await written(300);
    const other = { ...checkpointOf(size), root: new Uint8Array(32) };
    const checking = requireExtends(createTileSource(files, store), edgeOf(300), other, 'the folder');
    await expect(checking).rejects.toThrow(LogInconsistent);
    await expect(checking).rejects.toThrow(`first ${size} events`);
  });
});
