import { lookup } from 'node:dns/promises';
import { InvalidSetting } from '../../shared/domain/errors.ts';
import { isLoopback } from '../../shared/http/auth/loopback.ts';

/** Whether a socket bound to `host`, a name or an address, is reached from this machine only. */
const bindsLoopbackOnly = async (host: string): Promise<boolean> => {
  if (isLoopback(host)) return true;
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.length > 0 && found.every(({ address }) => isLoopback(address));
};

/** @throws InvalidSetting when others could reach the host although nobody needs a key. */
export const requireLoopbackWithoutKeys = async (host: string, keysRequired: boolean): Promise<void> => {
  if (keysRequired || (await bindsLoopbackOnly(host))) return;
  throw new InvalidSetting([
    `FI_HTTP_HOST=${host}: without API keys only a loopback address such as 127.0.0.1 is served; make a key first: npx fi key create --help`,
  ]);
};
