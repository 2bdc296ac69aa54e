import { expect, it } from 'vitest';
import { onceMade } from '../../shared/once-made.ts';

it('is made at the first call, once however many call meanwhile', async () => {
  let calls = 0;
  const made = onceMade(async () => ++calls);
  expect(calls).toBe(0);
  expect(await Promise.all([made(), made()])).toEqual([1, 1]);
  expect(await made()).toBe(1);
});

it('is made anew after it failed, and not once more for each who saw that failure', async () => {
  let calls = 0;
  const made = onceMade(async () => {
    if (++calls === 1) throw new Error('not yet');
    return calls;
  });
  const [first, second] = await Promise.allSettled([made(), made()]);
  expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
  expect(await Promise.all([made(), made()])).toEqual([2, 2]);
});
