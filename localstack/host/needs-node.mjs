import { requireNode } from './node-version.mjs';

requireNode('npm test');
