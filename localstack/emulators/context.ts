import type { Clock } from '../../shared/ports/clock.ts';
import type { Emulator } from './emulator.ts';
import type { Options } from './options.ts';
import type { Steps } from './steps.ts';

/** What the commands work with. */
export interface EmulatorContext {
  readonly emulator: Emulator;
  readonly options: Options;
  readonly repository: string;
  readonly clock: Clock;
  readonly steps: Steps;
  /** Fires at Ctrl-C, with the error that ends the command. */
  readonly signal: AbortSignal;
}
