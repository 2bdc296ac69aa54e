/** One equation: the sum of factors times unknowns is the value. */
export interface Equation {
  readonly factors: readonly number[];
  readonly value: number;
}

/** Solves a square system by elimination with pivots; undefined when it has no single solution. */
const solve = (matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] | undefined => {
  const rows = matrix.map((row, index) => [...row, right[index] ?? 0]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const order = rows.slice(column).sort((a, b) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0));
    rows.splice(column, order.length, ...order);
    const pivot = rows[column];
    const divisor = pivot?.[column] ?? 0;
    if (pivot === undefined || Math.abs(divisor) < 1e-12) return undefined;
    for (const [index, row] of rows.entries()) {
      if (index === column) continue;
      const times = (row[column] ?? 0) / divisor;
      for (let at = column; at <= size; at++) row[at] = (row[at] ?? 0) - times * (pivot[at] ?? 0);
    }
  }
  return rows.map((row, index) => (row[size] ?? 0) / (row[index] ?? 1));
};

const leastSquares = (equations: readonly Equation[], used: readonly number[]): readonly number[] | undefined => {
  const product = (left: (equation: Equation) => number, right: (equation: Equation) => number): number =>
    equations.reduce((sum, equation) => sum + left(equation) * right(equation), 0);
  const factor =
    (index: number) =>
    ({ factors }: Equation): number =>
      factors[index] ?? 0;
  return solve(
    used.map((row) => used.map((column) => product(factor(row), factor(column)))),
    used.map((row) => product(factor(row), ({ value }) => value)),
  );
};

const residual = (equations: readonly Equation[], unknowns: readonly number[]): number =>
  equations.reduce((sum, { factors, value }) => {
    const predicted = factors.reduce((all, factor, index) => all + factor * (unknowns[index] ?? 0), 0);
    return sum + (predicted - value) ** 2;
  }, 0);

/**
 * The unknowns, none of them negative, that come nearest to all equations, each measured by its own value: 10 % of a small one counts as much
 * as 10 % of a large one. Tries every set of unknowns that may differ from 0: exact, and quick for as few as there are here.
 */
export const fitNonNegative = (equations: readonly Equation[], unknowns: number): readonly number[] => {
  const relative = equations
    .filter(({ value }) => value > 0)
    .map(({ factors, value }) => ({ factors: factors.map((factor) => factor / value), value: 1 }));
  let best = Array.from({ length: unknowns }, () => 0);
  let least = residual(relative, best);
  for (let set = 1; set < 2 ** unknowns; set++) {
    const used = best.map((_, index) => index).filter((index) => (set >> index) % 2 === 1);
    const solved = leastSquares(relative, used);
    if (solved === undefined || solved.some((value) => value < 0)) continue;
    const candidate = best.map((_, index) => (used.includes(index) ? (solved[used.indexOf(index)] ?? 0) : 0));
    const far = residual(relative, candidate);
    if (far < least * (1 - 1e-9)) [best, least] = [candidate, far];
  }
  return best;
};
