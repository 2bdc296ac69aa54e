import { startLocalStack } from '../e2e/hosts/emulator.ts';
import { endToEndSuite } from '../e2e/suite/end-to-end.ts';

endToEndSuite('LocalStack', startLocalStack);
