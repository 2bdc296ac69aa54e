/** The entry of a thread that hashes events for a verification (see `pool.ts`). */
import { nodeStoreFiles } from '../../files.ts';
import { type HashOutcome, type HashTask, HashWorker } from './hash-task.ts';

const worker = new HashWorker(nodeStoreFiles);

export default (task: HashTask): Promise<HashOutcome> => worker.run(task);
