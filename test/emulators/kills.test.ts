import { startLocalStack, startMiniStack } from '../e2e/hosts/emulator.ts';
import { killsTest } from './kills.ts';

killsTest('LocalStack', startLocalStack);
killsTest('MiniStack', startMiniStack);
