import { startHostUnderTest } from './hosts/under-test.ts';
import { endToEndSuite } from './suite/end-to-end.ts';

endToEndSuite('the host under test', startHostUnderTest);
