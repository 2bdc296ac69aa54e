/** What a format's program prints. */
export interface Files {
  readonly events: number;
  readonly bytes: number;
  readonly writtenMs: number;
  /** Of the quickest scan. */
  readonly scannedMs: number;
}

/** The values of the comparison of formats. */
export const formatValues = ({ events, bytes, writtenMs, scannedMs }: Files) => ({
  bytesPerEvent: bytes / events,
  writePerSecond: (events * 1_000) / writtenMs,
  scanPerSecond: (events * 1_000) / scannedMs,
});
