import { existsSync } from 'node:fs';
import path from 'node:path';
import { uuidPattern } from '../../../shared/domain/event.ts';
import type { PartId } from '../../../shared/domain/ids.ts';
import { eventLine } from '../../../shared/http/read/event-text.ts';
import type { CommittedPart } from '../../../shared/store/commits/format.ts';
import { level0Path, partIdOf } from '../../../shared/store/level0.ts';
import type { Command } from '../command.ts';
import { openDecryption } from '../decryption.ts';
import { liveParts } from '../live-parts.ts';
import { eventsOfPart } from '../part-events.ts';

const uuid = new RegExp(uuidPattern);
const isPartId = (text: string): text is PartId => uuid.test(text);

/** A part may be named by its file, by its path in the store, or by its id. */
const findPart = (named: string, storeDir: string, sealed: readonly CommittedPart[]): string => {
  const candidates = [named, path.join(storeDir, named)];
  const id = named.toLowerCase();
  if (isPartId(id)) candidates.push(path.join(storeDir, level0Path(id)));
  for (const part of sealed) if (partIdOf(part.path) === id) candidates.push(path.join(storeDir, part.path));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`there is no part ${named}, neither as a file nor in ${storeDir}`);
  return found;
};

/** Lines are written in pieces of about this many characters: one write a line would take longer than reading. */
const pieceCharacters = 256 * 1024;

export const cat: Command = {
  name: 'cat',
  summary: 'Prints the events of one part as NDJSON, payloads as they were sent.',
  positionals: ['PART'],
  options: {},
  run: async ({ positionals: [named = ''], config, terminal }) => {
    let piece = '';
    const { sealed } = await liveParts(config.storeDir);
    const file = findPart(named, config.storeDir, sealed);
    const base = sealed.find((part) => partIdOf(part.path) === partIdOf(file))?.base_position;
    const { decrypt } = openDecryption(config);
    for (const event of await decrypt(await eventsOfPart(file, undefined, base))) {
      piece += eventLine(event);
      if (piece.length < pieceCharacters) continue;
      await terminal.out(piece);
      piece = '';
    }
    if (piece !== '') await terminal.out(piece);
    return 0;
  },
};
