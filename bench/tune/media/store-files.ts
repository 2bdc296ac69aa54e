/** Stands in the place of shared/store/files.ts in a process that models a medium: see `preload.ts`. */
import { nodeStoreFiles as realFiles } from '../../../shared/store/files.ts';
import { modelFiles } from './model-files.ts';
import { modelledMedium } from './modelled-medium.ts';
import { systemMediumPorts } from './system-ports.ts';

export * from '../../../shared/store/files.ts';

/** Instead of the one above: an export of a module's own goes before those that it passes on. */
export const nodeStoreFiles = modelFiles(realFiles, modelledMedium(), systemMediumPorts());
