import { Counter, Gauge } from 'prom-client';
import { registry } from '../../telemetry/metrics.ts';

export const expiredDays = new Counter({
  name: 'fi_retain_days_total',
  help: 'Days of a segment that this process dropped, since their retention was over.',
  registers: [registry],
});

export const expiredEvents = new Counter({
  name: 'fi_retain_events_total',
  help: 'Events that this process dropped with their days.',
  registers: [registry],
});

export const expiredBytes = new Counter({
  name: 'fi_retain_bytes_total',
  help: 'Bytes of the parts that this process dropped; they are free after the grace.',
  registers: [registry],
});

export const dueDaysLeft = new Gauge({
  name: 'fi_retain_due_days',
  help: 'Days whose retention is over and that are there when this process last looked: held, damaged, or not dropped yet.',
  registers: [registry],
});
