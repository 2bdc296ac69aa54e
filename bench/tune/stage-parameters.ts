import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { WrongUsage } from '../run/run-options.ts';

/** Parameters of serverless.yml that a search reads. */
export interface StageMemory {
  readonly httpMegabytes: number;
  readonly persistMegabytes: number;
}

/** CloudFormation's own tags (`!Ref`) mean nothing here. */
const quietly = { logLevel: 'error' } as const;

type Parameters = Readonly<Record<string, unknown>>;

/** The parameters of a stage, with the defaults of all stages. @throws WrongUsage when serverless.yml has no such stage */
export const stageParameters = (serverlessFile: string, stage: string): Parameters => {
  const { params } = parse(readFileSync(serverlessFile, 'utf8'), quietly) as {
    params: Readonly<Record<string, Parameters>>;
  };
  const own = params[stage];
  if (own === undefined) {
    const stages = Object.keys(params).filter((name) => name !== 'default');
    throw new WrongUsage(`serverless.yml has no stage ${stage}; it has ${stages.join(', ')}`);
  }
  return { ...params.default, ...own };
};

export const memoryOf = (serverlessFile: string, stage: string): StageMemory => {
  const { httpMemoryMegabytes, persistMemoryMegabytes } = stageParameters(serverlessFile, stage);
  return { httpMegabytes: Number(httpMemoryMegabytes), persistMegabytes: Number(persistMemoryMegabytes) };
};
