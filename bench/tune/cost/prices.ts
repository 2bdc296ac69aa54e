/** List prices of AWS in us-east-1, in US dollars, without free tiers, discounts and transfer. */
export const prices = {
  asOf: '2026-11-25',
  region: 'us-east-1',
  /** API Gateway, HTTP API: a million requests, one for each begun 512 KiB. */
  httpApiMillion: 1,
  httpApiMeterBytes: 512 * 1_024,
  /** Lambda: a million requests, and a GB-second on arm64. */
  lambdaMillion: 0.2,
  lambdaGigabyteSecond: 0.000_013_333_4,
  /** SQS, standard queue: a million requests, one for each begun 64 KiB of a call. */
  sqsMillion: 0.4,
  sqsMeterBytes: 64 * 1_024,
  /** EFS with elastic throughput: a GB written, and a GB kept for a month. */
  efsWriteGigabyte: 0.06,
  efsMonthGigabyte: 0.3,
  sources: [
    'https://aws.amazon.com/api-gateway/pricing/',
    'https://aws.amazon.com/lambda/pricing/',
    'https://aws.amazon.com/sqs/pricing/',
    'https://aws.amazon.com/efs/pricing/',
  ],
} as const;
