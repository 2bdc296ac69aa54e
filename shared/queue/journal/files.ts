export interface WriteOptions {
  /** Nobody waits for it: it takes longer rather than being in the way of what goes on meanwhile. */
  readonly inBackground?: boolean;
}

/** One journal file. Positions and lengths are in bytes. */
export interface JournalFile {
  readonly path: string;
  size(): Promise<number>;
  /** Reads until `target` is full or the file ends; resolves to the bytes read. */
  read(target: Uint8Array, position: number): Promise<number>;
  /**
   * Resolves when all of `data` is on stable storage. When it rejects, any part of it may have been written,
   * and may or may not survive a loss of power.
   */
  writeDurably(data: Uint8Array, position: number, options?: WriteOptions): Promise<void>;
  /** Puts on stable storage what was written to this file by anyone, an earlier process included. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file system as the journal sees it; a simulation passes its own. */
export interface JournalFiles {
  /** Makes the folder if need be. @throws JournalOnNetwork where a sync cannot be relied on. */
  prepareFolder(folder: string): Promise<void>;
  /** Owns the folder until released or the process ends, however it ends. @throws JournalOwned when it has an owner. */
  own(folder: string): Promise<() => Promise<void>>;
  /** Names of what is in the folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Makes a new, empty file. @throws when there is one. */
  create(path: string): Promise<JournalFile>;
  open(path: string): Promise<JournalFile>;
  remove(path: string): Promise<void>;
  /** Makes creations and removals in the folder survive a loss of power. */
  syncFolder(folder: string): Promise<void>;
}
