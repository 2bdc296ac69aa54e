import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HostProcess } from '../../e2e/hosts/host-process.ts';
import type { FileServerKind } from './file-server.ts';
import { killTree } from './kill-tree.ts';
import { listening } from './listening.ts';
import { run } from './run.ts';

const port = 22;
const sftpServer = '/usr/lib/openssh/sftp-server';

const serverConfig = (folder: string, address: string): string => `Port ${port}
ListenAddress ${address}
HostKey ${folder}/host-key
AuthorizedKeysFile ${folder}/client-key.pub
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
Subsystem sftp ${sftpServer}
`;

/**
 * As a user mounts it who reads no manual, but for `reconnect`, without which a mount is dead for good once its server was
 * away: names and sizes cached for 20 s, EPERM for EEXIST, descriptors that are broken after the server was gone.
 */
const mountOptions = (folder: string, more: readonly string[]): string =>
  [
    ...more,
    'reconnect',
    'ServerAliveInterval=2',
    'ServerAliveCountMax=2',
    `IdentityFile=${folder}/client-key`,
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
  ].join(',');

/** OpenSSH's server of files, mounted by sshfs. */
export const sshfs: FileServerKind = {
  name: 'sshfs',
  create: async (machine, folder, address) => {
    const exported = path.join(folder, 'exported');
    await mkdir(exported, { recursive: true });
    for (const key of ['host-key', 'client-key']) {
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(folder, key)]);
    }
    const config = path.join(folder, 'sshd_config');
    await writeFile(config, serverConfig(folder, address));
    // Where the server wants a folder of its own; its machine has this one to itself.
    await machine.run('mkdir', '-p', '/run/sshd');
    let server: HostProcess | undefined;
    return {
      start: async () => {
        const started = machine.start('/usr/sbin/sshd', ['-D', '-e', '-f', config]);
        server = started;
        await listening(address, port, started.output);
      },
      kill: async () => {
        if (server !== undefined) await killTree(server);
        server = undefined;
      },
      mount: async (client, at, options = []) => {
        await client.run('sshfs', `root@${address}:${exported}`, at, '-o', mountOptions(folder, options));
      },
    };
  },
};
