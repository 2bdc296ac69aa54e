import { runServerless, type ServerlessOptions } from './serverless.ts';
import { readStack } from './stack.ts';

/**
 * Removes the service from an emulator with `sls remove`; the store is no part of the stack and stays.
 * LocalStack's open core has no container registry, which serverless asks for images last of all, when the stack is gone:
 * that error is none.
 */
export const removeStack = async (options: ServerlessOptions): Promise<void> => {
  try {
    await runServerless('remove', options);
  } catch (error) {
    options.signal.throwIfAborted();
    if ((await readStack(options.endpoint)) !== undefined) throw error;
  }
};
