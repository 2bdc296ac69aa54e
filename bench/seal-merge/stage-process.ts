import type { Compression } from '../../shared/store/port.ts';
import { latencies } from './latencies.ts';
import * as stages from './stages.ts';

/** Runs one stage in a process of its own, so that its memory is its own, and prints what it found as JSON. */
const [, , stage = '', first = '', second = '', third = '', fourth = ''] = process.argv;

const run = async (): Promise<object> => {
  switch (stage) {
    case 'fill':
      return stages.fill(first, Number(second), Number(third));
    case 'work':
      return stages.work(first, Number(second), third, fourth as Compression);
    case 'latencies':
      return { acts: await latencies(JSON.parse(first), Number(second)) };
    default:
      throw new Error(`no stage ${stage}`);
  }
};

const found = await run();
console.log(JSON.stringify({ ...found, residentMB: Math.round((process.resourceUsage().maxRSS * 1_024) / 1e6) }));
