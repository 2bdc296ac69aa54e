import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { allDocuments } from './all.ts';
import type { FoundRuns } from './measured-document.ts';
import { runKinds } from './newest-runs.ts';

/** What became of one document. */
export interface Written {
  readonly file: string;
  /** Commands whose runs are not there; the document was not written then, and stays as it is. */
  readonly missing: readonly string[];
}

/** Writes every document whose runs are there. */
export const writeDocuments = (runs: FoundRuns, folder: string): readonly Written[] => {
  mkdirSync(folder, { recursive: true });
  return allDocuments.map(({ file, needs, render }) => {
    const text = render(runs);
    if (text !== undefined) writeFileSync(path.join(folder, file), text);
    return { file, missing: needs.filter((name) => runs[name] === undefined).map((name) => runKinds[name].command) };
  });
};
