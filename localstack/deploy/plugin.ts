import { missingForDeployment } from './deployment-guard.ts';
import { useHostFileSystem } from './host-file-system.ts';
import { authorizeRoutes } from './jwt-authorizer.ts';
import { toRestApi } from './rest-api.ts';
import type { CliOptions, Hooks, Serverless } from './serverless.ts';
import { type DeploySettings, deploySettings } from './settings.ts';

/** Gives the stack of serverless.yml the shape that its parameters ask for, and refuses to deploy one that is unsafe. */
export default class Deployment {
  readonly hooks: Hooks;
  readonly #serverless: Serverless;

  constructor(serverless: Serverless, _options: CliOptions) {
    this.#serverless = serverless;
    const guard = (): void => this.#guard(this.#settings());
    this.hooks = {
      // Before any command, so that `sls offline` and `sls package` see the same routes.
      initialize: () => this.#shape(this.#settings()),
      'before:package:initialize': guard,
      'before:deploy:function:initialize': guard,
    };
  }

  #settings(): DeploySettings {
    try {
      return deploySettings(this.#serverless.service);
    } catch (error) {
      const { Error: ServerlessError } = this.#serverless.classes;
      throw new ServerlessError(error instanceof Error ? error.message : String(error), 'DEPLOYMENT_PARAMETER_WRONG');
    }
  }

  #shape({ api, fileSystem }: DeploySettings): void {
    const { service } = this.#serverless;
    if (api === 'rest') toRestApi(service);
    if (fileSystem === 'host') useHostFileSystem(service);
  }

  #guard(settings: DeploySettings): void {
    const { service, classes } = this.#serverless;
    const missing = missingForDeployment(service.provider.stage, settings);
    if (missing !== undefined) throw new classes.Error(missing, 'DEPLOYMENT_NOT_GUARDED');
    if (settings.jwtIssuer !== '') authorizeRoutes(service, settings);
  }
}
