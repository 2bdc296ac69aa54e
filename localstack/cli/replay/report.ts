import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import type { OutcomeLine } from './answers.ts';

/** Shows outcomes as they come, and counts them. */
export interface Reporter {
  add(outcomes: readonly OutcomeLine[]): Promise<void>;
  count(): number;
  /** Whether no letter was refused and all were found. */
  allWell(): boolean;
  interrupted(): void;
  /** The last line: what became of how many. */
  summary(): void;
}

const head = ['letter', 'outcome', 'reason', 'consultation', 'event', 'detail'] as const;

const detailOf = ({ detail, settlement, outcome }: OutcomeLine): string => {
  const parts = detail === undefined ? [] : [detail];
  if (outcome === 'settled_before' && settlement !== undefined) {
    parts.push(`${settlement.action} by ${settlement.by} at ${settlement.at}`);
  }
  return parts.join('; ');
};

const rowOf = (line: OutcomeLine): readonly string[] => [
  line.letter_id,
  line.outcome,
  line.reason ?? '-',
  line.consultation_id ?? '-',
  line.event_id ?? '-',
  detailOf(line),
];

const trouble: ReadonlySet<string> = new Set(['refused', 'not_found']);

const plural = (count: number): string => (count === 1 ? '1 letter' : `${count} letters`);

export const createReporter = (terminal: Terminal, { json, dryRun }: { json: boolean; dryRun: boolean }): Reporter => {
  const counts = new Map<string, number>();
  const total = (): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
  return {
    add: async (outcomes) => {
      terminal.progress('');
      const first = total() === 0;
      for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (json) await terminal.out(outcomes.map((line) => `${JSON.stringify(line)}\n`).join(''));
      else if (outcomes.length > 0) {
        await terminal.out(renderTable([...(first ? [head] : []), ...outcomes.map(rowOf)], 'words'));
      }
      terminal.progress(`${plural(total())} so far`);
    },
    count: total,
    allWell: () => [...counts.keys()].every((outcome) => !trouble.has(outcome)),
    interrupted: () => terminal.err(`\nfi: stopped after ${plural(total())}; the same command goes on with the rest\n`),
    summary: () => {
      terminal.progress('');
      const parts = [...counts].map(([outcome, count]) => `${count} ${outcome}`);
      const would = dryRun ? ' (dry run: nothing was changed)' : '';
      terminal.err(`${parts.length === 0 ? 'no letter matches' : parts.join(', ')}${would}\n`);
    },
  };
};
