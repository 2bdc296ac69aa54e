import { setTimeout } from 'node:timers/promises';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type { MediumPorts } from './model-files.ts';
import { createPipe } from './pipe.ts';

const sharedName = 'fi-tune-medium';
const cellBytes = BigInt64Array.BYTES_PER_ELEMENT;

/** The state of the pipes: made by the process's first thread, before it starts others, and handed to each of them. */
export const shareMedium = (): SharedArrayBuffer => {
  const found = getEnvironmentData(sharedName);
  if (found instanceof SharedArrayBuffer) return found;
  if (!isMainThread) throw new Error('the first thread of the process has no modelled medium, and this one has');
  const made = new SharedArrayBuffer(2 * cellBytes);
  setEnvironmentData(sharedName, made);
  return made;
};

/** The ports of a real process: its threads share one device and one cable. Each process has its own, so a store should have one that writes. */
export const systemMediumPorts = (): MediumPorts => {
  const state = shareMedium();
  return {
    nowMs: () => performance.timeOrigin + performance.now(),
    sleep: (ms) => setTimeout(ms),
    device: createPipe(new BigInt64Array(state, 0, 1)),
    network: createPipe(new BigInt64Array(state, cellBytes, 1)),
  };
};
