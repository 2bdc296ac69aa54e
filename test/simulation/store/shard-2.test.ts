import { simulateShard } from '../rig/shard.ts';

simulateShard(2);
