/**
 * The number of the newest commit, by opening names alone: listings may be stale on a share, names are not. Commits are
 * numbered without gaps and never removed, so that doubling steps and then halving find the end in two reads a doubling.
 * @param exists whether commit `number` can be opened.
 * @param known a commit that is known to be there, or 0.
 */
export const findNewest = async (exists: (number: number) => Promise<boolean>, known = 0): Promise<number> => {
  let [low, step] = [known, 1];
  while (await exists(low + step)) {
    low += step;
    step *= 2;
  }
  let high = low + step;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (await exists(middle)) low = middle;
    else high = middle;
  }
  return low;
};
