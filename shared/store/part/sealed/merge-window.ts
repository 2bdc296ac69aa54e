import { namingDamage } from './damage.ts';
import { windowPositions } from './layout.ts';
import type { MergeInput, OpenWindow } from './merge-input.ts';
import { orderOfWindow, ranksOf } from './row-order.ts';

/** The rows of a window of the log, from all inputs, in the order that they have in a part. */
export interface MergeWindow {
  readonly sources: readonly OpenWindow[];
  readonly count: number;
  /** For each row in order: which source it is of, and its row there. */
  readonly sourceOf: Uint32Array;
  readonly rowOf: Uint32Array;
}

/** The rank of each code of a source's consultations. */
const ranksByCode = (
  { block }: OpenWindow,
  ranks: ReadonlyMap<string, number>,
): ReadonlyMap<number | undefined, number> => {
  const byCode = new Map<number | undefined, number>();
  let last: number | undefined;
  for (let row = block.from; row < block.to; row++) {
    const code = block.columns.consultation[row - block.from];
    if (code !== last && !byCode.has(code)) byCode.set(code, ranks.get(block.consultationId(row)) ?? 0);
    last = code;
  }
  return byCode;
};

/** Each consultation of some blocks, some of them several times. */
function* consultationsOf(sources: readonly OpenWindow[]): Generator<string> {
  for (const { block } of sources) {
    let last: number | undefined;
    for (let row = block.from; row < block.to; row++) {
      const code = block.columns.consultation[row - block.from];
      if (code !== last) yield block.consultationId(row);
      last = code;
    }
  }
}

/** @throws PartDamaged naming the input; RangeError when two rows hold one position. */
export const openWindow = async (inputs: readonly MergeInput[], window: number): Promise<MergeWindow> => {
  const sources: OpenWindow[] = [];
  for (const input of inputs) sources.push(...(await namingDamage(input.path, () => input.enter(window))));
  const ranks = ranksOf(consultationsOf(sources));
  const most = sources.reduce((sum, { block }) => sum + block.to - block.from, 0);
  const columns = { source: new Uint32Array(most), row: new Uint32Array(most), rank: new Uint32Array(most) };
  const positions = new Float64Array(most);
  const [from, to] = [window * windowPositions, (window + 1) * windowPositions];
  let count = 0;
  for (const [index, source] of sources.entries()) {
    const { block } = source;
    const rankOf = ranksByCode(source, ranks);
    for (let row = block.from; row < block.to; row++) {
      const position = block.position(row);
      if (position < from || position >= to) continue;
      positions[count] = position;
      columns.source[count] = index;
      columns.row[count] = row;
      columns.rank[count] = rankOf.get(block.columns.consultation[row - block.from]) ?? 0;
      count++;
    }
  }
  const order = orderOfWindow(columns.rank.subarray(0, count), positions.subarray(0, count));
  return {
    sources,
    count,
    sourceOf: order.map((index) => columns.source[index] ?? 0),
    rowOf: order.map((index) => columns.row[index] ?? 0),
  };
};
