import { existsSync } from 'node:fs';
import { requireNode } from './node-version.mjs';

requireNode('npm start');
// `--settings-if-there FILE`: settings of this folder, e.g. those that "npm run tune -- apply" wrote. What the environment has itself goes first.
const [, , option, settingsFile = ''] = process.argv;
if (option === '--settings-if-there' && existsSync(settingsFile)) process.loadEnvFile(settingsFile);
// A share that hangs keeps up to 8 threads of the pool for each thread of ours that looks at the store (shared/store/files.ts): the
// main one, the one that reads, and two that got stuck before it (environment.ts). What the embedded queue syncs with must
// be free all the same; the pool's usual 4 would not do. Set before the pool's first use, which reads it.
process.env.UV_THREADPOOL_SIZE ??= '40';
// Imported late, and without a top-level await: an older Node cannot even parse either.
import('./main.ts').then(({ main }) => main());
