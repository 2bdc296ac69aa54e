import { hash, timingSafeEqual } from 'node:crypto';
import { Unauthenticated } from '../../domain/errors.ts';
import { openReloadingFile } from '../../reloading-file.ts';
import type { Logger } from '../../telemetry/log.ts';
import { parseKeysFile, type StoredKey } from './keys-file.ts';
import { anonymous, keyPrincipal, type Principal } from './principal.ts';

/** The keys that are in force. */
export interface KeyRing {
  /** True as soon as the file has a key, revoked ones included: revoking the last key must not open the service. */
  readonly required: () => boolean;
  /**
   * Who sends this `Authorization` header. While no key is required, only who is trusted without one is let in, as `anonymous`:
   * a keys file that went missing must not open a service that others can reach.
   * @throws Unauthenticated
   */
  readonly authenticate: (authorization: string | undefined, trustedWithoutKey?: boolean) => Principal;
}

interface Entry {
  readonly sha256: Uint8Array;
  readonly principal: Principal;
}

interface Ring {
  readonly required: boolean;
  readonly entries: ReadonlyMap<string, Entry>;
}

const ringOf = (keys: readonly StoredKey[]): Ring => ({
  required: keys.length > 0,
  entries: new Map(
    keys
      .filter((key) => key.revoked_at === undefined)
      .map((key) => [
        key.id,
        { sha256: Buffer.from(key.sha256, 'hex'), principal: keyPrincipal(key.id, key.consultations, key.actions) },
      ]),
  ),
});

/** `Bearer fi_<id>_<secret>`: the id finds the key, the secret proves it. */
const credentials = /^Bearer +fi_([0-9a-f]{16})_([\w-]{43})$/i;

/** Compared with when there is no such key, so that it takes the same time. */
const nobody = new Uint8Array(32);

const authenticateWith = ({ entries }: Ring, authorization: string | undefined): Principal => {
  if (authorization === undefined) {
    throw new Unauthenticated('Authorization: is missing; send "Authorization: Bearer <API key>".');
  }
  const [, id = '', secret = ''] = credentials.exec(authorization) ?? [];
  const entry = entries.get(id.toLowerCase());
  const proved = timingSafeEqual(hash('sha256', secret, 'buffer'), entry?.sha256 ?? nobody);
  if (entry === undefined || !proved) throw new Unauthenticated('Authorization: is not a valid API key.');
  return entry.principal;
};

export interface KeyRingOptions {
  readonly path: string;
  readonly monotonicMs: () => number;
  readonly logger: Logger;
}

/**
 * Opens the keys file; a key made or revoked later is in force within a second.
 * @throws InvalidSetting when the file is there and wrong.
 */
export const openKeyRing = ({ path, monotonicMs, logger }: KeyRingOptions): KeyRing => {
  const file = openReloadingFile<Ring>({
    path,
    parse: (text) => ringOf(parseKeysFile(text, path)),
    missing: ringOf([]),
    monotonicMs,
    logger,
  });
  return {
    required: () => file.current().required,
    authenticate: (authorization, trustedWithoutKey = false) => {
      const ring = file.current();
      if (ring.required) return authenticateWith(ring, authorization);
      if (trustedWithoutKey) return anonymous;
      throw new Unauthenticated(
        'Authorization: there is no API key yet, so only the machine itself is served; make one: npx fi key create --help.',
      );
    },
  };
};
