import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '../../e2e/api/eventually.ts';
import type { HostProcess } from '../../e2e/hosts/host-process.ts';
import type { FileServerKind } from './file-server.ts';
import { killTree } from './kill-tree.ts';
import { listening } from './listening.ts';

/** Where clients find the master, and where it is asked for how it is. */
const masterPort = 9421;
const chunkPort = 9422;

/** A store of metadata as the package ships it for new installations. */
const emptyMetadata = '/var/lib/mfs/metadata.mfs.empty';

const common = (folder: string): string => `WORKING_USER = root
WORKING_GROUP = root
DATA_PATH = ${folder}
SYSLOG_MIN_LEVEL = WARNING
`;

/** CHANGELOG_SAVE_MODE 2: what was acknowledged survives the master's end; by default the last changes do not. */
const masterConfig = (folder: string, address: string): string => `${common(path.join(folder, 'master'))}
EXPORTS_FILENAME = ${folder}/exports.cfg
CHANGELOG_SAVE_MODE = 2
MATOCL_LISTEN_HOST = ${address}
MATOCS_LISTEN_HOST = ${address}
MATOML_LISTEN_HOST = ${address}
`;

const chunkConfig = (folder: string, address: string): string => `${common(path.join(folder, 'chunkserver'))}
HDD_CONF_FILENAME = ${folder}/disks.cfg
HDD_FSYNC_BEFORE_CLOSE = 1
MASTER_HOST = ${address}
BIND_HOST = ${address}
CSSERV_LISTEN_HOST = ${address}
`;

/** A distributed file system, here with one server of metadata and one of data. */
export const moosefs: FileServerKind = {
  name: 'MooseFS',
  create: async (machine, folder, address) => {
    for (const name of ['master', 'chunkserver', 'chunks']) await mkdir(path.join(folder, name), { recursive: true });
    await copyFile(emptyMetadata, path.join(folder, 'master/metadata.mfs'));
    await writeFile(path.join(folder, 'exports.cfg'), '* / rw,alldirs,admin,maproot=0:0\n');
    await writeFile(path.join(folder, 'disks.cfg'), `${folder}/chunks\n`);
    await writeFile(path.join(folder, 'master.cfg'), masterConfig(folder, address));
    await writeFile(path.join(folder, 'chunkserver.cfg'), chunkConfig(folder, address));
    let servers: readonly HostProcess[] = [];
    return {
      start: async () => {
        const master = machine.start('mfsmaster', ['-f', '-a', '-c', path.join(folder, 'master.cfg'), 'start']);
        servers = [master];
        await listening(address, masterPort, master.output);
        const chunks = machine.start('mfschunkserver', ['-f', '-c', path.join(folder, 'chunkserver.cfg'), 'start']);
        servers = [master, chunks];
        await listening(address, chunkPort, chunks.output);
      },
      kill: async () => {
        await Promise.all(servers.map(killTree));
        servers = [];
      },
      mount: async (client, at, options = []) => {
        const more = options.flatMap((option) => ['-o', option]);
        await client.run('mfsmount', at, '-H', address, '-P', String(masterPort), ...more);
        // The master counts space once its server of data has told it; until then files can be made and not be filled.
        await eventually('the share to have room', async () => {
          const space = await client.run('stat', '--file-system', '--format', '%a', at);
          return Number(space) > 0 ? true : undefined;
        });
      },
    };
  },
};
