import { type Config, settings } from '../../shared/config.ts';
import { InvalidSetting } from '../../shared/domain/errors.ts';

const portSetting = (port: number, config: Config): string =>
  port === config.queuePort ? settings.queuePort.name : settings.httpPort.name;

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken: stop what uses it',
  EACCES: 'may not be used: ports below 1024 need rights of their own',
  EADDRNOTAVAIL: 'is not an address of this machine: correct FI_HTTP_HOST',
};

/** An error of `listen` has these; of other calls they are absent. */
const isListenError = (error: unknown): error is Error & { code: string; address: string; port: number } =>
  error instanceof Error &&
  'syscall' in error &&
  error.syscall === 'listen' &&
  'code' in error &&
  typeof error.code === 'string' &&
  'address' in error &&
  'port' in error &&
  typeof error.port === 'number';

/** Tagged errors say what to do themselves; of any other the stack is needed. */
const isTagged = (error: unknown): error is Error => error instanceof Error && 'tag' in error;

/** Why the host does not start, one line a problem, each with what to do. */
export const startFailure = (error: unknown, config: Config | undefined): readonly string[] => {
  if (error instanceof InvalidSetting) return error.problems;
  if (config !== undefined && isListenError(error)) {
    const what = listenFailures[error.code] ?? `cannot be listened on (${error.code})`;
    return [`${error.address}:${error.port} ${what}, or set ${portSetting(error.port, config)} to another port.`];
  }
  if (isTagged(error)) return [error.message];
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
};
