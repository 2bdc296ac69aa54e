import type { RangeReading } from '../files.ts';
import { childOf, fanOut, type Span } from './layout.ts';
import type { SpanEntry } from './pages.ts';
import { SpanScan } from './scan.ts';

/** The children of a span, open, and what follows from them. */
export interface Children {
  /** Bit i: the i-th child can't tell of some of its positions. */
  readonly blind: number;
  /** The span's entries. @throws SpanDamaged, or the system's error */
  entries(): AsyncGenerator<SpanEntry>;
  close(): Promise<void>;
}

async function* merged(scans: readonly SpanScan[]): AsyncGenerator<SpanEntry> {
  for (;;) {
    let key = Number.POSITIVE_INFINITY;
    for (const scan of scans) if (!scan.isDone && scan.key < key) key = scan.key;
    if (key === Number.POSITIVE_INFINITY) return;
    let bits = 0;
    for (const [child, scan] of scans.entries()) {
      if (scan.isDone || scan.key !== key) continue;
      bits |= 1 << child;
      const turning = scan.advance();
      if (turning) await turning;
    }
    yield { key, bits };
  }
}

/** Opens all children of a span. @throws SpanDamaged, or the system's error: `ENOENT` when one of them is not there */
export const openChildren = async (files: RangeReading, store: string, span: Span): Promise<Children> => {
  const scans: SpanScan[] = [];
  const close = async (): Promise<void> => {
    for (const scan of scans) await scan.close();
  };
  try {
    for (let child = 0; child < fanOut; child++) scans.push(await SpanScan.open(files, store, childOf(span, child)));
  } catch (error) {
    await close();
    throw error;
  }
  const blind = scans.reduce((bits, scan, child) => (scan.blind === 0 ? bits : bits | (1 << child)), 0);
  return { blind, entries: () => merged(scans), close };
};
