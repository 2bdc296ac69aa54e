import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { WrongUsage, whole } from '../../run/options.ts';
import { type Comparison, fullPeerScale, type PeerScale, quickPeerScale } from '../comparison.ts';

/** What the command line asks for. */
export interface PeersOptions {
  readonly comparisons: readonly Comparison[];
  readonly repeats: number;
  readonly scaleName: 'full' | 'quick';
  readonly scale: PeerScale;
  readonly folder: string;
  /** Without an ending: the reports are this with .json and .html behind it. */
  readonly output: string;
  readonly seed: number;
}

const defaultRepeats = { full: 5, quick: 1 } as const;

const listOf = ({ name, what, peers }: Comparison): string =>
  [`  ${name}: ${what}`, ...peers.map((peer) => `    ${peer.name.padEnd(29)}${peer.what}`)].join('\n');

export const peersHelp = (comparisons: readonly Comparison[]): string => `npm run bench:peers -- [options]

Measures others that do what ours does, beside ours and in turn with it (ours, a peer, ours, another peer, ours, ...), each started on the
loopback on an empty folder and ended again. What a peer needs is installed into .peers/ at its first use; where that is not to be had the
peer is skipped, and the report says why. Writes every raw result as JSON and a report as HTML.

  --quick          each once and briefly: shows that it works, and little about speed
  --only A,B       these comparisons or peers; ours is always measured beside them
  --repeats N      how often each peer is measured (${defaultRepeats.full}; quick: ${defaultRepeats.quick})
  --seconds N      length of a measurement under load (${fullPeerScale.measureMs / 1_000}; quick: ${quickPeerScale.measureMs / 1_000})
  --folder DIR     where peers keep their data, removed again (the system's temporary folder)
  --output NAME    writes NAME.json and NAME.html (bench-results/peers-<time>)
  --seed N         of the order of peers

Exit status: 0; 1 when ours lost an accepted event or anything failed; 2 for wrong usage.

Comparisons and their peers:
${comparisons.map(listOf).join('\n')}`;

const selected = (comparisons: readonly Comparison[], names: string | undefined): readonly Comparison[] => {
  if (names === undefined) return comparisons;
  const wanted = new Set(names.split(',').map((name) => name.trim()));
  const known = new Set(comparisons.flatMap(({ name, peers }) => [name, ...peers.map((peer) => peer.name)]));
  const unknown = [...wanted].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new WrongUsage(`there is no ${unknown.join(', ')}; there are ${[...known].join(', ')}`);
  }
  return comparisons
    .map((comparison) => {
      const peers = comparison.peers.filter(({ name }) => wanted.has(comparison.name) || wanted.has(name));
      return { ...comparison, peers };
    })
    .filter(({ peers }) => peers.length > 0);
};

const parse = (words: readonly string[]) => {
  try {
    return parseArgs({
      args: [...words],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        repeats: { type: 'string' },
        seconds: { type: 'string' },
        folder: { type: 'string', default: tmpdir() },
        output: { type: 'string' },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new WrongUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

/**
 * @param nowMs names the output, and is the seed where none is given
 * @returns undefined when help is asked for
 * @throws WrongUsage
 */
export const parsePeersOptions = (
  words: readonly string[],
  comparisons: readonly Comparison[],
  nowMs: number,
): PeersOptions | undefined => {
  const given = parse(words);
  if (given.help) return undefined;
  const scaleName = given.quick ? 'quick' : 'full';
  const usual = given.quick ? quickPeerScale : fullPeerScale;
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '');
  return {
    comparisons: selected(comparisons, given.only),
    repeats: given.repeats === undefined ? defaultRepeats[scaleName] : whole('repeats', given.repeats),
    scaleName,
    scale: {
      ...usual,
      measureMs: given.seconds === undefined ? usual.measureMs : whole('seconds', given.seconds) * 1_000,
    },
    folder: path.resolve(given.folder),
    output: path.resolve(given.output ?? path.join('bench-results', `peers-${stamp}`)),
    seed: given.seed === undefined ? nowMs % 2 ** 31 : whole('seed', given.seed),
  };
};
