/** One place in the code, by its exact text, and what stands there instead. */
export interface Patch {
  /** Relative to the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface PlantedBug {
  readonly name: string;
  /** What is wrong, in a line. */
  readonly what: string;
  readonly patches: readonly Patch[];
  /** One of so many seeds from 1 on has to catch it, in CI too; or, where a reader has to stand still at the right call, of so many calls. */
  readonly within: number;
  /** Default: `histories`. */
  readonly by?: 'histories' | 'pauses';
}

/** Mistakes that somebody could make, each of which a promise of the store rests on not making. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'no-folder-sync',
    what: 'a published name is not made to survive a loss of power',
    patches: [
      {
        file: 'shared/store/publish.ts',
        find: 'for (const folder of targetFolders) await files.syncFolder(path.join(store, folder));',
        replace: '',
      },
    ],
    within: 10,
  },
  {
    name: 'no-fsync',
    what: "a file's bytes are not synced before it gets its name",
    patches: [{ file: 'shared/store/files.ts', find: 'await file.sync();', replace: '' }],
    within: 10,
  },
  {
    name: 'ack-before-publish',
    what: 'messages are acknowledged while their part is still being published',
    patches: [
      {
        file: 'shared/store/level0.ts',
        find: 'await publish(files, { store: folder,',
        replace: 'void publish(files, { store: folder,',
      },
    ],
    within: 10,
  },
  {
    name: 'failed-part-acknowledged',
    what: 'messages whose part could not be written are acknowledged',
    patches: [
      {
        file: 'shared/stages/persist.ts',
        find: 'failAll(group, failed);\n      }\n      if (outage)',
        replace: '}\n      if (outage)',
      },
      { file: 'shared/stages/persist.ts', find: 'if (outage) failAll(group, failed);', replace: '' },
    ],
    within: 10,
  },
  {
    name: 'no-dedupe',
    what: 'what is sealed already is sealed again',
    patches: [
      {
        file: 'shared/store/seal/drop-known.ts',
        find: 'if (Number.isNaN(positions[place])) events[fresh++] = event;',
        replace: 'if (fresh <= event) events[fresh++] = event;',
      },
    ],
    within: 10,
  },
  {
    name: 'lost-race-not-looked-at',
    what: 'a sealer that lost a race commits what it had, without looking whether the winner sealed the same',
    patches: [
      {
        file: 'shared/store/seal/sealer.ts',
        find: 'if (newest !== checked && !(await this.#stillNew(batch, checked, newest))) return undefined;',
        replace: '',
      },
    ],
    within: 10,
  },
  {
    name: 'conflict-not-quarantined',
    what: 'an event whose id another one has is dropped',
    patches: [
      {
        file: 'shared/store/seal/sealer.ts',
        find: 'if (conflicts.length > 0) await this.#options.quarantine(conflicts);',
        replace: '',
      },
    ],
    within: 10,
  },
  {
    name: 'failed-link-taken-for-done',
    what: 'a link that failed is taken for one whose answer was lost',
    patches: [
      {
        file: 'shared/store/publish.ts',
        find: 'if (found === undefined) throw error;',
        replace: "if (found === undefined) return { kind: 'ours' };",
      },
    ],
    within: 10,
  },
  {
    name: 'lost-link-answer',
    what: 'a commit whose link was done, and its answer lost, is taken for one that another writer was faster with',
    patches: [
      {
        file: 'shared/store/publish.ts',
        find: "return isSame(found) ? { kind: 'ours' } : { kind: 'other', error };",
        replace: "return { kind: 'other', error };",
      },
    ],
    within: 10,
  },
  {
    name: 'cursor-by-id',
    what: 'a page of one consultation is in the order of ids, and so is its cursor',
    patches: [
      {
        file: 'shared/store/read.ts',
        find: 'const sealedEvents = await sealed.load(first.rows.slice(0, count));',
        replace:
          'const sealedEvents = (await sealed.load(first.rows.slice(0, count))).toSorted((l, r) => (l.eventId < r.eventId ? -1 : 1));',
      },
    ],
    within: 10,
  },
  {
    name: 'merge-deletes-first',
    what: 'the inputs of a merge are unlinked before it is committed',
    patches: [
      {
        file: 'shared/store/merge/merger.ts',
        find: 'const changes = { added: outputs, removed: pathsOf(inputs) };',
        replace: `const changes = { added: outputs, removed: pathsOf(inputs) };
    for (const { path: file } of inputs) await this.#options.files.unlink(path.join(this.#options.folder, file));`,
      },
    ],
    within: 10,
  },
  {
    name: 'no-grace',
    what: 'a removed file is unlinked at once',
    patches: [{ file: 'shared/store/seal/reclaim.ts', find: '< this.#graceMs) break;', replace: '< 0) break;' }],
    within: 10,
  },
  {
    name: 'orphan-unlinked-unnamed',
    what: 'an orphan is unlinked as soon as it is found, and no commit names it',
    patches: [
      {
        file: 'shared/store/merge/tidying.ts',
        find: 'removed.push(...(await orphansAmong(files, folder, state, listed, beforeMs)));',
        replace:
          'removed.push(...(await orphansAmong(files, folder, state, listed, beforeMs))); for (const file of removed) await files.unlink([folder, file].join("/"));',
      },
    ],
    within: 10,
  },
  {
    name: 'commit-before-publish',
    what: 'a seal is committed while its parts are still being published',
    patches: [
      {
        file: 'shared/store/seal/prepare.ts',
        find: 'await publish(files, { store, temporaryName',
        replace: 'void publish(files, { store, temporaryName',
      },
    ],
    within: 10,
  },
  {
    name: 'level0-listed-late',
    what: 'a reader lists level 0 after it read the newest commit',
    patches: [
      {
        file: 'shared/store/read.ts',
        find: 'const listed = includeUnsealed ? await level0.list() : [];\n    const state = await log.catchUp();',
        replace: 'const state = await log.catchUp();\n    const listed = includeUnsealed ? await level0.list() : [];',
      },
    ],
    within: 40,
    by: 'pauses',
  },
];
