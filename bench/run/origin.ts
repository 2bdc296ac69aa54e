import { fileURLToPath } from 'node:url';
import { describeMachine, describeRevision, type Machine, type Revision } from '../measure/machine.ts';

/** When, where and of which commit a run was. */
export interface RunOrigin {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly machine: Machine;
  readonly revision: Revision | undefined;
}

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Of a run that ends now. @param folder where its stores are: the machine's disk is that one's */
export const originOf = (folder: string, startedAt: string): RunOrigin => ({
  startedAt,
  finishedAt: new Date().toISOString(),
  machine: describeMachine(folder),
  revision: describeRevision(repository),
});
