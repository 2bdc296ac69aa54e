import { commitPath } from '../commits/names.ts';
import { readCommit } from '../commits/read-commit.ts';
import { treeFromFile } from '../commits/state.ts';
import type { FileReading } from '../files.ts';
import { hashBytes, perfectRoot } from '../log/node-hash.ts';
import { appendLeaves, emptyEdge, type RightEdge, rootOf } from '../log/right-edge.ts';
import { fullWidth, tilePath, tileWidth } from '../log/tiles/coordinates.ts';
import { windowPositions } from '../part/sealed/layout.ts';
import type { Finding } from './finding.ts';
import type { SignedHead, SignedHeads } from './heads.ts';
import type { ReadTile, TileReader } from './tile-reader.ts';
import { UpperTiles } from './upper-tiles.ts';
import type { LogWindow } from './window.ts';

export interface TreeCheckOptions {
  readonly files: FileReading;
  readonly store: string;
  /** The tree as the newest commit has it. */
  readonly tree: RightEdge;
  readonly heads: SignedHeads;
  readonly tiles: TileReader;
  readonly found: (finding: Finding) => void;
  /** The file that holds the event at an index of the window. */
  readonly holderOf: (window: LogWindow, index: number) => string;
  /** Whether the event at a position was dropped, so that its tile alone has its hash. */
  readonly isExpired: (position: number) => boolean;
  /** Says that the events at positions `[from, to)` are not those that a commit signs. */
  readonly otherEvents: (from: number, to: number, commit: number) => void;
}

const blockBytes = fullWidth * hashBytes;
const blocksPerWindow = windowPositions / fullWidth;

const equal = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

/** Which of two versions of some leaves is the log's: of the events as they are, or of the tile. */
type Genuine = 'events' | 'tile';

interface Vouching {
  readonly tile: ReadTile;
  /** The first that has no event. */
  readonly position: number;
  /** Behind its last one. */
  readonly end: number;
  /** The tile above has another root for it. */
  readonly isSuspect: boolean;
}

/** Rebuilds the tree from position 0, beside its tiles, and compares it with every head that was signed. */
export class TreeCheck {
  readonly #options: TreeCheckOptions;
  readonly #heads: Iterator<SignedHead>;
  readonly #upper: UpperTiles;
  #next: SignedHead | undefined;
  #edge: RightEdge = emptyEdge;
  /** The size of the last head that was looked at. */
  #lastSize = 0;
  /** Whether a leaf since then is neither to be had from a part nor from a tile. */
  #unknown = false;
  /** Tiles with hashes behind it that alone vouch for events, since those expired. */
  #vouching: readonly Vouching[] = [];

  constructor(options: TreeCheckOptions) {
    this.#options = options;
    this.#heads = options.heads.ascending(options.tree.size);
    this.#upper = new UpperTiles(options.tiles, options.found);
    this.#advance();
  }

  /** Continues the tree by the first `count` positions of the next window. @throws the system's errors */
  async add(window: LogWindow, count: number): Promise<void> {
    const { tiles } = this.#options;
    await this.#compareHeads();
    const blocks = Math.ceil(count / fullWidth);
    const found = await tiles.readRow(0, window.number * blocksPerWindow, blocks);
    const above = await tiles.read({ level: 1, index: window.number });
    for (let block = 0; block < blocks; block++) this.#settle(window, block, count, found[block], above?.hashes);
    const roots: Uint8Array[] = [];
    for (let at = 0; at + blockBytes <= count * hashBytes; at += blockBytes) {
      roots.push(perfectRoot(window.leaves.subarray(at, at + blockBytes)));
    }
    this.#upper.add(Buffer.concat(roots), above);
    await this.#append(window.leaves, count);
  }

  /** Compares what is left at the right edge. */
  async finish(): Promise<void> {
    await this.#compareHeads();
    await this.#upper.finish();
  }

  /** Compares a block of leaves with its tile, and keeps the genuine ones of both in the window. */
  #settle(window: LogWindow, block: number, count: number, tile: ReadTile | undefined, above: Uint8Array | undefined) {
    const first = block * fullWidth;
    const width = Math.min(fullWidth, count - first);
    const leaves = window.leaves.subarray(first * hashBytes, (first + width) * hashBytes);
    const known = (index: number): boolean => index * hashBytes < (tile?.hashes.length ?? 0);
    for (let index = 0; index < width; index++) {
      if (window.holders[first + index] !== 0) continue;
      if (tile && known(index)) leaves.set(hashAt(tile.hashes, index), index * hashBytes);
      else this.#lack(window.from + first + index);
    }
    if (tile) this.#vouch(window, block, width, tile, above);
    if (tile === undefined || equal(leaves.subarray(0, tile.hashes.length), tile.hashes)) return;
    const genuine = this.#choose(window, block, leaves, tile, above);
    for (let index = 0; index < width && known(index); index++) {
      const hash = hashAt(tile.hashes, index);
      if (equal(hashAt(leaves, index), hash)) continue;
      this.#name(genuine, window, first + index, tile);
      if (genuine === 'tile') leaves.set(hash, index * hashBytes);
    }
  }

  /** A leaf is neither to be had from a part nor from a tile. */
  #lack(position: number): void {
    this.#unknown = true;
    if (!this.#options.isExpired(position)) return;
    const tile = { level: 0, index: Math.floor(position / fullWidth) };
    const file = tilePath(tile, tileWidth(tile, this.#options.tree.size));
    const reason = 'the event expired, and the hash that stayed of it is not there';
    this.#options.found({ kind: 'missing', file, position, reason });
  }

  #vouch(window: LogWindow, block: number, width: number, tile: ReadTile, above: Uint8Array | undefined): void {
    const first = block * fullWidth;
    const index = window.holders.subarray(first, first + width).indexOf(0);
    if (index < 0) return;
    const root = above && block * hashBytes < above.length ? hashAt(above, block) : undefined;
    const isSuspect = root !== undefined && width === fullWidth && !equal(perfectRoot(tile.hashes), root);
    const [position, end] = [window.from + first + index, window.from + first + width];
    this.#vouching = [...this.#vouching, { tile, position, end, isSuspect }];
  }

  #choose(window: LogWindow, block: number, leaves: Buffer, tile: ReadTile, above: Uint8Array | undefined): Genuine {
    if (tile.hashes.length < leaves.length) return 'events';
    const root = above && block * hashBytes < above.length ? hashAt(above, block) : undefined;
    if (root !== undefined && leaves.length === blockBytes)
      return equal(perfectRoot(tile.hashes), root) ? 'tile' : 'events';
    // At the right edge, the newest head tells; in between, a signed head will tell that something is wrong.
    const before = appendLeaves(this.#edge, window.leaves.subarray(0, block * blockBytes));
    const { tree } = this.#options;
    const withTile = appendLeaves(before, tile.hashes);
    return withTile.size === tree.size && equal(rootOf(withTile), rootOf(tree)) ? 'tile' : 'events';
  }

  #name(genuine: Genuine, window: LogWindow, index: number, tile: ReadTile): void {
    const { found, holderOf } = this.#options;
    const position = window.from + index;
    if (genuine === 'tile') {
      found({
        kind: 'changed',
        file: holderOf(window, index),
        position,
        reason: 'the event is not the one that the log has at this position',
      });
    } else {
      found({ kind: 'changed', file: tile.path, position, reason: 'its hash is not that of the event' });
    }
  }

  async #append(leaves: Buffer, count: number): Promise<void> {
    const end = this.#edge.size + count;
    const from = this.#edge.size;
    while (this.#edge.size < end) {
      const stop = Math.min(end, this.#next?.size ?? end);
      const slice = leaves.subarray((this.#edge.size - from) * hashBytes, (stop - from) * hashBytes);
      this.#edge = appendLeaves(this.#edge, slice);
      await this.#compareHeads();
    }
  }

  async #compareHeads(): Promise<void> {
    for (let head = this.#next; head?.size === this.#edge.size; head = this.#next) {
      this.#advance();
      await this.#compare(head);
    }
  }

  async #compare(head: SignedHead): Promise<void> {
    const { found, otherEvents } = this.#options;
    const { size, source } = head;
    const same = equal(rootOf(this.#edge), head.root);
    if (typeof source === 'string') {
      if (same || this.#unknown) return;
      const reason = `it signs another tree of ${size} events: they were altered, or it is of another log`;
      found({ kind: 'changed', file: source, reason });
      return;
    }
    if (!same) {
      if (!(this.#unknown || this.#blameTiles(source))) otherEvents(this.#lastSize, size, source);
      await this.#resume(head, source);
    }
    this.#lastSize = size;
    this.#unknown = false;
    this.#vouching = this.#vouching.filter(({ end }) => end > size);
  }

  /** Where hashes of expired events are part of a tree that is not the signed one, they are what nothing else vouches for. */
  #blameTiles(commit: number): boolean {
    const suspects = this.#vouching.filter(({ isSuspect }) => isSuspect);
    const blamed = suspects.length > 0 ? suspects : this.#vouching;
    const reason = `its hashes of expired events, or what stands beside them, are not those that the checkpoint in ${commitPath(commit)} signs`;
    for (const { tile, position } of blamed) {
      this.#options.found({ kind: 'changed', file: tile.path, position, reason });
    }
    return blamed.length > 0;
  }

  /** Goes on from what the commit signs, so that what is wrong before it does not hide what is wrong behind it. */
  async #resume({ root }: SignedHead, commit: number): Promise<void> {
    const { files, store } = this.#options;
    const edge = await readCommit(files, store, commit)
      .then((read) => read && treeFromFile(read.commit.tree))
      .catch(() => undefined);
    if (edge && equal(rootOf(edge), root)) this.#edge = edge;
  }

  #advance(): void {
    const next = this.#heads.next();
    this.#next = next.done ? undefined : next.value;
  }
}

const hashAt = (hashes: Uint8Array, index: number): Uint8Array =>
  hashes.subarray(index * hashBytes, (index + 1) * hashBytes);
