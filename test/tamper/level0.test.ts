import { flipEveryByte, isLevel0 } from './flip-every-byte.ts';

flipEveryByte('level-0 parts', isLevel0);
