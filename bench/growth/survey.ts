import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What lies in a store, by what it is for. */
export const kinds = [
  'level 0',
  'parts',
  'full tiles',
  'other tiles',
  'runs',
  'spans',
  'commits',
  'snapshots',
  'other',
] as const;
export type Kind = (typeof kinds)[number];

export interface Share {
  files: number;
  bytes: number;
}

const kindOf = (file: string): Kind => {
  if (file.startsWith('level0/')) return 'level 0';
  if (file.startsWith('parts/')) return 'parts';
  if (file.startsWith('log/tile/')) return file.includes('.p/') ? 'other tiles' : 'full tiles';
  if (file.startsWith('log/index/')) return 'runs';
  if (file.startsWith('log/consultations/')) return 'spans';
  if (file.endsWith('.snapshot.json')) return 'snapshots';
  return file.startsWith('log/commits/') ? 'commits' : 'other';
};

/** Counts the files of a store, none left out. */
export const survey = (store: string): Readonly<Record<Kind, Share>> => {
  const shares = Object.fromEntries(kinds.map((kind) => [kind, { files: 0, bytes: 0 }])) as Record<Kind, Share>;
  for (const entry of readdirSync(store, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const share = shares[kindOf(path.relative(store, file))];
    share.files++;
    share.bytes += statSync(file).size;
  }
  return shares;
};
