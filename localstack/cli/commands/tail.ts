import path from 'node:path';
import { PartDamaged } from '../../../shared/domain/errors.ts';
import type { StoredEvent } from '../../../shared/domain/event.ts';
import type { Decryption } from '../../../shared/encryption/decryption.ts';
import { eventLine } from '../../../shared/http/read/event-text.ts';
import { type Clock, systemClock } from '../../../shared/ports/clock.ts';
import { isGone, nodeStoreFiles } from '../../../shared/store/files.ts';
import { listLevel0 } from '../../../shared/store/level0.ts';
import { type Command, type CommandContext, countOption, textOption } from '../command.ts';
import { openDecryption } from '../decryption.ts';
import { type LiveParts, liveParts } from '../live-parts.ts';
import { type EventFilter, eventsOfPart } from '../part-events.ts';
import type { Terminal } from '../terminal.ts';

/** Folders of a network share can't be watched, so they are listed; twice a second feels immediate. */
const lookIntervalMs = 500;

const listParts = (storeDir: string): Promise<readonly string[]> => listLevel0(nodeStoreFiles, storeDir);

/** The events of a part; none, and a line that says so, when it is damaged or was removed meanwhile. */
const eventsOf = async (
  file: string,
  filter: EventFilter,
  terminal: Terminal,
  basePosition?: number,
): Promise<readonly StoredEvent[]> => {
  try {
    return await eventsOfPart(file, filter, basePosition);
  } catch (error) {
    if (isGone(error)) return [];
    if (!(error instanceof PartDamaged)) throw error;
    terminal.err(`fi: ${error.message}\n`);
    return [];
  }
};

/** A part of a commit holds one segment, so that of its events none is newest before the others of the commit are read. */
const byArrival = (left: StoredEvent, right: StoredEvent): number =>
  left.receivedAt < right.receivedAt ? -1 : left.receivedAt > right.receivedAt ? 1 : 0;

const print = async (events: readonly StoredEvent[], terminal: Terminal, { decrypt }: Decryption): Promise<void> =>
  terminal.out((await decrypt(events)).map(eventLine).join(''));

/** Walks back from the newest part until there are enough: first through what is not sealed, then through what is, commit by commit. */
const printLast = async (
  { sealed, unsealed }: LiveParts,
  lines: number,
  filter: EventFilter,
  { config, terminal }: CommandContext,
): Promise<void> => {
  let last: readonly StoredEvent[] = [];
  for (const part of unsealed.toReversed()) {
    if (last.length >= lines) break;
    last = [...(await eventsOf(path.join(config.storeDir, part), filter, terminal)), ...last];
  }
  const commits = Map.groupBy(sealed.toReversed(), ({ base_position }) => base_position);
  for (const [base, parts] of commits) {
    if (last.length >= lines) break;
    const events: StoredEvent[] = [];
    for (const part of parts) {
      events.push(...(await eventsOf(path.join(config.storeDir, part.path), filter, terminal, base)));
    }
    last = [...events.sort(byArrival), ...last];
  }
  if (lines > 0) await print(last.slice(-lines), terminal, openDecryption(config));
};

const follow = async (
  printed: readonly string[],
  filter: EventFilter,
  clock: Clock,
  { config, terminal, signal }: CommandContext,
): Promise<void> => {
  const decryption = openDecryption(config);
  let known = new Set(printed);
  for (;;) {
    await clock.sleep(lookIntervalMs, signal);
    if (signal.aborted) return;
    const parts = await listParts(config.storeDir);
    for (const part of parts) {
      if (known.has(part)) continue;
      const events = await eventsOf(path.join(config.storeDir, part), filter, terminal);
      await print(events, terminal, decryption);
    }
    known = new Set(parts);
  }
};

export const tail: Command = {
  name: 'tail',
  summary: 'Prints the newest stored events as NDJSON.',
  positionals: [],
  options: {
    follow: { type: 'boolean', short: 'f', help: 'Go on with what is stored from now on, until Ctrl-C.' },
    lines: { type: 'string', short: 'n', default: '10', placeholder: 'COUNT', help: 'So many of what is there.' },
    consultation: { type: 'string', short: 'c', placeholder: 'ID', help: 'Only events of this consultation.' },
    type: { type: 'string', short: 't', placeholder: 'TYPE', help: 'Only events of this type.' },
  },
  run: async (context) => {
    const { options, config } = context;
    const lines = countOption(options, 'lines');
    const filter = { consultationId: textOption(options, 'consultation'), eventType: textOption(options, 'type') };
    const listed = await listParts(config.storeDir);
    await printLast(await liveParts(config.storeDir), lines, filter, context);
    if (options.follow === true) await follow(listed, filter, systemClock, context);
    return 0;
  },
};
