import type { Random } from './random.ts';

interface Waiting {
  readonly resume: () => void;
}

const microtasksDone = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Far more than a history takes: one that goes in circles ends here. */
const mostSteps = 200_000;

/**
 * Decides who goes on. Every call to the outside world waits here; when all programs wait, the seed picks one. Time
 * passes only here.
 */
export class Scheduler {
  readonly random: Random;
  /** Unix milliseconds of the simulated world. */
  nowMs = 1_790_000_000_000;
  /** Calls that were let go on so far: where a run that failed can be looked at. */
  steps = 0;
  readonly #waiting: Waiting[] = [];
  readonly #timers: { readonly atMs: number; readonly resume: () => void }[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /** Waits for one's turn. */
  turn(): Promise<void> {
    return new Promise((resume) => this.#waiting.push({ resume }));
  }

  /** Waits until this much time has passed. */
  sleep(ms: number): Promise<void> {
    return new Promise((resume) => this.#timers.push({ atMs: this.nowMs + ms, resume }));
  }

  /** Runs until `work` is done. @throws what it throws, or an Error when everybody waits for nothing, or nobody comes to an end. */
  async run<Result>(work: Promise<Result>): Promise<Result> {
    let done = false;
    const finish = (): void => {
      done = true;
    };
    work.then(finish, finish);
    for (let idle = 0; ; ) {
      await microtasksDone();
      if (done) return work;
      if (this.steps > mostSteps) throw new Error(`no end after ${mostSteps} steps`);
      if (this.#step()) idle = 0;
      else if (++idle > 100_000) throw new Error('everybody waits for nothing');
    }
  }

  #step(): boolean {
    const next = this.#waiting[this.random.below(this.#waiting.length)];
    if (next) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.nowMs += this.random.below(4);
      this.#wake();
      this.steps++;
      next.resume();
      return true;
    }
    const soonest = Math.min(...this.#timers.map(({ atMs }) => atMs));
    if (!Number.isFinite(soonest)) return false;
    this.nowMs = Math.max(this.nowMs, soonest);
    this.#wake();
    return true;
  }

  #wake(): void {
    for (const timer of this.#timers.filter(({ atMs }) => atMs <= this.nowMs)) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.resume();
    }
  }
}
