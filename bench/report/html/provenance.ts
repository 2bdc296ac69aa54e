import type { Machine, Revision } from '../../measure/machine.ts';
import { figure } from '../format.ts';

/** Where figures come from, as rows of a table; not HTML yet. */
export const provenanceRows = (machine: Machine, revision: Revision | undefined): readonly (readonly string[])[] => {
  const commit = revision === undefined ? 'unknown' : `${revision.commit}${revision.changed ? ', with changes' : ''}`;
  return [
    ['processor', `${machine.processor}, ${machine.processors} of them`],
    ['memory', `${figure(machine.memoryMB)} MB`],
    ['system', `${machine.system}, Node ${machine.node}`],
    ['disk', `${machine.disk}, ${machine.fileSystem}`],
    ['commit', commit],
  ];
};
