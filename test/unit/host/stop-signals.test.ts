import { expect, test } from 'vitest';
import { listenToStopSignals } from '../../../localstack/host/stop-signals.ts';

const listen = () => {
  const listeners: Record<string, () => void> = {};
  const events: string[] = [];
  let nowMs = 0;
  listenToStopSignals({
    on: (signal, listener) => {
      listeners[signal] = listener;
    },
    nowMs: () => nowMs,
    drain: () => events.push('drain'),
    exit: (status) => events.push(`exit ${status}`),
  });
  return {
    events,
    receive: (signal: 'SIGTERM' | 'SIGINT', atMs: number) => {
      nowMs = atMs;
      listeners[signal]?.();
    },
  };
};

test.each([
  ['SIGTERM', 'exit 143'],
  ['SIGINT', 'exit 130'],
] as const)('the first %s drains, the second ends at once', (signal, exit) => {
  const { events, receive } = listen();
  receive(signal, 1_000);
  expect(events).toEqual(['drain']);
  receive(signal, 3_000);
  expect(events).toEqual(['drain', exit]);
});

test('one Ctrl-C that npm passes on as well is one signal', () => {
  const { events, receive } = listen();
  receive('SIGINT', 1_000);
  receive('SIGINT', 1_005);
  expect(events).toEqual(['drain']);
});
