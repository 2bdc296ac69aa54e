import { requireNode } from './node-version.mjs';

requireNode('npm start');
// Imported late, and without a top-level await: an older Node cannot even parse either.
import('./main.ts').then(({ main }) => main());
