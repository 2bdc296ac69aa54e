import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { generateSigningKey } from '../../shared/store/log/note/signer.ts';
import { type Noise, watchNoise } from '../measure/noise.ts';
import { hottestOf } from './hottest.ts';
import { profileHost } from './profile-host.ts';
import { profileProgram, runFill } from './profile-program.ts';
import type { Profiled } from './profiled.ts';
import type { ProgramName, ProgramOptions } from './programs.ts';
import type { ProfileRepeat, ProfileScale, Subject, SubjectResult } from './result.ts';
import type { StageTimes } from './share-out.ts';
import { stageNames } from './stages.ts';
import { allSubjects, batches, type LoadSubjects, programSubjects, singleEvents } from './subjects.ts';

export interface RunProfileOptions {
  readonly scale: ProfileScale;
  readonly repeats: number;
  /** Where stores and profiles are; removed again as soon as they were measured. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

const perEvent = ({ stages, events }: Profiled): StageTimes =>
  Object.fromEntries(stageNames.map((name) => [name, stages[name] / events])) as StageTimes;

/** Takes down what was profiled. */
type Record = (subject: Subject, profiled: Profiled, noise: Noise, startedAt: string) => void;

class ProfileRun {
  readonly #options: RunProfileOptions;
  readonly #record: Record;

  constructor(options: RunProfileOptions, record: Record) {
    this.#options = options;
    this.#record = record;
  }

  async once(): Promise<void> {
    const { singleRate, batchRate } = this.#options.scale;
    await this.#host(singleEvents, singleRate);
    await this.#host(batches, batchRate);
    await this.#programs();
  }

  async #host({ front, consumer, ...load }: LoadSubjects, requestsPerSecond: number): Promise<void> {
    const { scale, say } = this.#options;
    say(`  ${front.name} and ${consumer.name}`);
    await this.#inFolder(async (folder) => {
      const startedAt = new Date().toISOString();
      const watch = watchNoise();
      const times = await profileHost(folder, { ...load, requestsPerSecond }, scale);
      const noise = watch.end();
      this.#record(front, times.front, noise, startedAt);
      this.#record(consumer, times.consumer, noise, startedAt);
    });
  }

  async #programs(): Promise<void> {
    const { persistEvents, storeEvents, pages } = this.#options.scale;
    await this.#inFolder(async (folder) => {
      const profiles = path.join(folder, 'profiles');
      const own = { key: generateSigningKey('bench.local/log'), targets: [], pages };
      const toPersist = { ...own, folder: path.join(folder, 'persisted'), events: persistEvents };
      await this.#program('persist', toPersist, profiles);
      const empty = { ...own, folder: path.join(folder, 'store'), events: storeEvents };
      const filled = { ...empty, targets: await runFill(empty) };
      for (const name of ['seal', 'merge', 'page', 'verify'] as const) await this.#program(name, filled, profiles);
    });
  }

  async #program(name: ProgramName, options: ProgramOptions, profiles: string): Promise<void> {
    this.#options.say(`  ${name}`);
    const startedAt = new Date().toISOString();
    const watch = watchNoise();
    const profiled = await profileProgram(name, options, profiles);
    this.#record(programSubjects[name], profiled, watch.end(), startedAt);
  }

  async #inFolder(work: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(path.join(this.#options.folder, 'profile-'));
    try {
      await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Profiles everything as often as it is wanted. @throws Error when an event was lost, or something could not be measured */
export const runProfile = async (options: RunProfileOptions): Promise<readonly SubjectResult[]> => {
  const repeats = new Map<string, ProfileRepeat[]>(allSubjects.map(({ name }) => [name, []]));
  for (let repeat = 1; repeat <= options.repeats; repeat++) {
    options.say(`repeat ${repeat} of ${options.repeats}`);
    const run = new ProfileRun(options, ({ name }, profiled, noise, startedAt) => {
      const { events } = profiled;
      const hottest = hottestOf(profiled);
      repeats.get(name)?.push({ repeat, startedAt, noise, events, stages: perEvent(profiled), hottest });
    });
    await run.once();
  }
  return allSubjects.map((subject) => ({ ...subject, repeats: repeats.get(subject.name) ?? [] }));
};
