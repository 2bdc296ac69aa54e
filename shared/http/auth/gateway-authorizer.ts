const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/**
 * Whether API Gateway's JWT authoriser let the request through for an issuer that the deployment trusts. That an
 * authoriser is there at all says nothing: serverless-offline sends one with every request.
 * @param issuer the authoriser's `issuerUrl`, to which it compares a token's `iss` letter for letter; undefined trusts nobody.
 */
export const isFromTrustedIssuer = (authorizer: unknown, issuer: string | undefined): boolean =>
  issuer !== undefined && member(member(member(authorizer, 'jwt'), 'claims'), 'iss') === issuer;
