import type { Properties, Resource, Template } from './package-stack.ts';

/** Resources of a type, by logical id. */
export const resourcesOf = (template: Template, type: string): readonly (readonly [string, Properties])[] =>
  Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([logicalId, resource]) => [logicalId, resource.Properties]);

const resource = (template: Template, logicalId: string): Resource => {
  const found = template.Resources[logicalId];
  if (found === undefined) throw new Error(`the template has no resource ${logicalId}`);
  return found;
};

/** The function of serverless.yml that a value names somewhere inside: `ingest` of `IngestLambdaFunction`. */
const functionIn = (value: unknown): string => {
  const [, name = 'none'] = /"(\w+)LambdaFunction"/.exec(JSON.stringify(value)) ?? [];
  return name.toLowerCase();
};

/** The logical id that a value refers to somewhere inside. */
const referred = (value: unknown): string => {
  const [, logicalId = 'none'] = /"Ref":"(\w+)"\}\]\]\}$/.exec(JSON.stringify(value)) ?? [];
  return logicalId;
};

/** `ingest POST /events`, for each route of the HTTP API. */
export const httpApiRoutes = (template: Template): readonly string[] =>
  resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { RouteKey, Target }]) => {
    const { IntegrationUri } = resource(template, referred(Target)).Properties;
    return `${functionIn(IntegrationUri)} ${RouteKey}`;
  });

/** The path of a REST API's resource, from its ancestors. */
const pathOf = (template: Template, reference: unknown): string => {
  const text = JSON.stringify(reference);
  if (text.includes('RootResourceId')) return '';
  const [, logicalId = ''] = /"Ref":"(\w+)"/.exec(text) ?? [];
  const { ParentId, PathPart } = resource(template, logicalId).Properties;
  return `${pathOf(template, ParentId)}/${PathPart}`;
};

/** `ingest POST /events`, for each method of the REST API. */
export const restApiRoutes = (template: Template): readonly string[] =>
  resourcesOf(template, 'AWS::ApiGateway::Method').map(
    ([, { HttpMethod, ResourceId, Integration }]) =>
      `${functionIn(Integration)} ${HttpMethod} ${pathOf(template, ResourceId) || '/'}`,
  );

/** Each function's properties, by its name in serverless.yml. */
export const lambdaFunctions = (template: Template): ReadonlyMap<string, Properties> =>
  new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(([logicalId, properties]) => [
      logicalId.replace(/LambdaFunction$/, '').toLowerCase(),
      properties,
    ]),
  );

export interface Statement {
  readonly Action: readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

/** What each role may do, by its logical id. */
export const roleStatements = (template: Template): ReadonlyMap<string, readonly Statement[]> =>
  new Map(
    resourcesOf(template, 'AWS::IAM::Role').map(([logicalId, { Policies = [] }]) => [
      logicalId,
      (Policies as readonly Policy[]).flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    ]),
  );
