import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const manifest = read('package.json');
const lock = read('package-lock.json');

/** What runs in production, each with the reason that it is there. A new one is argued for here first. */
const runtime: Readonly<Record<string, string>> = {
  '@aws-sdk/client-sqs': 'the queue, wherever it is not the embedded one',
  '@middy/core': 'the one chain around every HTTP handler',
  '@noble/ciphers': 'AES-SIV (RFC 5297), which OpenSSL has and Node does not hand out; MIT, audited, no dependency',
  h5wasm: 'HDF5 without a native build',
  'prom-client': 'metrics in the format that everything scrapes',
  typebox: 'one schema gives type, validation and OpenAPI',
  'hyparquet-writer': 'Parquet of fi export, without a native build; MIT, no dependency but its reader',
  tinypool: 'the threads of fi verify; MIT, no dependency',
  'hash-wasm': "the report's optional fast hash",
};

describe('package.json', () => {
  it('has no runtime dependency beyond the argued ones', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(Object.keys(runtime).sort());
  });

  it('pins every dependency to one version, and the lockfile agrees', () => {
    const all: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };
    for (const [name, version] of Object.entries(all)) {
      expect(`${name}@${version}`).toMatch(/@(npm:[a-z]+@)?\d+\.\d+\.\d+$/);
      expect(lock.packages[`node_modules/${name}`].version).toBe(version.replace(/^npm:[a-z]+@/, ''));
    }
  });

  it('brings Node 24 and keeps Serverless 4, which needs a login, from arriving as a peer', () => {
    expect(manifest.devDependencies.node).toMatch(/^24\./);
    expect(lock.packages['node_modules/serverless'].name).toBe('osls');
  });
});
