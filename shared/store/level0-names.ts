import path from 'node:path';
import type { PartId } from '../domain/ids.ts';

/** Level 0 is spread over this many folders, so that none grows long between two seals. */
export const level0Shards: readonly string[] = [...'0123456789abcdef'];

/** A UUIDv7 and `.h5`. */
export const partFile = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\.h5$/;

/** Where a level-0 part lies, relative to the store's folder: the last digit of its id is random, and names its shard. */
export const level0Path = (partId: PartId): string => path.join('level0', partId.slice(-1), `${partId}.h5`);

export const partIdOf = (partPath: string): PartId => path.basename(partPath, '.h5') as PartId;
