import { requireNode } from './node-version.mjs';

requireNode('npm start');
// Each thread that reads or looks at the store holds up to 8 threads of the pool while the share hangs (shared/store/files.ts): the
// pool's usual 4 would leave none to the embedded queue. Set before the pool's first use, which reads it.
process.env.UV_THREADPOOL_SIZE ??= '24';
// Imported late, and without a top-level await: an older Node cannot even parse either.
import('./main.ts').then(({ main }) => main());
