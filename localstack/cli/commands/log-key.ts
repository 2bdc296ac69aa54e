import { InvalidSetting } from '../../../shared/domain/errors.ts';
import { formatVerifierKey } from '../../../shared/store/log/note/verifier-key.ts';
import {
  isReadableByOthers,
  openOrMakeSigningKey,
  openSigningKey,
} from '../../../shared/store/log/signing-key-file.ts';
import type { Command } from '../command.ts';

export const logKey: Command = {
  name: 'log key',
  summary: "Shows the log's verifier key, with which anybody can check its checkpoints and proofs.",
  positionals: [],
  options: { create: { type: 'boolean', help: 'Make the signing key if there is none yet.' } },
  run: async ({ options, config, terminal }) => {
    const wanted = { file: config.signingKeyFile, origin: config.logOrigin };
    const signer = await (options.create === true ? openOrMakeSigningKey(wanted) : openSigningKey(wanted));
    if (signer === undefined) {
      throw new InvalidSetting([
        `${wanted.file} is not there: "fi log key --create" makes it; copy it from another host where the store has events already`,
      ]);
    }
    await terminal.out(`${formatVerifierKey(signer.verifierKey)}\n`);
    if (await isReadableByOthers(wanted.file)) {
      terminal.err(`fi: others may read ${wanted.file}: take it from them with "chmod 600 ${wanted.file}"\n`);
    }
    return 0;
  },
};
