import { randomInt } from 'node:crypto';
import { type Machine, startMachine } from './machine.ts';
import { run } from './run.ts';

/** A switch, its cables, and the machines on them; the test itself is on it as well. */
export interface Network {
  /** The address that a machine of this name has, every time that it is started. */
  addressOf(name: string): string;
  /** Starts a machine with a cable to the switch. */
  start(name: string): Promise<Machine>;
  /** Pulls a machine's cable out of the switch: what it sends is lost, and nobody tells it. */
  unplug(name: string): Promise<void>;
  plug(name: string): Promise<void>;
  /** Turns everything off. */
  close(): Promise<void>;
}

/** The block for benchmarks of networks (RFC 2544), which no real network uses; a run takes 256 addresses of it. */
const subnet = (): string => `198.${randomInt(18, 20)}.${randomInt(0, 256)}`;

export const startNetwork = async (): Promise<Network> => {
  const prefix = subnet();
  const hub = await startMachine('switch');
  const machines = new Map<string, Machine>([['switch', hub]]);
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const number = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, number);
    return number;
  };
  const port = (name: string): string => `port${numberOf(name)}`;
  const addressOf = (name: string): string => `${prefix}.${numberOf(name)}`;
  const plug = async (name: string): Promise<void> => {
    await hub.run('ip', 'link', 'set', port(name), 'up');
  };

  await hub.run('ip', 'link', 'add', 'hub', 'type', 'bridge');
  await hub.run('ip', 'link', 'set', 'hub', 'up');

  /** @param near what makes the near end: its name, and the namespace where that is not ours. */
  const lay = async (name: string, near: readonly string[]): Promise<void> => {
    const far = ['peer', 'name', port(name), 'netns', String(hub.pid)];
    await run('ip', ['link', 'add', ...near, 'type', 'veth', ...far]);
    await hub.run('ip', 'link', 'set', port(name), 'master', 'hub');
    await plug(name);
  };

  // Our own end goes when the switch does: the kernel removes both ends of a cable at once.
  const ours = `fi${hub.pid}`;
  await lay('test', [ours]);
  await run('ip', ['addr', 'add', `${addressOf('test')}/24`, 'dev', ours]);
  await run('ip', ['link', 'set', ours, 'up']);

  return {
    addressOf,
    start: async (name) => {
      const machine = await startMachine(name);
      machines.set(name, machine);
      await lay(name, ['eth0', 'netns', String(machine.pid)]);
      await machine.run('ip', 'addr', 'add', `${addressOf(name)}/24`, 'dev', 'eth0');
      await machine.run('ip', 'link', 'set', 'eth0', 'up');
      return machine;
    },
    unplug: async (name) => {
      await hub.run('ip', 'link', 'set', port(name), 'down');
    },
    plug,
    close: async () => {
      for (const machine of machines.values()) await machine.powerOff().catch(() => {});
    },
  };
};
