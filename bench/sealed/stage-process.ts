import type { Compression } from '../../shared/store/port.ts';
import * as stages from './stages.ts';

/** Runs one stage in a process of its own, so that its memory is its own, and prints what it found as JSON. */
const [, , stage = '', first = '', second = '', third = '', fourth = ''] = process.argv;

const run = async (): Promise<object> => {
  switch (stage) {
    case 'write':
      return stages.write(first, Number(second), Number(third), fourth as Compression);
    case 'merge':
      return stages.merge(first, second, third as Compression);
    case 'scan':
      return stages.scan(first);
    case 'scanEvents':
      return stages.scanEvents(first);
    case 'reads':
      return stages.reads(first);
    case 'columns':
      return stages.columns(first);
    case 'tenThousand':
      return stages.tenThousand();
    default:
      throw new Error(`no stage ${stage}`);
  }
};

const found = await run();
console.log(JSON.stringify({ ...found, residentMiB: process.resourceUsage().maxRSS / 1_024 }));
