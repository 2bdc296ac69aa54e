import type { Rows } from '../capacity/report/text.ts';
import type { CapacityResult } from '../capacity/result.ts';
import { table } from './markdown.ts';
import { sourceLine } from './provenance.ts';

export const capacityCommand = 'npx fi capacity --validate --json > bench-results/capacity.json';

/** What `fi capacity --json` printed, as documents tell it. */
export class CapacityFigures {
  readonly result: CapacityResult;

  constructor(result: CapacityResult) {
    this.result = result;
  }

  /** A table with where it is from below it. */
  table({ head, rows }: Rows): string {
    return `${table(head, rows)}\n\n${sourceLine('npx fi capacity', this.result)}`;
  }
}
