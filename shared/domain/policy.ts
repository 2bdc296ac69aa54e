import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { Compression } from './compression.ts';
import { InvalidSetting } from './errors.ts';
import { limits } from './limits.ts';

/** Lower case, so that a segment is a folder name on every file system. */
export const segmentPattern = '^[a-z][a-z0-9_-]{0,31}$';

const treatment = {
  segment: Type.String({ pattern: segmentPattern, description: 'The logical stream that the events go to.' }),
  retention_days: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 36_525, description: 'Days to keep the segment; for ever when absent.' }),
  ),
  compression: Type.Optional(
    Type.String({ pattern: '^(none|gzip-[1-9])$', description: "The segment's compression; beats FI_COMPRESSION." }),
  ),
  max_payload_bytes: Type.Optional(
    Type.Integer({ minimum: 2, maximum: limits.messageBytes, description: 'Largest payload of these event types.' }),
  ),
};

const closed = { additionalProperties: false };
const why = Type.Optional(Type.String({ maxLength: 1_000, description: 'For whoever reads the policy.' }));
const consultationHold = {
  consultation_id: Type.String({ minLength: 1, maxLength: limits.consultationIdLength }),
  reason: why,
};
const segmentHold = { segment: treatment.segment, reason: why };

/** The policy file. */
export const policySchema = Type.Object(
  {
    version: Type.Literal(1),
    rules: Type.Array(
      Type.Object(
        {
          event_type: Type.String({
            pattern: `^([A-Z][A-Z0-9_]{0,${limits.eventTypeLength - 1}}|[A-Z][A-Z0-9_]{0,${limits.eventTypeLength - 2}}\\*)$`,
            description: 'An event type, or the beginning of one and a trailing *. The longest match holds.',
          }),
          ...treatment,
        },
        { additionalProperties: false },
      ),
      { maxItems: 1_000 },
    ),
    default: Type.Object(treatment, { additionalProperties: false, description: 'For every other event type.' }),
    holds: Type.Optional(
      Type.Array(Type.Union([Type.Object(consultationHold, closed), Type.Object(segmentHold, closed)]), {
        maxItems: 10_000,
        description: 'What is kept although its retention is over, until it is taken from here.',
      }),
    ),
  },
  { additionalProperties: false },
);

type PolicyFile = Type.Static<typeof policySchema>;

/** What the policy says of one event type. */
export interface SegmentRule {
  readonly segment: string;
  /** Undefined: kept for ever. */
  readonly retentionDays: number | undefined;
  /** Undefined: `FI_COMPRESSION`. */
  readonly compression: Compression | undefined;
  /** Undefined: only the largest message limits it. */
  readonly maxPayloadBytes: number | undefined;
}

export interface Policy {
  /** The rule of an event type: exact before prefix, the longest prefix first, else the default. */
  readonly ruleOf: (eventType: string) => SegmentRule;
  /** The compression that a segment's rules name. */
  readonly compressionOf: (segment: string) => Compression | undefined;
  /** How many days a segment's events are kept after the day that they came in on; undefined: for ever. */
  readonly retentionDaysOf: (segment: string) => number | undefined;
  /** What is kept although its retention is over, e.g. since a court wants it. */
  readonly holds: Holds;
}

export interface Holds {
  readonly segments: ReadonlySet<string>;
  readonly consultations: ReadonlySet<string>;
}

const validator = Compile(policySchema);

type Treatment = PolicyFile['default'];

const isCompression = (text: string | undefined): text is Compression => text !== undefined;

const ruleFrom = (given: Treatment): SegmentRule => ({
  segment: given.segment,
  retentionDays: given.retention_days,
  compression: isCompression(given.compression) ? given.compression : undefined,
  maxPayloadBytes: given.max_payload_bytes,
});

const holdsFrom = (given: NonNullable<PolicyFile['holds']>): Holds => ({
  segments: new Set(given.flatMap((hold) => ('segment' in hold ? [hold.segment] : []))),
  consultations: new Set(given.flatMap((hold) => ('consultation_id' in hold ? [hold.consultation_id] : []))),
});

/** Retention and compression hang on the segment, so that rules which share one must agree on them. */
const disagreements = (file: PolicyFile): readonly string[] => {
  const first = new Map<string, { readonly path: string; readonly given: Treatment }>();
  const problems: string[] = [];
  const check = (path: string, given: Treatment): void => {
    const known = first.get(given.segment);
    if (known === undefined) {
      first.set(given.segment, { path, given });
      return;
    }
    for (const name of ['retention_days', 'compression'] as const) {
      if (known.given[name] !== given[name]) {
        problems.push(
          `${path}/${name}: differs from ${known.path}/${name}, but both are of the segment ${given.segment}`,
        );
      }
    }
  };
  file.rules.forEach((rule, index) => {
    check(`/rules/${index}`, rule);
    if (file.rules.findIndex(({ event_type }) => event_type === rule.event_type) < index) {
      problems.push(`/rules/${index}/event_type: ${rule.event_type} has a rule already`);
    }
  });
  check('/default', file.default);
  return problems;
};

/** Event types come from clients, so what is remembered of them has an end. */
const rememberedTypes = 10_000;

const compile = (file: PolicyFile): Policy => {
  const exact = new Map<string, SegmentRule>();
  const prefixes: { readonly prefix: string; readonly rule: SegmentRule }[] = [];
  for (const given of file.rules) {
    const rule = ruleFrom(given);
    if (given.event_type.endsWith('*')) prefixes.push({ prefix: given.event_type.slice(0, -1), rule });
    else exact.set(given.event_type, rule);
  }
  prefixes.sort((left, right) => right.prefix.length - left.prefix.length);
  const fallback = ruleFrom(file.default);
  const bySegment = new Map(
    [...exact.values(), ...prefixes.map(({ rule }) => rule), fallback].map((rule) => [rule.segment, rule]),
  );
  const remembered = new Map<string, SegmentRule>();
  return {
    ruleOf: (eventType) => {
      const known = remembered.get(eventType);
      if (known !== undefined) return known;
      const rule =
        exact.get(eventType) ?? prefixes.find(({ prefix }) => eventType.startsWith(prefix))?.rule ?? fallback;
      if (remembered.size < rememberedTypes) remembered.set(eventType, rule);
      return rule;
    },
    compressionOf: (segment) => bySegment.get(segment)?.compression,
    retentionDaysOf: (segment) => bySegment.get(segment)?.retentionDays,
    holds: holdsFrom(file.holds ?? []),
  };
};

const parseJson = (text: string, source: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidSetting([`${source}: is not JSON: ${error instanceof Error ? error.message : String(error)}`], {
      cause: error,
    });
  }
};

/**
 * Reads a policy.
 * @param source names the file in messages.
 * @throws InvalidSetting with one line a problem, each naming the JSON path.
 */
export const parsePolicy = (text: string, source: string): Policy => {
  const file = parseJson(text, source);
  if (!validator.Check(file)) {
    throw new InvalidSetting(
      validator.Errors(file).map((error) => `${source}: ${error.instancePath || '/'}: ${error.message}`),
    );
  }
  const problems = disagreements(file);
  if (problems.length > 0) throw new InvalidSetting(problems.map((problem) => `${source}: ${problem}`));
  return compile(file);
};

/**
 * The policy without a file: the report's event types in the segments that a clinic would look for them in. Nothing
 * expires unless a policy says so, since a clinical record must not vanish by default.
 */
export const builtInPolicy: Policy = compile({
  version: 1,
  rules: [
    { event_type: 'CONSULTATION_*', segment: 'consultation' },
    { event_type: 'MESSAGE_*', segment: 'conversation' },
    { event_type: 'ASSISTANT_*', segment: 'conversation' },
    { event_type: 'AUDIO_*', segment: 'audio' },
    { event_type: 'SOAP_*', segment: 'clinical' },
    { event_type: 'EXTRACTION_*', segment: 'clinical' },
    { event_type: 'VITALS_*', segment: 'clinical' },
    { event_type: 'URGENCY_*', segment: 'clinical' },
  ],
  default: { segment: 'general' },
});
