import path from 'node:path';

/**
 * Positions of a leaf span, docs/CONSULTATIONS_FORMAT.md. A part holds 65,536 of them together, so that smaller leaves would cost more
 * to make; where there are no spans yet, behind the last whole leaf, each part is asked whose events it holds.
 */
export const leafPositions = 8_192;

/** Spans of one level that one of the next takes together: a bit each. */
export const fanOut = 16;

/** The highest level: 537 million positions, and a file of some hundred MB. */
export const topLevel = 4;

/** Positions in a row: the `index`-th so many of its level. */
export interface Span {
  readonly level: number;
  readonly index: number;
}

/** Positions `[from, end)`. */
export interface PositionRange {
  readonly from: number;
  readonly end: number;
}

/** Where the files of the spans lie, relative to the store's folder. */
export const spanRoot = 'log/consultations';

const spansPerFolder = 1_000;

const folderOf = ({ level, index }: Span): string =>
  path.join(spanRoot, String(level), String(Math.floor(index / spansPerFolder)).padStart(6, '0'));

export const spanPath = (span: Span): string =>
  path.join(folderOf(span), `${String(span.index).padStart(9, '0')}.span`);

const spanForm = /^log\/consultations\/(\d)\/\d{6}\/(\d{9})\.span$/;

/** The span that a file is of; undefined when it is not where a span lies. */
export const spanOfPath = (file: string): Span | undefined => {
  const [, level, index] = spanForm.exec(file) ?? [];
  const span = { level: Number(level), index: Number(index) };
  return spanPath(span) === file && span.level <= topLevel ? span : undefined;
};

/** How many leaves a span has. */
export const leavesOf = ({ level }: Span): number => fanOut ** level;

export const rangeOfSpan = (span: Span, positions: number): PositionRange => {
  const length = leavesOf(span) * positions;
  return { from: span.index * length, end: (span.index + 1) * length };
};

export const childOf = ({ level, index }: Span, child: number): Span => ({
  level: level - 1,
  index: index * fanOut + child,
});

/** The fewest spans that so many leaves are made of, in the order of their positions: at most 15 a level, but for the highest. */
export const coverOf = (leaves: number): readonly Span[] => {
  const spans: Span[] = [];
  for (let leaf = 0; leaf < leaves; ) {
    let level = 0;
    while (level < topLevel && leaf % fanOut ** (level + 1) === 0 && leaf + fanOut ** (level + 1) <= leaves) level++;
    spans.push({ level, index: leaf / fanOut ** level });
    leaf += fanOut ** level;
  }
  return spans;
};

/** The spans above the leaves that are whole once there are so many leaves, and were not before the last one. */
export const parentsCompletedBy = (leaves: number): readonly Span[] => {
  const spans: Span[] = [];
  for (let level = 1; level <= topLevel && leaves > 0 && leaves % fanOut ** level === 0; level++) {
    spans.push({ level, index: leaves / fanOut ** level - 1 });
  }
  return spans;
};
