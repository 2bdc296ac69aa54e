import { createHash } from 'node:crypto';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { LogDamaged } from '../../domain/errors.ts';

const natural = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const sha256Hex = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** Relative, with `/`, and never out of the store: a commit is data that others wrote. */
const storePath = Type.String({ pattern: '^(?!.*(^|/)\\.{0,2}(/|$))[^\\\\\\0]+$' });

const partSchema = Type.Object(
  {
    path: storePath,
    bytes: natural,
    sha256: sha256Hex,
    level: natural,
    segment: Type.String({ minLength: 1 }),
    day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    count: Type.Integer({ minimum: 1 }),
    base_position: natural,
    first_position: natural,
    last_position: natural,
  },
  { additionalProperties: false },
);

const runSchema = Type.Object(
  { path: storePath, entries: natural, bytes: natural, sha256: sha256Hex, base_position: natural },
  { additionalProperties: false },
);

const expiredSchema = Type.Object(
  {
    path: storePath,
    bytes: natural,
    sha256: sha256Hex,
    segment: Type.String({ minLength: 1 }),
    day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    count: Type.Integer({ minimum: 1 }),
    first_position: natural,
    last_position: natural,
    retention_days: Type.Integer({ minimum: 1 }),
    expired_at: Type.String(),
    signature: Type.String(),
  },
  { additionalProperties: false },
);

const treeSchema = Type.Object({ size: natural, edge: Type.Array(sha256Hex) }, { additionalProperties: false });

const commitSchema = Type.Object(
  {
    version: Type.Literal(1),
    number: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    previous_sha256: Type.Union([sha256Hex, Type.Null()]),
    committed_at: Type.String(),
    added: Type.Array(partSchema),
    removed: Type.Array(Type.Object({ path: storePath }, { additionalProperties: false })),
    unlinked: Type.Array(Type.Object({ path: storePath }, { additionalProperties: false })),
    index: Type.Object(
      { added: Type.Array(runSchema), removed: Type.Array(Type.Object({ path: storePath })) },
      { additionalProperties: false },
    ),
    dropped: Type.Object({ repeats: natural, conflicts: natural }, { additionalProperties: false }),
    expired: Type.Optional(Type.Array(expiredSchema, { minItems: 1 })),
    tree: treeSchema,
    checkpoint: Type.String(),
    sha256: sha256Hex,
  },
  { additionalProperties: false },
);

const snapshotSchema = Type.Object(
  {
    version: Type.Literal(1),
    number: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    commit_sha256: sha256Hex,
    committed_at: Type.String(),
    parts: Type.Array(partSchema),
    removed: Type.Array(Type.Object({ path: storePath, commit: natural }, { additionalProperties: false })),
    index: Type.Array(runSchema),
    expired: Type.Optional(Type.Array(expiredSchema, { minItems: 1 })),
    tree: treeSchema,
    checkpoint: Type.String(),
    sha256: sha256Hex,
  },
  { additionalProperties: false },
);

/** A sealed or merged part as a commit lists it; positions are absolute. */
export type CommittedPart = Type.Static<typeof partSchema>;

/** A run of the index of known ids as a commit lists it. */
export type CommittedRun = Type.Static<typeof runSchema>;

/**
 * A day of a segment that retention dropped, or what came late for one: `path` is the file that lists its positions, and
 * `signature` is the log's over what docs/LOG_FORMAT.md calls the statement.
 */
export type ExpiredDay = Type.Static<typeof expiredSchema>;

/** One step of the store's history: `log/commits/<thousand>/<number>.json`. */
export type Commit = Omit<Type.Static<typeof commitSchema>, 'sha256'>;

/** The whole state after a commit. */
export type Snapshot = Omit<Type.Static<typeof snapshotSchema>, 'sha256'>;

const commits = Compile(commitSchema);
const snapshots = Compile(snapshotSchema);

/** The hash that chains commits: of a file's bytes as they lie on disk. */
export const fileSha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Ends every file of the log: the hash of all that stands before it, since nothing else tells a flipped bit in the newest one. */
const seal = /^(\{.+),"sha256":"([0-9a-f]{64})"\}\n$/s;

/** The bytes of a commit or a snapshot: the same for equal values, so that a repeat is recognised. */
export const encodeLogFile = (value: Commit | Snapshot): Uint8Array => {
  const body = JSON.stringify(value).slice(0, -1);
  return Buffer.from(`${body},"sha256":"${fileSha256(Buffer.from(body, 'utf8'))}"}\n`, 'utf8');
};

const parseSealed = (path: string, bytes: Uint8Array): unknown => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const [, body = '', sha256] = seal.exec(text) ?? [];
    if (fileSha256(Buffer.from(body, 'utf8')) !== sha256) throw new Error('its bytes do not fit the hash at its end');
    return JSON.parse(text);
  } catch (error) {
    throw new LogDamaged(path, `it is altered or cut off`, { cause: error });
  }
};

/** @throws LogDamaged naming the file when the bytes are no commit of a version known here, or of another number. */
export const decodeCommit = (path: string, bytes: Uint8Array, number: number): Commit => {
  const value = parseSealed(path, bytes);
  if (!commits.Check(value)) {
    const [first] = commits.Errors(value);
    throw new LogDamaged(path, `it is not a commit of a known version (${first?.instancePath} ${first?.message})`);
  }
  if (value.number !== number) throw new LogDamaged(path, `it says that it is commit ${value.number}`);
  return value;
};

/** @throws LogDamaged naming the file when the bytes are no snapshot of a version known here, or of another number. */
export const decodeSnapshot = (path: string, bytes: Uint8Array, number: number): Snapshot => {
  const value = parseSealed(path, bytes);
  if (!snapshots.Check(value)) throw new LogDamaged(path, 'it is not a snapshot of a known version');
  if (value.number !== number) throw new LogDamaged(path, `it says that it is the snapshot of commit ${value.number}`);
  return value;
};
