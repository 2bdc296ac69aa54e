import { access, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Config } from '../../../shared/config.ts';
import { MalformedNote } from '../../../shared/domain/errors.ts';
import { createKeysAtHand } from '../../../shared/encryption/keys-at-hand.ts';
import { openKeyStore } from '../../../shared/key-store/open.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { parseVerifierKey, type VerifierKey } from '../../../shared/store/log/note/verifier-key.ts';
import { openSigningKey } from '../../../shared/store/log/signing-key-file.ts';
import { listCommits } from '../../../shared/store/verify/commit-listing.ts';
import type { Finding, Note, Progress } from '../../../shared/store/verify/finding.ts';
import { HashThreads } from '../../../shared/store/verify/threads/pool.ts';
import { type VerifyReport, verifyStore } from '../../../shared/store/verify/verify.ts';
import { type Command, type OptionValues, textOption, WrongUsage } from '../command.ts';
import type { Terminal } from '../terminal.ts';

const grouped = new Intl.NumberFormat('en-US');

/** Keeps V8's young generation as small as it begins: what an event leaves behind is short-lived, and 50 MB would gain nothing. */
const youngGeneration = '--semi-space-growth-factor=1';

const mostThreads = 64;

/** A progress line is redrawn this often at most, in ms. */
const redrawMs = 100;

/** `NAME+ID+KEY`, or a file with it; without either, that of the signing key. @throws WrongUsage, InvalidSetting */
const keysOf = async (options: OptionValues, config: Config): Promise<readonly VerifierKey[]> => {
  const given = textOption(options, 'key');
  if (given === undefined) {
    const signer = await openSigningKey({ file: config.signingKeyFile, origin: config.logOrigin });
    return signer === undefined ? [] : [signer.verifierKey];
  }
  const text = given.includes('+') ? given : await readFile(given, 'utf8').catch(() => given);
  try {
    return [parseVerifierKey(text.trim())];
  } catch (error) {
    if (!(error instanceof MalformedNote)) throw error;
    throw new WrongUsage(`--key: ${error.message}`, { cause: error });
  }
};

/** Signatures can't be checked without a key; a store that was never sealed has none. @throws WrongUsage */
const requireKey = async (trusted: readonly VerifierKey[], { storeDir, signingKeyFile }: Config): Promise<void> => {
  if (trusted.length > 0 || (await listCommits(nodeStoreFiles, storeDir)).highest === 0) return;
  throw new WrongUsage(
    `${signingKeyFile} is not there, and the log's signatures need its key: set FI_SIGNING_KEY_FILE, or give the verifier key with --key`,
  );
};

/** @throws WrongUsage when the file can't be read */
const checkpointOf = async (options: OptionValues): Promise<string | undefined> => {
  const given = textOption(options, 'checkpoint');
  if (given === undefined) return undefined;
  const file = path.resolve(given);
  await access(file).catch((cause) => {
    throw new WrongUsage(`--checkpoint: ${file} can't be read`, { cause });
  });
  return file;
};

/** @throws WrongUsage */
const threadsOf = (options: OptionValues): number => {
  const given = textOption(options, 'threads');
  if (given === undefined) return availableParallelism();
  const threads = Number(given);
  if (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads) return threads;
  throw new WrongUsage(`--threads: ${given} is no whole number from 1 to ${mostThreads}`);
};

const placeOf = ({ position, lastPosition }: Finding): string => {
  if (position === undefined) return '';
  return lastPosition === undefined || lastPosition === position
    ? ` position ${position}`
    : ` positions ${position} to ${lastPosition}`;
};

const findingLine = (finding: Finding): string =>
  `${finding.kind.padEnd(8)} ${finding.file}${placeOf(finding)}: ${finding.reason}\n`;

const findingJson = ({ kind, file, position, lastPosition, reason }: Finding): string =>
  `${JSON.stringify({ finding: kind, file, position, last_position: lastPosition, reason })}\n`;

const noteLine = ({ file, reason }: Note): string => `note     ${file}: ${reason}\n`;
const noteJson = ({ file, reason }: Note): string => `${JSON.stringify({ note: reason, file })}\n`;

const expiredOf = ({ expired }: VerifyReport): number => expired.reduce((sum, { events }) => sum + events, 0);

const eventsPerSecond = (report: VerifyReport): number =>
  Math.round(((report.events - expiredOf(report) + report.level0Events) * 1_000) / Math.max(1, report.elapsedMs));

const summary = (report: VerifyReport): string => {
  const { commit, events, expired, parts, bytes, level0Parts, level0Events, keptCheckpoints, findings, notes } = report;
  const count = (number: number, what: string): string => `${grouped.format(number)} ${what}${number === 1 ? '' : 's'}`;
  const sealed = `${count(events, 'sealed event')} in ${count(parts, 'part')} (${grouped.format(bytes)} bytes), ${count(commit, 'commit')}`;
  const gone = expiredOf(report);
  const dropped =
    gone === 0 ? '' : `${grouped.format(gone)} of them expired, on ${count(expired.length, 'day')} of a segment; `;
  const others = `${count(level0Events, 'event')} not sealed yet in ${count(level0Parts, 'part')}, ${count(keptCheckpoints, 'checkpoint')} from elsewhere`;
  const unbound =
    report.keptCheckpoints > 0 || commit === 0
      ? ''
      : 'no checkpoint from outside the store was at hand (FI_CHECKPOINT_DIR, --checkpoint): a log that was cut off or rolled back looks whole\n';
  const erased =
    report.encrypted === undefined
      ? ''
      : `${count(report.encrypted.encryptedEvents, 'event')} encrypted, of which ${count(report.encrypted.erasedEvents, 'event')} of ${count(report.encrypted.erasedConsultations, 'consultation')} erased\n`;
  const time = `${(report.elapsedMs / 1_000).toFixed(1)} s, ${grouped.format(eventsPerSecond(report))} events a second`;
  const verdict = findings === 0 ? 'clean' : count(findings, 'finding');
  return `${sealed}; ${dropped}${others}; ${time}\n${erased}${unbound}${verdict}${notes === 0 ? '' : `, ${count(notes, 'note')}`}\n`;
};

const summaryJson = (report: VerifyReport): string => {
  const {
    commit,
    events,
    expired,
    parts,
    bytes,
    level0Parts,
    level0Events,
    keptCheckpoints,
    findings,
    notes,
    elapsedMs,
    encrypted,
  } = report;
  return `${JSON.stringify({
    clean: findings === 0,
    findings,
    notes,
    commit,
    events,
    expired,
    parts,
    bytes,
    level0_parts: level0Parts,
    level0_events: level0Events,
    kept_checkpoints: keptCheckpoints,
    ...(encrypted === undefined
      ? {}
      : {
          encrypted_events: encrypted.encryptedEvents,
          erased_events: encrypted.erasedEvents,
          erased_consultations: encrypted.erasedConsultations,
        }),
    elapsed_ms: Math.round(elapsedMs),
    events_per_second: eventsPerSecond(report),
  })}\n`;
};

/** Shows how far it is, but not at every step; ends the verification when the user does. */
const progressOn = (terminal: Terminal, signal: AbortSignal): ((progress: Progress) => void) => {
  let drawnMs = 0;
  return ({ stage, done, of }) => {
    if (signal.aborted) throw new Error('interrupted: what was verified by then tells nothing of the rest');
    const nowMs = performance.now();
    if (nowMs - drawnMs < redrawMs) return;
    drawnMs = nowMs;
    const share = of === undefined || of === 0 ? '' : ` of ${grouped.format(of)} (${Math.floor((100 * done) / of)} %)`;
    terminal.progress(`${stage}: ${grouped.format(done)}${share}`);
  };
};

export const verify: Command = {
  name: 'verify',
  summary: 'Hashes every event anew, and tells whatever was changed, is missing, repeated or added.',
  positionals: [],
  options: {
    checkpoint: {
      type: 'string',
      placeholder: 'FILE',
      help: 'A checkpoint that you kept: the log must still begin with what it signs.',
    },
    key: {
      type: 'string',
      placeholder: 'KEY',
      help: 'Verifier key of the log, or a file with it, as "fi log key" prints it (that of the signing key).',
    },
    threads: {
      type: 'string',
      placeholder: 'N',
      help: 'Threads that hash events (as many as there are processors).',
    },
    json: { type: 'boolean', help: 'One JSON object a line: findings, notes, and the result last.' },
  },
  run: async ({ options, config, terminal, signal }) => {
    setFlagsFromString(youngGeneration);
    const asJson = options.json === true;
    const trusted = await keysOf(options, config);
    await requireKey(trusted, config);
    const checkpoint = await checkpointOf(options);
    const say = (text: string): void => {
      terminal.progress('');
      void terminal.out(text);
    };
    const threads = threadsOf(options);
    await using pool = threads === 1 ? undefined : new HashThreads(config.storeDir, threads);
    const keyStore = await openKeyStore({ folder: config.keyStoreDir, masterKeyFile: config.masterKeyFile });
    const report = await verifyStore({
      store: config.storeDir,
      files: nodeStoreFiles,
      trusted,
      ...(pool === undefined ? {} : { hashing: (found) => pool.hashing(found) }),
      checkpointFolder: config.checkpointDir,
      checkpoint,
      keys: keyStore && createKeysAtHand(keyStore),
      witness: {
        found: (finding) => say(asJson ? findingJson(finding) : findingLine(finding)),
        noted: (note) => say(asJson ? noteJson(note) : noteLine(note)),
        progress: progressOn(terminal, signal),
      },
    });
    terminal.progress('');
    await terminal.out(asJson ? summaryJson(report) : summary(report));
    return report.findings === 0 ? 0 : 1;
  },
};
