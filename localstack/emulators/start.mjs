import { requireNode } from '../host/node-version.mjs';

requireNode(`npm run ${process.argv[2] ?? 'localstack'}`);
// Imported late, and without a top-level await: an older Node cannot even parse either.
import('./main.ts').then(({ main }) => main(process.argv.slice(2)));
