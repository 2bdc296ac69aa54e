import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseNetworkFolder } from '../../../shared/queue/journal/network-folder.ts';
import { openJournal } from '../../../shared/queue/journal/open.ts';
import { drain, queueOf, send } from './open-on-disk.ts';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fi-journal-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

const sizes = { segmentBytes: 256 * 1024, maxBytes: 4 * 1024 * 1024, memoryBytes: 1024 * 1024 };
const open = () => openJournal({ folder: path.join(folder, 'made', 'queue'), ...sizes });

/** A process that opens the journal, sends a message, says so, and stays. */
const startOwner = async (): Promise<ChildProcess> => {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'owner-process.ts'), path.join(folder, 'made', 'queue')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  if (child.stdout === null) throw new Error('The process has no output.');
  await once(child.stdout, 'data');
  return child;
};

describe('the folder of a journal', () => {
  it('has one owner in a process, until that closes', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ tag: 'JournalOwned', folder: path.join(folder, 'made', 'queue') });
    await send(await first.createQueue('work'), 'kept');
    await first.close();
    const second = await open();
    expect(await drain(queueOf(second, 'work'))).toEqual(['kept']);
    await second.close();
  });

  it('has one owner among processes, until that is killed', async () => {
    const owner = await startOwner();
    await expect(open()).rejects.toMatchObject({ tag: 'JournalOwned' });
    const gone = once(owner, 'exit');
    owner.kill('SIGKILL');
    await gone;
    const journal = await open();
    expect(await drain(queueOf(journal, 'work'))).toEqual(['sent before the kill']);
    await journal.close();
  });

  it.for([
    [0x6969, 'NFS'],
    [-11317950, 'CIFS'],
    [0x65735546, 'FUSE'],
    [0x01021997, '9p'],
  ] as const)('is refused on %i, which is %s', async ([type, fileSystem]) => {
    await expect(refuseNetworkFolder('/mnt/nas', async () => type)).rejects.toMatchObject({
      tag: 'JournalOnNetwork',
      folder: '/mnt/nas',
      fileSystem,
    });
  });

  it('is taken on ext4', async () => {
    await expect(refuseNetworkFolder('/data', async () => 0xef53)).resolves.toBeUndefined();
  });
});
