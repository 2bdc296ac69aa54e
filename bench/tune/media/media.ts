/** How a storage device, and the network before it, take calls. */
export interface Medium {
  /** From the call to when a small write is safe, in milliseconds. */
  readonly syncMs: number;
  /** The same for a folder's names. Default: as long as a small write. */
  readonly folderSyncMs?: number;
  /** Writes and syncs that it takes a second, one after another. */
  readonly operationsPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Between us and the device; undefined where it is in the same machine. */
  readonly network?: Network;
}

export interface Network {
  readonly roundTripMs: number;
  readonly megabytesPerSecond: number;
}

/**
 * The table of the report (section 2, phase 3): "HDF5 append (1 KB)", "sequential write" and "random IOPS". Its figures are taken as they
 * stand; the devices are not here.
 */
const devices = {
  hdd: { syncMs: 10, operationsPerSecond: 100, megabytesPerSecond: 150 },
  ssd: { syncMs: 2, operationsPerSecond: 50_000, megabytesPerSecond: 500 },
  nvme: { syncMs: 0.5, operationsPerSecond: 500_000, megabytesPerSecond: 3_000 },
} as const satisfies Record<string, Medium>;

/** 10 GbE by the report (1,250 MB/s), 1 GbE a tenth of it. Round trips are an assumption: the report has none. */
const networks = {
  '1gbe': { roundTripMs: 0.2, megabytesPerSecond: 125 },
  '10gbe': { roundTripMs: 0.05, megabytesPerSecond: 1_250 },
} as const satisfies Record<string, Network>;

/** Every device by itself, and behind each network: `hdd`, `hdd-1gbe`, ... */
const media = new Map<string, Medium>(
  Object.entries(devices).flatMap(([device, medium]) => [
    [device, medium] as const,
    ...Object.entries(networks).map(([name, network]) => [`${device}-${name}`, { ...medium, network }] as const),
  ]),
);

export const mediumNames: readonly string[] = [...media.keys()];

export const isMedium = (name: string): boolean => media.has(name);

/** @throws Error when there is no such medium */
export const mediumOf = (name: string): Medium => {
  const medium = media.get(name);
  if (medium === undefined) throw new Error(`there is no medium ${name}; there are ${mediumNames.join(', ')}`);
  return medium;
};
