import path from 'node:path';
import type { KeyStoreFiles } from '../../../shared/key-store/files.ts';

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

/** A call to the file system, by its name and its last path. */
export type OnCall = (call: string, file: string) => void;

interface Inode {
  bytes: Uint8Array;
}

/** Files in memory, with hard links as a disk has them. `onCall` may throw, before or after a call is done. */
export class MemoryKeyFiles implements KeyStoreFiles {
  readonly names = new Map<string, Inode>();
  before: OnCall = () => {};
  after: OnCall = () => {};

  async #call<Result>(call: string, file: string, work: () => Result): Promise<Result> {
    this.before(call, file);
    const result = work();
    this.after(call, file);
    return result;
  }

  #inode(file: string): Inode {
    const inode = this.names.get(file);
    if (inode === undefined) throw failure('ENOENT');
    return inode;
  }

  texts(): Record<string, string> {
    return Object.fromEntries([...this.names].map(([name, { bytes }]) => [name, Buffer.from(bytes).toString('utf8')]));
  }

  read(file: string): Promise<Uint8Array> {
    return this.#call('read', file, () => Uint8Array.from(this.#inode(file).bytes));
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#call('list', folder, () => {
      const names = [...this.names.keys()].filter((name) => name.startsWith(`${folder}/`));
      return [...new Set(names.map((name) => path.relative(folder, name).split('/')[0] ?? ''))];
    });
  }

  createExclusive(file: string, bytes: Uint8Array): Promise<void> {
    return this.#call('create', file, () => {
      if (this.names.has(file)) throw failure('EEXIST');
      this.names.set(file, { bytes: Uint8Array.from(bytes) });
    });
  }

  link(from: string, to: string): Promise<void> {
    return this.#call('link', to, () => {
      const inode = this.#inode(from);
      if (this.names.has(to)) throw failure('EEXIST');
      this.names.set(to, inode);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', to, () => {
      this.names.set(to, this.#inode(from));
      this.names.delete(from);
    });
  }

  unlink(file: string): Promise<void> {
    return this.#call('unlink', file, () => {
      this.#inode(file);
      this.names.delete(file);
    });
  }

  makeFolder(folder: string): Promise<void> {
    return this.#call('mkdir', folder, () => {});
  }

  removeFolder(folder: string): Promise<void> {
    return this.#call('rmdir', folder, () => {});
  }

  syncFolder(folder: string): Promise<void> {
    return this.#call('sync', folder, () => {});
  }

  modifiedAtMs(file: string): Promise<number> {
    return this.#call('stat', file, () => 0);
  }

  openScrubbing(file: string) {
    return this.#call('open', file, () => {
      const inode = this.#inode(file);
      return {
        scrub: () =>
          this.#call('scrub', file, () => {
            inode.bytes = new Uint8Array(inode.bytes.length);
          }),
        close: async () => {},
      };
    });
  }
}

export { failure };
