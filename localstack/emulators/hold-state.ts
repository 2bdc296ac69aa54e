import type { EmulatorContext } from './context.ts';
import { EmulatorError } from './errors.ts';
import { holdFolder } from './process/hold-folder.ts';

/** Runs a command while no other start or stop of the same emulator does. @throws EmulatorError `FolderHeld` */
export const holdingState = async <Value>(
  { emulator, options }: EmulatorContext,
  command: () => Promise<Value>,
): Promise<Value> => {
  const hold = await holdFolder(options.stateDir, 'launcher');
  if (hold === undefined) {
    throw new EmulatorError(
      'FolderHeld',
      `Another start or stop of ${emulator.title} is at work in ${options.stateDir}: wait for it, or give this one its own with --state DIR.`,
    );
  }
  try {
    return await command();
  } finally {
    await hold.release();
  }
};
