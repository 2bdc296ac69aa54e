import { WrongUsage } from './run-options.ts';

/**
 * Runs a program of the bench to its exit status: that which `act` resolves to, 2 for wrong usage. Hosts, servers and generators end with
 * this process, but only when it ends by itself and not by a signal's default.
 */
export const runAsProgram = async (act: () => Promise<number>): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  try {
    process.exitCode = await act();
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error;
    console.error(`${error.message}; --help tells more`);
    process.exitCode = 2;
  }
};
