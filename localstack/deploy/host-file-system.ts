import { functionsOf, isRecord, type Resources, type Service } from './serverless.ts';

const isOfFileSystem = (statement: unknown): boolean => {
  const actions = isRecord(statement) ? [statement.Action].flat() : [];
  return actions.length > 0 && actions.every((action) => String(action).startsWith('elasticfilesystem:'));
};

const withoutFileSystem = (policy: unknown): unknown => {
  if (!isRecord(policy) || !isRecord(policy.PolicyDocument)) return policy;
  const statements = [policy.PolicyDocument.Statement].flat().filter((statement) => !isOfFileSystem(statement));
  return { ...policy, PolicyDocument: { ...policy.PolicyDocument, Statement: statements } };
};

/** Logs, without the network interface that a function in a VPC needs. */
const withoutNetwork = (managed: unknown): unknown =>
  JSON.parse(JSON.stringify(managed).replaceAll('AWSLambdaVPCAccessExecutionRole', 'AWSLambdaBasicExecutionRole'));

const hostRole = (resource: unknown): unknown => {
  if (!isRecord(resource) || resource.Type !== 'AWS::IAM::Role' || !isRecord(resource.Properties)) return resource;
  const { Policies, ManagedPolicyArns, ...properties } = resource.Properties;
  return {
    ...resource,
    Properties: {
      ...properties,
      ...(Array.isArray(Policies) ? { Policies: Policies.map(withoutFileSystem) } : {}),
      ...(ManagedPolicyArns === undefined ? {} : { ManagedPolicyArns: withoutNetwork(ManagedPolicyArns) }),
    },
  };
};

const hostResources = (resources: Resources): Resources =>
  Object.fromEntries(Object.entries(resources).map(([logicalId, resource]) => [logicalId, hostRole(resource)]));

/** Leaves out the VPC and EFS, and what the roles may do with them: the functions' host has the store's folder. */
export const useHostFileSystem = (service: Service): void => {
  delete service.provider.vpc;
  for (const definition of functionsOf(service)) delete definition.fileSystemConfig;
  service.resources = { ...service.resources, Resources: hostResources(service.resources?.Resources ?? {}) };
};
