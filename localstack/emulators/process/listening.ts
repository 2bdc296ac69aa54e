import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isLoopback } from '../../../shared/http/auth/loopback.ts';

export interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  readonly inode: number;
}

/** TCP_LISTEN in the kernel's include/net/tcp_states.h. */
const listenState = '0A';

/** The kernel prints addresses as 32-bit words of the machine's byte order, which is little-endian wherever Node 24 runs here. */
const bytesOf = (hex: string): readonly number[] =>
  (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );

const textOf = (bytes: readonly number[]): string => {
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return `::ffff:${bytes.slice(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  // Shortened as far as the two addresses that matter need it.
  return groups
    .join(':')
    .replace(/^(0:){7}/, '::')
    .replace(/^::0$/, '::');
};

/** The listening sockets in the text of `/proc/<pid>/net/tcp` or `tcp6` (proc_net_tcp(5)). */
export const parseListening = (text: string): readonly ListeningSocket[] =>
  text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state !== listenState) return [];
      const [address = '', port = ''] = local.split(':');
      return [{ address: textOf(bytesOf(address)), port: Number.parseInt(port, 16), inode: Number(inode) }];
    });

const socketInodes = (pid: number): readonly number[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? [];
        return inode === undefined ? [] : [Number(inode)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
};

const readSockets = (pid: number): readonly ListeningSocket[] =>
  ['tcp', 'tcp6'].flatMap((table) => {
    try {
      return parseListening(readFileSync(`/proc/${pid}/net/${table}`, 'utf8'));
    } catch {
      return [];
    }
  });

/** What these processes listen on, seen in the network namespace of each. */
export const listeningSockets = (pids: readonly number[]): readonly ListeningSocket[] =>
  pids.flatMap((pid) => {
    const inodes = new Set(socketInodes(pid));
    return inodes.size === 0 ? [] : readSockets(pid).filter(({ inode }) => inodes.has(inode));
  });

/** Those that another machine could reach, as `address:port`. */
export const beyondLoopback = (sockets: readonly ListeningSocket[]): readonly string[] =>
  sockets
    .filter(({ address }) => !isLoopback(address))
    .map(({ address, port }) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`));
