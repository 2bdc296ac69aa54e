import { hostname, userInfo } from 'node:os';
import { consultationIdPattern } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { limits } from '../../../shared/domain/limits.ts';
import type { ConsultationKey } from '../../../shared/key-store/key-store.ts';
import { openKeyStore } from '../../../shared/key-store/open.ts';
import { openQuarantine } from '../../../shared/store/quarantine/open.ts';
import { createEventReader } from '../../../shared/store/read.ts';
import { createLogger } from '../../../shared/telemetry/log.ts';
import { type Command, type CommandContext, type OptionValues, textOption, WrongUsage } from '../command.ts';
import { type EraseReport, eraseJson, eraseText, staysReadable } from '../erase/report.ts';
import { type EraseScope, eraseScope } from '../erase/scope.ts';

const consultationForm = new RegExp(consultationIdPattern, 'u');
const isConsultationId = (text: string): text is ConsultationId => consultationForm.test(text);

interface Intent {
  readonly isDryRun: boolean;
  readonly reason: string;
  readonly erasedBy: string;
}

/** Who is logged in; a container may know its user by number alone. */
const whoIsThis = (): string => {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `${process.getuid?.() ?? 'somebody'}@${hostname()}`;
  }
};

/** @throws WrongUsage unless the user said what they want, and that they want it for good. */
const intentOf = (options: OptionValues): Intent => {
  const isDryRun = options['dry-run'] === true;
  const [reason = '', erasedBy = whoIsThis()] = [textOption(options, 'reason'), textOption(options, 'by')];
  if (isDryRun) return { isDryRun, reason, erasedBy };
  if (reason === '') throw new WrongUsage('"fi erase" needs --reason, which is kept');
  if (reason.length > limits.noteLength) throw new WrongUsage(`--reason has more than ${limits.noteLength} characters`);
  if (options.yes !== true) {
    throw new WrongUsage('erasing can not be undone: look at what it does with --dry-run, then say --yes');
  }
  return { isDryRun, reason, erasedBy };
};

const isUnknown = (key: ConsultationKey, scope: EraseScope): boolean =>
  key.kind === 'absent' &&
  scope.sealedEvents + scope.unsealedEvents + scope.clearEvents + scope.clearLetters.length === 0;

const erase = async (
  consultationId: ConsultationId,
  { isDryRun, reason, erasedBy }: Intent,
  { config, terminal }: CommandContext,
): Promise<EraseReport> => {
  const logger = createLogger(config.logLevel, terminal.err);
  const keys = await openKeyStore({ folder: config.keyStoreDir, masterKeyFile: config.masterKeyFile });
  if (keys === undefined) {
    throw new Error(
      `there is no key store at ${config.keyStoreDir} (FI_KEY_STORE_DIR): only what is stored with FI_ENCRYPTION=consultation can be erased`,
    );
  }
  const key = await keys.find(consultationId);
  const look = (): Promise<EraseScope> =>
    eraseScope(createEventReader({ folder: config.storeDir, logger }), openQuarantine(config.storeDir), consultationId);
  const alreadyErased = key.kind === 'erased';
  const before = await look();
  if (isUnknown(key, before))
    throw new Error(`neither the store nor the key store knows a consultation ${consultationId}`);
  if (isDryRun) {
    const erasure = alreadyErased ? key.erasure : undefined;
    return { consultationId, scope: before, erasure, alreadyErased };
  }
  // Again where it was erased before: what a crash left to do is done now.
  const erasure = await keys.erase(consultationId, { erasedBy, reason });
  logger.info('consultation erased', {
    consultation_id: consultationId,
    principal: erasure.erasedBy,
    reason: erasure.reason,
  });
  // What was stored until then is erased too.
  return { consultationId, scope: await look(), erasure, alreadyErased };
};

export const eraseConsultation: Command = {
  name: 'erase',
  summary: 'Makes what is stored encrypted of one consultation unreadable for good, and lets nothing new of it in.',
  positionals: ['CONSULTATION'],
  options: {
    reason: { type: 'string', placeholder: 'TEXT', help: 'Why; kept in the key store. Needed.' },
    by: { type: 'string', placeholder: 'NAME', help: 'Who; by default the user of this machine.' },
    yes: { type: 'boolean', help: 'That it is meant: there is no way back.' },
    'dry-run': { type: 'boolean', help: 'Only tells what would become unreadable, and what would not.' },
    json: { type: 'boolean', help: 'One JSON object instead of text.' },
  },
  run: async (context) => {
    const { options, positionals, terminal } = context;
    const [consultationId = ''] = positionals;
    if (!isConsultationId(consultationId)) {
      throw new WrongUsage(`${JSON.stringify(consultationId)} is not the id of a consultation`);
    }
    const report = await erase(consultationId, intentOf(options), context);
    await terminal.out(options.json === true ? eraseJson(report) : eraseText(report));
    return staysReadable(report.scope) ? 1 : 0;
  },
};
