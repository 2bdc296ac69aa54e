import path from 'node:path';
import { LogDamaged, PartDamaged } from '../../domain/errors.ts';
import { isNamed, type StoreState } from '../commits/state.ts';
import { leafPositions, rangeOfSpan, spanOfPath, spanRoot } from '../consultations/layout.ts';
import { isGone } from '../files.ts';
import { runFolder } from '../known-ids/run.ts';
import { level0Path, level0Shards, partFile, partIdOf } from '../level0-names.ts';
import { tileWidth } from '../log/tiles/coordinates.ts';
import { openSealedPart } from '../part/sealed/open.ts';
import { lettersFolder, parseName, settledFolder, shards } from '../quarantine/names.ts';
import { expiredFile, expiredRoot } from '../retain/names.ts';
import type { Witness } from './finding.ts';
import { listFolder } from './list-folder.ts';
import type { CurrentFiles, VerifyFiles } from './store-reading.ts';
import { isBeginning, isWithin, tileFiles } from './tile-files.ts';

export interface OtherFilesOptions {
  readonly files: VerifyFiles;
  readonly store: string;
  /** As of the commit that is verified. */
  readonly state: StoreState;
  readonly current: CurrentFiles;
  readonly witness: Witness;
  /** Positions of a leaf of the index of consultations, where it is not the usual number. */
  readonly spanPositions?: number | undefined;
}

/** The folders of a store, with what may be in them: names of files and folders, or a form. */
const known: Readonly<Record<string, readonly string[]>> = {
  '.': ['level0', 'parts', 'log', 'quarantine', 'tmp'],
  log: ['commits', 'checkpoint', 'expired', 'index', 'tile', 'consultations'],
  level0: level0Shards,
  quarantine: ['letters', 'settled'],
  'quarantine/letters': shards,
  'quarantine/settled': shards,
};

/** What file systems put there themselves: NFS and FUSE keep a removed file that is open under such a name. */
const ofTheSystem = /^(\.nfs|\.fuse_hidden|lost\+found$|\.snapshot$)/;

const runForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.run$/;

/** Goes through all folders of a store, and tells what is there that no commit names. */
export class OtherFiles {
  readonly #options: OtherFilesOptions;
  #newest: StoreState;

  constructor(options: OtherFilesOptions) {
    this.#options = options;
    this.#newest = options.state;
  }

  /** @throws the system's errors, StoreUnavailable */
  async run(): Promise<void> {
    const { files, store } = this.#options;
    for (const [folder, names] of Object.entries(known)) {
      for (const name of (await listFolder(files, store, folder)) ?? []) {
        if (!names.includes(name)) this.#strange(path.join(folder, name));
      }
    }
    await this.#level0();
    await this.#quarantine();
    await this.#runs();
    await this.#parts();
    await this.#expired();
    await this.#tiles();
    await this.#spans();
    for (const name of (await listFolder(files, store, 'tmp')) ?? []) {
      const reason = 'a temporary: of a writer at work, or left by one that was stopped';
      this.#options.witness.noted({ file: path.join('tmp', name), reason });
    }
  }

  #strange(file: string): void {
    const { witness } = this.#options;
    if (ofTheSystem.test(path.basename(file))) witness.noted({ file, reason: 'the file system put it there' });
    else witness.found({ kind: 'added', file, reason: 'the store has no such file' });
  }

  async #level0(): Promise<void> {
    const { files, store } = this.#options;
    for (const shard of level0Shards) {
      const folder = path.join('level0', shard);
      for (const name of (await listFolder(files, store, folder)) ?? []) {
        const file = path.join(folder, name);
        if (!partFile.test(name) || level0Path(partIdOf(file)) !== file) this.#strange(file);
      }
    }
  }

  async #quarantine(): Promise<void> {
    const { files, store } = this.#options;
    for (const folder of shards.flatMap((shard) => [lettersFolder(shard), settledFolder(shard)])) {
      for (const name of (await listFolder(files, store, folder)) ?? []) {
        const letterId = parseName(name)?.letterId;
        if (letterId?.slice(0, 1) !== path.basename(folder)) this.#strange(path.join(folder, name));
      }
    }
  }

  /** Whether a commit names the file, as something that is there or that was removed. */
  #isNamed(file: string): boolean {
    return [this.#options.state, this.#newest].some((state) => isNamed(state, file));
  }

  async #runs(): Promise<void> {
    const { files, store, current, witness } = this.#options;
    const names = (await listFolder(files, store, runFolder)) ?? [];
    this.#newest = await current.newest();
    for (const name of names) {
      const file = path.join(runFolder, name);
      if (this.#isNamed(file)) continue;
      if (runForm.test(name)) witness.noted({ file, reason: orphan });
      else this.#strange(file);
    }
  }

  async #parts(): Promise<void> {
    for await (const file of this.#filesByDay('parts')) await this.#part(file);
  }

  async #expired(): Promise<void> {
    for await (const file of this.#filesByDay(expiredRoot)) {
      if (this.#isNamed(file)) continue;
      if (expiredFile.test(path.basename(file))) this.#options.witness.noted({ file, reason: orphan });
      else this.#strange(file);
    }
  }

  /** Files by segment and day. */
  async *#filesByDay(root: string): AsyncGenerator<string> {
    const { files, store, current } = this.#options;
    for (const segment of (await listFolder(files, store, root)) ?? []) {
      const days = await listFolder(files, store, path.join(root, segment));
      if (days === undefined) this.#strange(path.join(root, segment));
      for (const day of days ?? []) {
        const folder = path.join(root, segment, day);
        const names = await listFolder(files, store, folder);
        if (names === undefined) this.#strange(folder);
        this.#newest = await current.newest();
        for (const name of names ?? []) yield path.join(folder, name);
      }
    }
  }

  async #part(file: string): Promise<void> {
    if (this.#isNamed(file)) return;
    if (!partFile.test(path.basename(file))) return this.#strange(file);
    const { files, store, witness } = this.#options;
    try {
      const range = await files.openRanges(path.join(store, file));
      try {
        const { meta } = await openSealedPart(range, { path: file, basePosition: 0 });
        if (file === path.join('parts', meta.segment, meta.day, `${meta.partId}.h5`))
          witness.noted({ file, reason: orphan });
        else
          witness.found({ kind: 'added', file, reason: `no commit names it, and it is a copy of part ${meta.partId}` });
      } finally {
        await range.close();
      }
    } catch (error) {
      if (isGone(error)) return;
      if (!(error instanceof PartDamaged)) throw error;
      witness.found({ kind: 'added', file, reason: 'no commit names it, and it is no whole part' });
    }
  }

  async #tiles(): Promise<void> {
    const { files, store, state, current, witness } = this.#options;
    const { size } = state.tree;
    for await (const { file, tile, width } of tileFiles(files, store)) {
      if (tile === undefined) {
        this.#strange(file);
      } else if (!isWithin(tile, width, size)) {
        this.#newest = await current.newest();
        const reason = `it holds hashes beyond the ${this.#newest.tree.size} events of the log`;
        if (!isWithin(tile, width, this.#newest.tree.size)) witness.found({ kind: 'added', file, reason });
      } else if (width < tileWidth(tile, size)) {
        const reason = 'it does not begin the tile that took its place';
        if (!(await this.#isBeginning(tile, width))) witness.found({ kind: 'changed', file, reason });
      }
    }
  }

  /** Those that have their place were looked into by `SpanPass`. */
  async #spans(): Promise<void> {
    const { files, store } = this.#options;
    for (const level of (await listFolder(files, store, spanRoot)) ?? []) {
      const folders = await listFolder(files, store, path.join(spanRoot, level));
      if (folders === undefined) this.#strange(path.join(spanRoot, level));
      for (const name of folders ?? []) {
        const folder = path.join(spanRoot, level, name);
        const spans = await listFolder(files, store, folder);
        if (spans === undefined) this.#strange(folder);
        for (const span of spans ?? []) await this.#span(path.join(folder, span));
      }
    }
  }

  async #span(file: string): Promise<void> {
    const { current, spanPositions = leafPositions } = this.#options;
    const span = spanOfPath(file);
    if (span === undefined) return this.#strange(file);
    const { end } = rangeOfSpan(span, spanPositions);
    if (end <= this.#newest.tree.size) return;
    this.#newest = await current.newest();
    if (end > this.#newest.tree.size) this.#strange(file);
  }

  async #isBeginning(tile: { level: number; index: number }, width: number): Promise<boolean> {
    const { files, store, state } = this.#options;
    try {
      return await isBeginning(files, store, tile, width, state.tree.size);
    } catch (error) {
      // Superseded tiles are removed after a while; of a damaged tile was told.
      if (isGone(error) || error instanceof LogDamaged) return true;
      throw error;
    }
  }
}

const orphan = 'no commit names it: of a sealer at work, or left by one that was stopped';
