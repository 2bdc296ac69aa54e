import { mediumNames } from './media/media.ts';
import { metricNames, tuneMetrics } from './metrics.ts';
import { targetNames } from './targets/all.ts';
import { presetNames } from './workload/workload.ts';

export const helpText = `npm run tune -- [options]                   searches, and goes on with a search that ended early
npm run tune -- confirm --name NAME [options] measures the recommendation and the defaults anew
npm run tune -- apply --name NAME             writes the recommendation into serverless.yml and .env, if it keeps the goal's bounds
npm run tune -- record --log FILE | --metrics URL [--key KEY] [--seconds N] [--output FILE]
                                              makes a workload of an access log, or of a host's metrics
npm run tune -- check-medium [--folder DIR]   compares the device that is there with a model that has its figures

Finds batch size, window, concurrency, pack size and compression for a workload and a goal. Each trial starts a target of its own, offers the
workload, and reads every accepted event back. Wants a quiet machine: a trial that was disturbed is made again, and marked.

Workload
  --workload W        ${presetNames.join(', ')}, or a file that "tune record" wrote (steady)
  --rate N            requests a second; in bursts, within one
  --batch N           events a request (1; batch: 1000)
  --connections N     of the client
  --sizes LIST        of events in bytes, e.g. p50=800,p95=1500,p100=4000 (the data set's own)

Target and goal
  --target T          ${targetNames.join(', ')} (npm-start)
  --key KEY           for a URL that asks for one; FI_API_KEY does the same
  --configure CMD     gives the deployment at a URL each configuration: finds it as FI_* and, for sls deploy, in TUNE_PARAMETERS.
                      Without it a URL is measured as it is. Its store keeps the events
  --goal G            bounds and what is to be as good as it gets, e.g. 'p95<250ms,cost' (p95<1s,cost); metrics:
${metricNames.map((name) => `                        ${name.padEnd(12)}${tuneMetrics[name].what}, ${tuneMetrics[name].unit}`).join('\n')}

What is tried: lists with commas, instead of the target's own
  --batch-sizes, --windows (ms), --concurrencies, --pack-bytes, --compressions
  --media LIST        device, or modelled ones: ${mediumNames.join(', ')}

How
  --configurations N  tried at first (18)
  --eta N             one of so many goes on to the next, longer round (3)
  --finalists N       in the last round (3), which has
  --repeats N         of each (5)
  --seconds N         of a trial in the last round (8), after
  --warm-up N         seconds (2)
  --retries N         of a trial that failed or was disturbed (1)
  --seed N            of which configurations are tried, and in which order (1)
  --stage S           of serverless.yml: its memory sizes are priced, its parameters written (local)
  --apply             writes the recommendation, as "tune apply" does
  --name NAME         of the search (<target>-<workload>); its journal and reports are in
  --results DIR       bench-results/tune/NAME
  --fresh             throws away what was measured under that name
  --folder DIR        where stores and queues are made, and removed again (the system's temporary folder)

Exit status: 0; 1 when an accepted event was lost or is there twice, nothing can be recommended, or a fresh run does not confirm it; 2 for
wrong usage; 3 when a fresh run is inconclusive.`;
