import type { CliOptions, Hooks, Serverless } from '../deploy/serverless.ts';
import type { RunningTriggers } from './start.ts';

/** serverless-offline's own plugin, as far as we stand in its way. */
interface Offline {
  end(skipExit?: boolean): Promise<void>;
}

const isOffline = (plugin: object): plugin is Offline =>
  plugin.constructor.name === 'ServerlessOffline' && 'end' in plugin && typeof plugin.end === 'function';

/**
 * Gives `sls offline` what serverless-offline lacks: the service's queues, durable, and its `sqs` events as Lambda
 * treats them. The work is loaded when it is needed, so that `sls package` starts without it.
 */
export default class QueueTriggers {
  readonly hooks: Hooks;
  readonly #serverless: Serverless;
  readonly #options: CliOptions;
  #running: RunningTriggers | undefined;

  constructor(serverless: Serverless, options: CliOptions) {
    this.#serverless = serverless;
    this.#options = options;
    this.hooks = {
      // `sls offline` runs to its end within this one event; only `end` itself can be waited for.
      'before:offline:start': async () => {
        await this.#start();
        this.#stopBeforeExit();
      },
      'before:offline:start:init': () => this.#start(),
      'before:offline:start:end': () => this.#stop(),
    };
  }

  async #start(): Promise<void> {
    const { startTriggers } = await import('./start.ts');
    this.#running = await startTriggers(this.#serverless, this.#options);
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  /** serverless-offline ends the process when its servers are down: batches would be cut off. */
  #stopBeforeExit(): void {
    const offline = this.#serverless.pluginManager.plugins.find(isOffline);
    if (offline === undefined) throw new Error('serverless-offline is not among the plugins of serverless.yml');
    const end = offline.end.bind(offline);
    offline.end = async (skipExit) => {
      await end(true);
      await this.#stop();
      if (!skipExit) process.exit(0);
    };
  }
}
