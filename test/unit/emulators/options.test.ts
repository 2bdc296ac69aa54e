import { describe, expect, it } from 'vitest';
import { localstack } from '../../../localstack/emulators/localstack.ts';
import { ministack } from '../../../localstack/emulators/ministack.ts';
import { helpText, parseOptions } from '../../../localstack/emulators/options.ts';

const repository = '/src/fi-events';
const parse = (words: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) =>
  parseOptions(words, { emulator: localstack, environment, repository, workingFolder: '/home/me' });

describe('options', () => {
  it('have defaults of the repository, wherever the user is', () => {
    expect(parse()).toMatchObject({
      port: undefined,
      stateDir: '/src/fi-events/.localstack/localstack',
      storeDir: '/src/fi-events/data/localstack/store',
      keysFile: '/src/fi-events/data/keys.json',
      signingKeyFile: '/src/fi-events/data/localstack/signing-key',
      keyStoreDir: '/src/fi-events/data/localstack/key-store',
      masterKeyFile: '/src/fi-events/data/localstack/master-key',
      storeNamed: false,
      parameters: {},
      deploy: true,
      discard: false,
      sameEmulator: [],
    });
  });

  it('take the settings that the product knows, and an option before them', () => {
    const environment = { FI_STORE_DIR: 'nas', FI_KEYS_FILE: '/etc/keys.json', FI_SIGNING_KEY_FILE: 'log-key' };
    expect(parse([], environment)).toMatchObject({
      storeDir: '/home/me/nas',
      keysFile: '/etc/keys.json',
      signingKeyFile: '/home/me/log-key',
      storeNamed: true,
    });
    expect(parse(['--store', '/mnt/nas'], environment).storeDir).toBe('/mnt/nas');
    expect(parse([], { FI_STORE_DIR: '' }).storeNamed).toBe(false);
  });

  it('pass parameters on as they are', () => {
    const { parameters } = parse(['--param', 'batchSize=10', '--param=policyFile=/a=b', '--param', 'empty=']);
    expect(parameters).toEqual({ batchSize: '10', policyFile: '/a=b', empty: '' });
  });

  it('name another state folder, which other commands then need too', () => {
    expect(parse(['--state', 'mine'])).toMatchObject({ stateDir: '/home/me/mine', sameEmulator: ['--state', 'mine'] });
  });

  it('name an endpoint elsewhere', () => {
    expect(parse(['--endpoint', 'http://127.0.0.1:4566/']).endpoint).toBe('http://127.0.0.1:4566');
  });

  it.each([
    [['--port', '0'], '--port must be a whole number from 1 to 65535'],
    [['--port', '4566x'], '--port must be a whole number'],
    [['--param', 'batchSize'], '--param must be NAME=VALUE'],
    [['--endpoint', 'localhost'], '--endpoint must be a URL'],
    [['--drain-seconds', '-1'], '--drain-seconds'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['stray'], "Unexpected argument 'stray'"],
  ])('that are wrong are refused by name: %j', (words, message) => {
    expect(() => parse(words)).toThrow(expect.objectContaining({ tag: 'WrongOption' }));
    expect(() => parse(words)).toThrow(message);
  });

  it('are all in the help', () => {
    const text = helpText(ministack);
    for (const option of ['port', 'store', 'param', 'state', 'endpoint', 'no-deploy', 'drain-seconds', 'discard']) {
      expect(text).toContain(`--${option}`);
    }
    expect(text).toContain('npm run ministack:down');
  });
});
