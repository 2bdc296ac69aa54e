import type { KeyStoreFiles, Scrubbing } from '../../../shared/key-store/files.ts';
import { Crashed, type Faults, SimulatedMount } from '../rig/mount.ts';
import type { SimulatedShare } from '../rig/share.ts';

/** The share as one process sees it that has a key store on it too. */
export class KeyMount extends SimulatedMount implements KeyStoreFiles {
  readonly #keys: SimulatedShare;

  constructor(share: SimulatedShare, faults: Faults) {
    super(share, faults);
    this.#keys = share;
  }

  async openScrubbing(file: string): Promise<Scrubbing> {
    await this.read(file);
    const bytes = this.#keys.bytesOf(file);
    return {
      scrub: async () => {
        if (this.crashed) throw new Crashed(file);
        bytes.fill(0);
      },
      close: async () => {},
    };
  }
}
