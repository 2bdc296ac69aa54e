import { keyBytes } from '../known-ids/record.ts';
import { hashBytes } from '../log/node-hash.ts';
import { windowPositions } from '../part/sealed/layout.ts';

/** What the events at 65,536 positions hash to, as far as they were found. */
export class LogWindow {
  readonly leaves = Buffer.alloc(windowPositions * hashBytes);
  readonly keys = Buffer.alloc(windowPositions * keyBytes);
  readonly contents = Buffer.alloc(windowPositions * keyBytes);
  /** By index, one more than the number of the part that the event was found in; 0 where none was. */
  readonly holders = new Uint32Array(windowPositions);
  number = 0;

  get from(): number {
    return this.number * windowPositions;
  }

  reset(number: number): void {
    this.number = number;
    this.holders.fill(0);
    this.leaves.fill(0);
  }
}
