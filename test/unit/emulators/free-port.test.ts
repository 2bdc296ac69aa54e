import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from 'vitest';
import { requireFreePort } from '../../../localstack/emulators/free-port.ts';
import type { Clock } from '../../../shared/ports/clock.ts';

const taken = async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
};

/** Sleeping moves it, and does something meanwhile. */
const sleeperClock = (meanwhile: () => Promise<void> = async () => {}): Clock => {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
      await meanwhile();
    },
    after: () => ({ cancel: () => {} }),
  };
};

test('a port that somebody keeps is refused, with what to do', async () => {
  const { server, port } = await taken();
  await expect(requireFreePort(port, 'LocalStack', sleeperClock())).rejects.toThrow(
    `127.0.0.1:${port} is taken: stop what uses it, or give LocalStack another one with --port.`,
  );
  server.close();
});

test('a port that is given back in a moment is waited for', async () => {
  const { server, port } = await taken();
  const clock = sleeperClock(async () => {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });
  await expect(requireFreePort(port, 'LocalStack', clock)).resolves.toBeUndefined();
});
