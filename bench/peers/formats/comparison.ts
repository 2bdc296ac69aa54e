import type { Metric } from '../../scenarios/scenario.ts';
import type { Comparison } from '../comparison.ts';
import { ndjsonZstd } from './ndjson-zstd.ts';
import { levelZeroParts, sealedParts } from './our-parts.ts';
import { pythonFormats } from './python-formats.ts';

const metrics = {
  bytesPerEvent: { what: 'on disk', unit: 'bytes an event', better: 'lower', exact: true },
  writePerSecond: { what: 'events written and synced', unit: 'events/s', better: 'higher' },
  scanPerSecond: { what: 'full scan, every member and payload, files in memory', unit: 'events/s', better: 'higher' },
} as const satisfies Record<string, Metric>;

export const formats: Comparison = {
  name: 'formats',
  what: 'the 10,000 events of bench/data in files. Ours keep what the log needs beside the event (time of receipt, place in its request, position)',
  metrics,
  ours: sealedParts,
  peers: [levelZeroParts, ndjsonZstd, ...pythonFormats],
};
