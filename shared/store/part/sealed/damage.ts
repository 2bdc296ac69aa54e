import { PartDamaged } from '../../../domain/errors.ts';
import { systemCode } from '../../files.ts';

/** The system's own codes; those of zlib and Node have an underscore. */
const isOfSystem = (error: unknown): boolean => /^E[A-Z0-9]+$/.test(systemCode(error) ?? '');

/**
 * Lets `read` read from a part, and says of what it throws whose fault it is: the system's errors (gone, unreadable for
 * now) go through as they are, anything else means that the file is not what its format says.
 * @throws PartDamaged
 */
export const namingDamage = async <Result>(path: string, read: () => Promise<Result>): Promise<Result> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PartDamaged || isOfSystem(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PartDamaged(path, `not readable as a sealed part: ${reason}`, { cause: error });
  }
};
