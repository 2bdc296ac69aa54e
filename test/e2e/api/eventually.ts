import { setInterval } from 'node:timers/promises';

const pollMs = 20;

/**
 * Asks again and again until `probe` has something to give.
 * @throws Error naming `what` when nothing came within `deadlineMs`.
 */
export const eventually = async <Found>(
  what: string,
  probe: () => Promise<Found | undefined> | Found | undefined,
  deadlineMs = 30_000,
): Promise<Found> => {
  const startMs = performance.now();
  for await (const _ of setInterval(pollMs)) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() - startMs > deadlineMs) break;
  }
  throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
};
