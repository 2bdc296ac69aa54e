/**
 * Loaded before everything else in each thread of a host (`node --import`): whoever imports the store's files gets those of the modelled
 * medium. So a host is measured as it is, and the product needs no switch for it.
 */
import { registerHooks } from 'node:module';
import { shareMedium } from './system-ports.ts';

const real = new URL('../../../shared/store/files.ts', import.meta.url).href;
const modelled = new URL('./store-files.ts', import.meta.url).href;

// Now, so that the threads that are started later find it.
shareMedium();
registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const resolved = nextResolve(specifier, context);
    return resolved.url === real && context.parentURL !== modelled ? { ...resolved, url: modelled } : resolved;
  },
});
