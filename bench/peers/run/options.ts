import { parseWords, type RunOptions, runOf, runOptions, WrongUsage, whole } from '../../run/run-options.ts';
import { type Comparison, fullPeerScale, type PeerScale, quickPeerScale } from '../comparison.ts';

/** What the command line asks for. */
export interface PeersOptions extends RunOptions {
  readonly comparisons: readonly Comparison[];
  readonly scale: PeerScale;
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
  const given = parseWords(words, runOptions);
  if (given.help) return undefined;
  const usual = given.quick ? quickPeerScale : fullPeerScale;
  return {
    ...runOf(given, defaultRepeats, 'peers-', nowMs),
    comparisons: selected(comparisons, given.only),
    scale: {
      ...usual,
      measureMs: given.seconds === undefined ? usual.measureMs : whole('seconds', given.seconds) * 1_000,
    },
  };
};
