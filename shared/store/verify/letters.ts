import path from 'node:path';
import { Poison } from '../../domain/errors.ts';
import type { LetterPiece } from '../../domain/letter.ts';
import { decodeLetter } from '../../queue/letters/decode.ts';
import { letterText } from '../../queue/letters/encode.ts';
import { decodeRecord } from '../../queue/packs/decode.ts';
import { letterFile, lettersFolder, parseName, settledFolder, shards } from '../quarantine/names.ts';
import { readLetter } from '../quarantine/read-letter.ts';
import { parseSettlement, settlementText } from '../quarantine/settlement.ts';
import type { Witness } from './finding.ts';
import { listFolder } from './list-folder.ts';
import type { VerifyFiles } from './store-reading.ts';

export interface LettersOptions {
  readonly files: VerifyFiles;
  readonly store: string;
  /** Events that commits count as conflicts. */
  readonly conflicts: number;
  readonly witness: Witness;
}

/** What a letter says of its event must be what its record says, where that can be read. */
const disagreesWithRecord = ({ form, fragment, record, consultationId, eventId }: LetterPiece): boolean => {
  if (form !== 'record' || fragment !== undefined) return false;
  try {
    const event = decodeRecord(record);
    return event.consultationId !== consultationId || event.eventId !== eventId;
  } catch (error) {
    if (!(error instanceof Poison)) throw error;
    return false;
  }
};

/** What is wrong with a letter's file, if anything. */
const problemOfLetter = (file: string, text: string): string | undefined => {
  const decoded = decodeLetter(text);
  if (decoded === undefined) return 'it is no letter, or its id is not that of its content';
  const { letter, quarantinedAt } = decoded;
  if (letterFile(letter) !== file) return 'it is a letter of another name';
  if (`${letterText(letter, quarantinedAt)}\n` !== text) return 'it is not written as letters are';
  if (disagreesWithRecord(letter)) return 'it names another event than the one in it';
  return undefined;
};

/** Reads every letter and settlement, and tells what is wrong with them. */
export class LetterCheck {
  readonly #options: LettersOptions;
  #conflictLetters = 0;

  constructor(options: LettersOptions) {
    this.#options = options;
  }

  /** @throws the system's errors */
  async run(): Promise<void> {
    for (const shard of shards) {
      await this.#checkLetters(lettersFolder(shard));
      await this.#checkSettlements(settledFolder(shard));
    }
    const { conflicts, witness } = this.#options;
    if (conflicts > 0 && this.#conflictLetters === 0) {
      const reason = `commits count ${conflicts} conflicts, and no letter holds one`;
      witness.found({ kind: 'missing', file: 'quarantine/letters', reason });
    }
  }

  async #checkLetters(folder: string): Promise<void> {
    const { files, store, witness } = this.#options;
    const pieces = new Set<string>();
    for (const name of (await listFolder(files, store, folder)) ?? []) {
      const file = path.join(folder, name);
      const parsed = parseName(name);
      if (parsed === undefined) continue;
      const text = Buffer.from(await files.read(path.join(store, file))).toString('utf8');
      const problem = problemOfLetter(file, text);
      if (problem !== undefined) witness.found({ kind: 'changed', file, reason: problem });
      if (text.includes('"reason":"conflict"')) this.#conflictLetters++;
      if (parsed.pieces === undefined || pieces.has(parsed.letterId)) continue;
      pieces.add(parsed.letterId);
      const letter = await readLetter(files, store, parsed.letterId);
      const joined = letter.kind === 'letter' ? letter.found.joined : undefined;
      // The pieces travel by themselves, so that some may come later.
      if (joined?.kind === 'incomplete')
        witness.noted({ file, reason: `piece ${joined.missing.join(', ')} is not there` });
      if (joined?.kind === 'altered') witness.found({ kind: 'changed', file, reason: 'its pieces are not one letter' });
    }
  }

  async #checkSettlements(folder: string): Promise<void> {
    const { files, store, witness } = this.#options;
    for (const name of (await listFolder(files, store, folder)) ?? []) {
      const file = path.join(folder, name);
      const letterId = parseName(name)?.letterId;
      if (letterId === undefined) continue;
      const text = Buffer.from(await files.read(path.join(store, file))).toString('utf8');
      const settlement = parseSettlement(text);
      if (settlement === undefined || settlementText(letterId, settlement) !== text) {
        witness.found({ kind: 'changed', file, reason: 'it is not the settlement of the letter of its name' });
      }
    }
  }
}
