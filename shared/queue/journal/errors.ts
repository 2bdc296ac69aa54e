/** The errors of the journal itself; those that every queue has are in `shared/domain/errors.ts`. */
abstract class JournalError<Tag extends string> extends Error {
  abstract readonly tag: Tag;
  override get name(): string {
    return this.tag;
  }
}

/** Confirmed data cannot be read back. The journal does not open, since going on would lose it silently. */
export class JournalDamaged extends JournalError<'JournalDamaged'> {
  readonly tag = 'JournalDamaged';
  readonly path: string;
  /** Where in the file, in bytes. */
  readonly offset: number;
  constructor(path: string, offset: number, reason: string, options?: ErrorOptions) {
    super(
      `${path} is damaged at byte ${offset}: ${reason}. Nothing was changed. Restore the folder from a backup, ` +
        'or check the disk and move the folder aside to start with an empty queue: what it held unstored is then lost.',
      options,
    );
    this.path = path;
    this.offset = offset;
  }
}

/** Another process, or another journal of this one, has the folder open. */
export class JournalOwned extends JournalError<'JournalOwned'> {
  readonly tag = 'JournalOwned';
  readonly folder: string;
  constructor(folder: string, options?: ErrorOptions) {
    super(
      `The queue folder ${folder} is in use by another process. Stop that one, or set FI_QUEUE_DIR to another folder.`,
      options,
    );
    this.folder = folder;
  }
}

/** The folder is on a file system whose sync and locks cannot be relied on. */
export class JournalOnNetwork extends JournalError<'JournalOnNetwork'> {
  readonly tag = 'JournalOnNetwork';
  readonly folder: string;
  readonly fileSystem: string;
  constructor(folder: string, fileSystem: string) {
    super(
      `The queue folder ${folder} is on ${fileSystem}, where a sync or a lock may not hold. ` +
        'Set FI_QUEUE_DIR to a folder on a local disk, or FI_QUEUE_URL to a queue elsewhere.',
    );
    this.folder = folder;
    this.fileSystem = fileSystem;
  }
}

/** A queue of that name is there with other attributes. */
export class QueueExists extends JournalError<'QueueExists'> {
  readonly tag = 'QueueExists';
  readonly queue: string;
  constructor(queue: string) {
    super(`The queue ${queue} exists with other attributes.`);
    this.queue = queue;
  }
}

/** There is no queue of that name (any more). */
export class QueueMissing extends JournalError<'QueueMissing'> {
  readonly tag = 'QueueMissing';
  readonly queue: string;
  constructor(queue: string) {
    super(`There is no queue ${queue}.`);
    this.queue = queue;
  }
}

/** An argument that SQS refuses too. */
export class InvalidQueueRequest extends JournalError<'InvalidQueueRequest'> {
  readonly tag = 'InvalidQueueRequest';
  readonly parameter: string;
  constructor(parameter: string, reason: string) {
    super(`${parameter}: ${reason}`);
    this.parameter = parameter;
  }
}
