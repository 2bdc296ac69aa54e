import { randomFillSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AcceptedEvent } from '../../shared/domain/event.ts';
import { createUuidV7Source, type PartId } from '../../shared/domain/ids.ts';
import { CommitLog } from '../../shared/store/commits/commit-log.ts';
import { commit } from '../../shared/store/commits/committer.ts';
import { type CommitAuthor, composeCommit } from '../../shared/store/commits/compose.ts';
import type { CommittedPart } from '../../shared/store/commits/format.ts';
import { publishSnapshot } from '../../shared/store/commits/publish-commit.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { DurableFolders } from '../../shared/store/folders.ts';
import { signCheckpoint } from '../../shared/store/log/checkpoint.ts';
import { generateSigningKey, openSigner } from '../../shared/store/log/note/signer.ts';
import { writeTiles } from '../../shared/store/log/tiles/write.ts';
import { planRunMerge, writeMergedRun } from '../../shared/store/merge/merge-runs.ts';
import { committedPartOf } from '../../shared/store/merge/write-merged.ts';
import { toColumns } from '../../shared/store/part/columns.ts';
import { mergeParts } from '../../shared/store/part/sealed/merge.ts';
import { openSealedPart } from '../../shared/store/part/sealed/open.ts';
import { publish } from '../../shared/store/publish.ts';
import { SealBatch } from '../../shared/store/seal/batch.ts';
import { batchChanges } from '../../shared/store/seal/batch-changes.ts';
import { prepare, type SealWriting } from '../../shared/store/seal/prepare.ts';
import { hashWaiting } from '../../shared/store/seal/waiting-part.ts';
import { sealBatches } from '../sealed/events.ts';

export interface FillOptions {
  /** Empty, and made into a store. */
  readonly store: string;
  /** Where the signing key is written to. */
  readonly keyFile: string;
  readonly events: number;
  readonly perCommit: number;
  /** Whether parts are merged, as they are in time. */
  readonly merge: boolean;
}

/** Fills a store with sealed events, by the pieces that SEAL is made of, and without level 0. */
export class StoreFiller {
  readonly #options: FillOptions;
  readonly #log: CommitLog;
  readonly #writing: SealWriting;
  readonly #author: CommitAuthor;
  /** What the log is signed with. */
  readonly key = generateSigningKey('bench.local/log');
  readonly #newId = createUuidV7Source(Date.now, randomFillSync);

  constructor(options: FillOptions) {
    const { store } = options;
    this.#options = options;
    this.#log = new CommitLog({ folder: store, files: nodeStoreFiles });
    this.#writing = {
      files: nodeStoreFiles,
      store,
      folders: new DurableFolders(nodeStoreFiles, store),
      newId: this.#newId,
      announce: () => {},
      compressionOf: () => 'gzip-6',
    };
    const signer = openSigner(this.key);
    this.#author = { nowMs: Date.now, sign: (tree) => signCheckpoint(signer, tree) };
  }

  async run(): Promise<void> {
    const { keyFile, events, perCommit, merge } = this.#options;
    await writeFile(keyFile, `${this.key}\n`, { mode: 0o600 });
    for (const batch of sealBatches(events, perCommit)) await this.seal(batch);
    if (merge) await this.merge();
  }

  get #commits() {
    const { store: folder, folders, newId: uniqueName } = this.#writing;
    return { folder, files: nodeStoreFiles, folders, uniqueName };
  }

  /** Seals events with a commit of their own, given in the order that they get positions in. */
  async seal(events: readonly AcceptedEvent[]): Promise<void> {
    const gathered = new SealBatch([hashWaiting('', toColumns(events))]);
    const inOrder = Uint32Array.from(events.keys());
    const prepared = await prepare(this.#writing, gathered, inOrder, { repeats: 0, conflicts: 0 });
    const batch = { ...prepared, sources: [] };
    const done = await commit(this.#log, this.#commits, (state) =>
      composeCommit(state, batchChanges(state, batch), this.#author),
    );
    if (done === undefined) throw new Error('nothing was committed');
    await writeTiles({ ...this.#writing, uniqueName: this.#newId }, done.before.tree, batch.leaves);
    await this.#publishSnapshot();
    while (await this.#mergeRuns()) await this.#publishSnapshot();
  }

  /** @returns whether there were runs to merge. */
  async #mergeRuns(): Promise<boolean> {
    const runs = planRunMerge(this.#log.state.runs.values(), Number.MAX_SAFE_INTEGER);
    if (runs === undefined) return false;
    const merged = await writeMergedRun(this.#writing, runs);
    const changes = { runsAdded: [merged], runsRemoved: runs.map(({ path }) => path) };
    await commit(this.#log, this.#commits, (state) => composeCommit(state, changes, this.#author));
    return true;
  }

  async #publishSnapshot(): Promise<void> {
    const due = this.#log.takeSnapshotDue();
    if (due) await publishSnapshot(this.#commits, due);
  }

  /** Merges all parts. */
  async merge(): Promise<void> {
    const { store, folders } = this.#writing;
    const live = [...this.#log.state.parts.values()];
    const files = await Promise.all(live.map((part) => nodeStoreFiles.openRanges(path.join(store, part.path))));
    try {
      const inputs = await Promise.all(
        files.map((file, index) => {
          const part = live[index];
          if (part === undefined) throw new Error('each file is of a part');
          return openSealedPart(file, { path: part.path, basePosition: part.base_position });
        }),
      );
      const added: CommittedPart[] = [];
      const merged = mergeParts(inputs, { level: 2, compression: 'gzip-6', newPartId: () => this.#newId() as PartId });
      for await (const part of merged) {
        const committed = committedPartOf(part);
        const { path: target } = committed;
        const temporaryName = `${part.meta.partId}.h5`;
        await publish(nodeStoreFiles, { store, temporaryName, target, bytes: part.bytes }, folders);
        added.push(committed);
      }
      const removed = live.map((part) => part.path);
      await commit(this.#log, this.#commits, (state) => composeCommit(state, { added, removed }, this.#author));
      await this.#publishSnapshot();
    } finally {
      await Promise.all(files.map((file) => file.close()));
    }
  }
}
