import { commitsPerSnapshot } from './names.ts';

/** Of so many snapshots one is kept, farther back one of so many of those, and so on. */
const thinning = 10;

/**
 * The snapshots that are not worth their room any more once that of commit `number` is there: a start reads the newest, and verifying goes on
 * from the next one behind a commit that is damaged. All are kept of the newest 1,000 commits, every 1,000th of the newest 10,000, every
 * 10,000th of the newest 100,000. Each holds the whole state, so that all of them would outgrow the events in time.
 * @param number of a commit that has a snapshot
 */
export const supersededSnapshots = (number: number): readonly number[] => {
  const superseded: number[] = [];
  for (let kept = commitsPerSnapshot; kept * thinning < number; kept *= thinning) {
    const old = number - kept * thinning;
    if (old % kept === 0 && old % (kept * thinning) !== 0) superseded.push(old);
  }
  return superseded;
};

/** Whether the snapshot of a commit is kept whatever came after it, when the newest is this one. */
export const isKept = (number: number, newest: number): boolean => newest - number < commitsPerSnapshot * thinning;
