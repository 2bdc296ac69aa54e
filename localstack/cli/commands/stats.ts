import type { Command } from '../command.ts';
import { type Share, type StoreStatistics, storeStatistics } from '../store-statistics.ts';
import { renderTable } from '../table.ts';

const grouped = new Intl.NumberFormat('en-US');

const shareRows = (title: string, shares: Readonly<Record<string, Share>>): readonly (readonly string[])[] => [
  [title, 'events', 'payload bytes'],
  ...Object.entries(shares).map(([name, { events, payload_bytes }]) => [
    name,
    grouped.format(events),
    grouped.format(payload_bytes),
  ]),
];

const render = (statistics: StoreStatistics): string => {
  const { parts, events, bytes, payload_bytes, bytes_per_event, segments, days } = statistics;
  const totals = renderTable(
    [
      ['parts', grouped.format(parts)],
      ['events', grouped.format(events)],
      ['bytes on disk', grouped.format(bytes)],
      ['payload bytes as sent', grouped.format(payload_bytes)],
      ['bytes on disk an event', bytes_per_event === undefined ? '-' : grouped.format(bytes_per_event)],
    ],
    'figures',
  );
  if (events === 0) return totals;
  return [
    totals,
    renderTable(shareRows('segment', segments), 'figures'),
    renderTable(shareRows('day (UTC)', days), 'figures'),
  ].join('\n');
};

export const stats: Command = {
  name: 'stats',
  summary: 'Counts parts, events and bytes, by segment and by day.',
  positionals: [],
  options: { json: { type: 'boolean', help: 'As one JSON object.' } },
  run: async ({ options, config, terminal }) => {
    const statistics = await storeStatistics(config.storeDir, (done, of) => {
      terminal.progress(done === of ? '' : `${done} of ${of} parts`);
    });
    await terminal.out(options.json === true ? `${JSON.stringify(statistics)}\n` : render(statistics));
    for (const reason of statistics.damaged) terminal.err(`fi: ${reason}\n`);
    return statistics.damaged.length === 0 ? 0 : 1;
  },
};
