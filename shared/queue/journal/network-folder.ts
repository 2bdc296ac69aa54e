import { statfs } from 'node:fs/promises';
import { JournalOnNetwork } from './errors.ts';

/** File systems by `statfs` type (statfs(2), linux/magic.h) whose sync and locks depend on another machine or program. */
const refused: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB2'],
  [0xff534d42, 'CIFS'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x013111a8, 'GlusterFS'],
  [0x786f4256, 'a VirtualBox share'],
  [0xbacbacbc, 'a VMware share'],
  [0x7c7c6673, 'a Parallels share'],
]);

const typeOf = async (folder: string): Promise<number> => (await statfs(folder)).type;

/** @throws JournalOnNetwork when the folder is on a file system that another machine or program serves. */
export const refuseNetworkFolder = async (
  folder: string,
  readType: (folder: string) => Promise<number> = typeOf,
): Promise<void> => {
  // Some platforms hand the 32-bit magic out sign-extended.
  const fileSystem = refused.get((await readType(folder)) >>> 0);
  if (fileSystem !== undefined) throw new JournalOnNetwork(folder, fileSystem);
};
