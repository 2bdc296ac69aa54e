import { startServerlessOffline } from './hosts/serverless-offline.ts';
import { endToEndSuite } from './suite/end-to-end.ts';

endToEndSuite('sls offline', startServerlessOffline);
