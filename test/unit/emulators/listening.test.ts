import net from 'node:net';
import { expect, test } from 'vitest';
import { beyondLoopback, listeningSockets, parseListening } from '../../../localstack/emulators/process/listening.ts';

/** As /proc prints them: one on 127.0.0.1, one on every address, a connection that is no listener. */
const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41234 1 0000000000000000 100 0 0 10 0
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41235 1 0000000000000000 100 0 0 10 0
   2: 0100007F:11D6 0100007F:C350 01 00000000:00000000 02:0000069F 00000000     0        0 41236 2 0000000000000000 20 4 30 10 -1
`;

/** ::1, ::, 127.0.0.1 as IPv6 maps it, a global address. */
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:11D7 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51234 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51235 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:11D8 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51236 1 0000000000000000 100 0 0 10 0
   3: B80D0120000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51237 1 0000000000000000 100 0 0 10 0
`;

test('reads the listening sockets of both families and nothing else', () => {
  expect(parseListening(tcp)).toEqual([
    { address: '127.0.0.1', port: 4566, inode: 41234 },
    { address: '0.0.0.0', port: 8080, inode: 41235 },
  ]);
  expect(parseListening(tcp6)).toEqual([
    { address: '::1', port: 4567, inode: 51234 },
    { address: '::', port: 443, inode: 51235 },
    { address: '::ffff:127.0.0.1', port: 4568, inode: 51236 },
    { address: '2001:db8:0:0:0:0:0:1', port: 80, inode: 51237 },
  ]);
});

test('names those that other machines reach', () => {
  const exposed = beyondLoopback([...parseListening(tcp), ...parseListening(tcp6)]);
  expect(exposed).toEqual(['0.0.0.0:8080', '[::]:443', '[2001:db8:0:0:0:0:0:1]:80']);
});

const listen = async (host: string): Promise<net.Server> => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return server;
};

const portOf = (server: net.Server): number => {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
};

test('sees what a process really listens on, and only what is its own', async () => {
  const inside = await listen('127.0.0.1');
  const outside = await listen('0.0.0.0');
  try {
    const sockets = listeningSockets([process.pid]);
    expect(sockets).toContainEqual(expect.objectContaining({ address: '127.0.0.1', port: portOf(inside) }));
    expect(beyondLoopback(sockets)).toContain(`0.0.0.0:${portOf(outside)}`);
    expect(listeningSockets([])).toEqual([]);
  } finally {
    inside.close();
    outside.close();
  }
});
