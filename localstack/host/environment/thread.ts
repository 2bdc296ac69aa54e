/** The entry of an execution environment's thread: loads one function and answers its invocations. */
import { parentPort, workerData } from 'node:worker_threads';
import { registry } from '../../../shared/telemetry/metrics.ts';
import { snapshotOf } from '../metrics-snapshot.ts';
import { isEnvironmentSettings } from './protocol.ts';
import { type FunctionHandler, serve } from './serve.ts';

if (parentPort === null || !isEnvironmentSettings(workerData)) {
  throw new Error('thread.ts is started by environment.ts, not by hand');
}

const isFunctionModule = (module: unknown): module is { handler: FunctionHandler } =>
  typeof module === 'object' && module !== null && 'handler' in module && typeof module.handler === 'function';

// Requests that arrive while the function loads wait in the port: nobody listens until `serve` does.
const module: unknown = await import(workerData.moduleUrl);
if (!isFunctionModule(module)) throw new Error(`${workerData.moduleUrl} exports no handler`);
serve(parentPort, workerData.functionName, module.handler, () => snapshotOf(registry));
