import { flipEveryByte, isLevel0, isRun } from './flip-every-byte.ts';

flipEveryByte(
  'commits, snapshot, checkpoints, tiles, sealed and merged parts, letters and settlements',
  (file) => !(isRun(file) || isLevel0(file)),
);
