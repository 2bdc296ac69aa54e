import type { NarrowColumns } from '../part/layout.ts';

/** Where a consultation's events may lie. */
export interface Whereabouts {
  /** Parts to look into, the one that wins a conflict first. Paths are relative to the store's folder. */
  readonly parts: readonly string[];
  /** Parts so damaged that nobody can tell whose events they hold. */
  readonly unreadable: readonly string[];
}

/** Parts as the reader sees them: those of level 0 today, sealed ones later. */
export interface PartSource {
  /**
   * @throws PartDamaged when a part that is known to hold events of this consultation can't be read.
   * @throws Error the system's, e.g. `ENOENT` when a part vanished in between: ask again.
   */
  locate(consultationId: string): Promise<Whereabouts>;
  /** Everything of a part but its payloads. @throws PartDamaged, or the system's error */
  columnsOf(part: string): Promise<NarrowColumns>;
}
