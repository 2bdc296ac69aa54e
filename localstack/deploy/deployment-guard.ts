import type { DeploySettings } from './settings.ts';

/** The access point that serverless.yml names where none is given. */
const placeholderAccessPoint = 'fsap-00000000000000000';

/**
 * Says what is wrong with the parameters of a stage, or undefined when nothing is.
 * A clinical record behind an open endpoint is the one mistake that no later fix undoes.
 */
export const missingForDeployment = (stage: string, settings: DeploySettings): string | undefined => {
  const { api, fileSystem, keysFile, jwtIssuer, jwtAudience, accessPointArn } = settings;
  if (jwtIssuer !== '' && api === 'rest') {
    return 'Only an HTTP API has a JWT authoriser: leave out --param jwtIssuer and use API keys, or use --param api=http.';
  }
  if (jwtIssuer !== '' && jwtAudience === '') return 'jwtIssuer needs a jwtAudience beside it.';
  if (stage === 'local') return undefined;
  if (keysFile === '' && jwtIssuer === '') {
    return (
      `Stage "${stage}" would serve every consultation to anyone. Give it API keys (--param keysFile=/mnt/fi-events/keys.json, ` +
      'made with `fi key create`) or a JWT authoriser (--param jwtIssuer=https://... --param jwtAudience=...).'
    );
  }
  if (fileSystem === 'efs' && (accessPointArn === '' || accessPointArn.endsWith(placeholderAccessPoint))) {
    return `Stage "${stage}" has no store. Give it an EFS access point and its VPC (--param accessPointArn=... --param subnetIds=... --param securityGroupIds=...).`;
  }
  return undefined;
};
