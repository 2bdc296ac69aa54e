import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import type { CommittedPart } from '../commits/format.ts';
import type { StoreState } from '../commits/state.ts';
import { isGone, type RangeReading } from '../files.ts';
import { openSealedPart } from '../part/sealed/open.ts';
import { consultationKey, type SpanEntry } from './pages.ts';

/** Whose events lie at the positions of a leaf. */
export interface Leaf {
  readonly keys: Set<number>;
  /** Whether a part can't be read that may have some of them. */
  isBlind: boolean;
  /** How many of its positions are held by a part: fewer than it has where retention dropped some. */
  events: number;
}

/** Which leaves, by the positions that each has. */
export interface LeafRange {
  readonly first: number;
  readonly count: number;
  readonly positions: number;
}

/**
 * Finds out from the parts whose events lie at the positions of some leaves: of a part, what it keeps of the windows that they are in.
 * @param state that was read just now
 * @throws Error the system's
 */
export const readLeaves = async (
  files: RangeReading,
  store: string,
  { parts }: StoreState,
  { first, count, positions }: LeafRange,
): Promise<readonly Leaf[]> => {
  const leaves: readonly Leaf[] = Array.from({ length: count }, () => ({ keys: new Set(), isBlind: false, events: 0 }));
  const [from, end] = [first * positions, (first + count) * positions];
  const leavesIn = (low: number, high: number): readonly Leaf[] =>
    leaves.slice(Math.max(0, Math.floor((low - from) / positions)), Math.floor((high - from) / positions) + 1);
  for (const part of parts.values()) {
    if (part.first_position >= end || part.last_position < from) continue;
    try {
      await readPart(files, store, part, { from, end }, (position, key) => {
        const leaf = leaves[Math.floor((position - from) / positions)];
        if (leaf === undefined) return;
        leaf.keys.add(key);
        leaf.events++;
      });
    } catch (error) {
      // What a commit removes stays for the grace, so that a part that is gone is as good as one that is damaged.
      if (!(error instanceof PartDamaged || isGone(error))) throw error;
      for (const leaf of leavesIn(part.first_position, part.last_position)) leaf.isBlind = true;
    }
  }
  return leaves;
};

const readPart = async (
  files: RangeReading,
  store: string,
  { path: part, base_position }: CommittedPart,
  { from, end }: { readonly from: number; readonly end: number },
  take: (position: number, key: number) => void,
): Promise<void> => {
  const file = await files.openRanges(path.join(store, part));
  try {
    const sealed = await openSealedPart(file, { path: part, basePosition: base_position });
    const keys = new Map<string, number>();
    for (const { position, consultationId } of await sealed.consultationsAt(from, end)) {
      const key = keys.get(consultationId) ?? consultationKey(consultationId);
      keys.set(consultationId, key);
      take(position, key);
    }
  } finally {
    await file.close();
  }
};

/** A leaf as its file has it. */
export const entriesOfLeaf = ({ keys }: Leaf): readonly SpanEntry[] =>
  Array.from(Float64Array.from(keys).sort(), (key) => ({ key, bits: 1 }));
