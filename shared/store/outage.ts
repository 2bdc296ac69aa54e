import { StoreUnavailable } from '../domain/errors.ts';
import { systemCode } from './files.ts';

/**
 * Says of the system's errors that the store is away for now.
 * @param what could not be done, e.g. `The store at /nas could not be sealed`.
 * @throws StoreUnavailable in their place; anything else as it is.
 */
export const namingOutage = async <Result>(what: string, act: () => Promise<Result>): Promise<Result> => {
  try {
    return await act();
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new StoreUnavailable(`${what} (${code}): mount it, free space or fix its permissions.`, { cause: error });
  }
};
