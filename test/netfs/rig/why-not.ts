import { accessSync, constants } from 'node:fs';
import { startMachine } from './machine.ts';

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Why no share can be mounted here; undefined when one can. Programs that are missing are no reason: prepare.sh brings them. */
export const whyNoShares = async (): Promise<string | undefined> => {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch (error) {
    return `mounting a share needs FUSE: ${reasonOf(error)}`;
  }
  try {
    await (await startMachine('trial')).powerOff();
    return undefined;
  } catch (error) {
    return `machines of their own need the right to make namespaces: ${reasonOf(error)}`;
  }
};
