import { flipEveryByte, isRun } from './flip-every-byte.ts';

flipEveryByte('runs of the index of known ids', isRun);
