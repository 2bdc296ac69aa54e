import { expect, test } from 'vitest';
import { createSteps } from '../../../localstack/emulators/steps.ts';
import type { Clock } from '../../../shared/ports/clock.ts';

/** A clock that is put forward by hand; its timers are called by hand too. */
const handClock = () => {
  let nowMs = 0;
  const timers: (() => void)[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async () => {},
    after: (_ms, callback) => {
      timers.push(callback);
      return { cancel: () => timers.splice(0) };
    },
  };
  return {
    clock,
    forward: (ms: number) => {
      nowMs += ms;
      for (const timer of timers.splice(0)) timer();
    },
  };
};

const stepsOf = (watched: boolean) => {
  const { clock, forward } = handClock();
  let text = '';
  const steps = createSteps({
    write: (more) => {
      text += more;
    },
    watched,
    clock,
  });
  return { steps, forward, text: () => text };
};

test('plain lines where nobody watches', async () => {
  const { steps, forward, text } = stepsOf(false);
  const value = await steps.run('Installing', async (detail) => {
    detail('half');
    detail('half');
    forward(1_500);
    return 7;
  });
  steps.note('done');
  expect(value).toBe(7);
  expect(text()).toBe('Installing ...\n  half\n✔ Installing (1.5 s)\ndone\n');
});

test('one line in place, with its seconds, on a terminal', async () => {
  const { steps, forward, text } = stepsOf(true);
  await steps.run('Installing', async () => forward(2_000));
  const clear = '\r\u001b[2K';
  expect(text()).toBe(`${clear}… Installing${clear}… Installing (2 s)${clear}✔ Installing (2.0 s)\n`);
});

test('a step that fails says so and fails', async () => {
  const { steps, text } = stepsOf(false);
  const failing = steps.run('Starting', async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(text()).toBe('Starting ...\n✘ Starting\n');
});
