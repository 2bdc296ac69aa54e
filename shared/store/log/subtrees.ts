/**
 * The shape of the tree (RFC 6962, section 2.1), without any hash in it. Positions and sizes go up to 2^53, so that all
 * of it is done by division: the bit operators of JavaScript end at 2^31.
 */

/** Leaves `[from, to)`: a node of the tree, whose hash is the Merkle tree hash of just these. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A node over `2 ** height` leaves, the first of which is leaf `index * 2 ** height`. */
export interface PerfectSubtree {
  readonly height: number;
  readonly index: number;
}

/** The height of the largest perfect tree of at most `count` leaves; exact, as a logarithm is not. */
const heightWithin = (count: number): number => {
  let height = 0;
  for (let width = 2; width <= count; width *= 2) height++;
  return height;
};

/** Where RFC 6962 splits a tree of 2 or more leaves: at the largest power of two below their number. */
const split = (count: number): number => 2 ** heightWithin(count - 1);

/**
 * The perfect subtrees that a node is made of, largest first: one when it is perfect itself. A node that is not lies at
 * the right edge, and begins where a subtree of its largest size may.
 */
export const perfectSubtrees = ({ from, to }: Range): readonly PerfectSubtree[] => {
  const subtrees: PerfectSubtree[] = [];
  for (let at = from; at < to; ) {
    const height = heightWithin(to - at);
    const width = 2 ** height;
    subtrees.push({ height, index: at / width });
    at += width;
  }
  return subtrees;
};

/** The nodes whose hashes prove that a leaf is in a tree, the leaf's sibling first (RFC 6962, section 2.1.1). */
export const inclusionRanges = (size: number, position: number): readonly Range[] => {
  const fromRoot: Range[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (position < middle) {
      fromRoot.push({ from: middle, to });
      to = middle;
    } else {
      fromRoot.push({ from, to: middle });
      from = middle;
    }
  }
  return fromRoot.reverse();
};

/** The nodes whose hashes prove that a tree is the beginning of a larger one (RFC 6962, section 2.1.2). */
export const consistencyRanges = (fromSize: number, toSize: number): readonly Range[] => {
  const fromRoot: Range[] = [];
  let [from, to] = [0, toSize];
  while (to !== fromSize) {
    const middle = from + split(to - from);
    if (fromSize <= middle) {
      fromRoot.push({ from: middle, to });
      to = middle;
    } else {
      fromRoot.push({ from, to: middle });
      from = middle;
    }
  }
  // Whoever checks the proof has the hash of the whole older tree already.
  if (from > 0) fromRoot.push({ from, to });
  return fromRoot.reverse();
};
