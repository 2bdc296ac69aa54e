import type { AcceptedEvent, SegmentedEvent } from '../../../../shared/domain/event.ts';
import { createUuidV7Source } from '../../../../shared/domain/ids.ts';
import type { Policy } from '../../../../shared/domain/policy.ts';
import { systemClock } from '../../../../shared/ports/clock.ts';
import { nodeStoreFiles, type SealFiles } from '../../../../shared/store/files.ts';
import { Merger } from '../../../../shared/store/merge/merger.ts';
import { type RetainedDay, retain } from '../../../../shared/store/retain/retain.ts';
import { Retainer, type RetainerOptions } from '../../../../shared/store/retain/retainer.ts';
import { silentLogger } from '../../../../shared/telemetry/log.ts';
import { eventOf } from '../events.ts';
import { type SealRig, signer } from '../seal/rig.ts';

const newId = createUuidV7Source(() => Date.now());

/** Days that were over long before any of these tests runs. */
export const [firstDay, secondDay] = ['2020-03-01', '2020-03-02'];

/** The event of that number, which came in on a day. */
export const eventOn = (day: string, number: number, changes: Partial<SegmentedEvent> = {}): AcceptedEvent =>
  eventOf(number, { receivedAt: `${day}T10:11:12.345Z`, ...changes });

/** Keeps conversation for a year, and all other segments for ever. */
export const yearOfConversation: Pick<Policy, 'retentionDaysOf' | 'holds'> = {
  retentionDaysOf: (segment) => (segment === 'conversation' ? 365 : undefined),
  holds: { segments: new Set(), consultations: new Set() },
};

export const retainerOf = ({ folder }: SealRig, changes: Partial<RetainerOptions> = {}): Retainer =>
  new Retainer({
    folder,
    files: nodeStoreFiles,
    clock: systemClock,
    logger: silentLogger,
    newId,
    policy: () => yearOfConversation,
    openSigner: async () => signer,
    checkpointFolder: undefined,
    ...changes,
  });

/** Merges whatever is there, as on a host that was just started. */
export const mergerOf = ({ folder }: SealRig, files: SealFiles = nodeStoreFiles): Merger =>
  new Merger({
    folder,
    files,
    clock: systemClock,
    logger: silentLogger,
    newId,
    limits: { inputs: 100, events: 131_072, bytes: 64 * 1024 * 1024 },
    mostIds: 1_000_000,
    compressionOf: () => 'gzip-9',
    graceMs: 600_000,
    openSigner: async () => signer,
    checkpointFolder: undefined,
  });

/** Drops what is due. @returns each day with what became of it */
export const dropDue = async (
  retainer: Retainer,
  options: { readonly dryRun?: boolean; readonly segment?: string; readonly before?: string } = {},
): Promise<readonly string[]> => {
  const days: RetainedDay[] = [];
  const { dryRun = false, ...filter } = options;
  await retain(retainer, { dryRun, filter, onDay: (day) => void days.push(day) });
  return days.map(({ segment, day, outcome }) => `${outcome.kind} ${segment} ${day}`);
};
