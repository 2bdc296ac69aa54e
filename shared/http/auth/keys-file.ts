import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { InvalidSetting } from '../../domain/errors.ts';
import { actions } from './principal.ts';

const storedKeySchema = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'Public part of the key, and its name in logs.' }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the secret part.' }),
    consultations: Type.Array(Type.String({ pattern: '^[^*]*\\*?$', minLength: 1, maxLength: 129 }), {
      minItems: 1,
      description: 'Consultation ids, or beginnings of ids and a trailing *.',
    }),
    actions: Type.Array(Type.Enum([...actions]), { minItems: 1 }),
    created_at: Type.String(),
    revoked_at: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

/** The keys file, version 1. It holds no secret: a key of 256 random bits can't be guessed from its hash. */
export const keysFileSchema = Type.Object(
  { version: Type.Literal(1), keys: Type.Array(storedKeySchema) },
  { additionalProperties: false },
);

/** A key as the file keeps it. */
export type StoredKey = Readonly<Type.Static<typeof storedKeySchema>>;

const validator = Compile(keysFileSchema);

/**
 * @param source names the file in messages.
 * @throws InvalidSetting with one line a problem, each naming the JSON path.
 */
export const parseKeysFile = (text: string, source: string): readonly StoredKey[] => {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw new InvalidSetting([`${source}: is not JSON`], { cause });
  }
  if (!validator.Check(file)) {
    throw new InvalidSetting(
      validator.Errors(file).map((error) => `${source}: ${error.instancePath || '/'}: ${error.message}`),
    );
  }
  return file.keys;
};

export const renderKeysFile = (keys: readonly StoredKey[]): string =>
  `${JSON.stringify({ version: 1, keys }, null, 2)}\n`;
