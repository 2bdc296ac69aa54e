import { type RetainedDay, retain } from '../../../shared/store/retain/retain.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { type Command, type OptionValues, textOption, WrongUsage } from '../command.ts';
import { createRetainReport } from '../retain-report.ts';

/** @throws WrongUsage */
const beforeOf = (options: OptionValues): string | undefined => {
  const given = textOption(options, 'before');
  if (given === undefined) return undefined;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(given) && !Number.isNaN(Date.parse(given));
  if (!isDay) throw new WrongUsage(`--before must be a day, YYYY-MM-DD, not ${JSON.stringify(given)}`);
  return given;
};

export const retainDays: Command = {
  name: 'retain',
  summary:
    "Drops the days whose retention, the policy's retention_days, is over: first says which, then does it with --yes.",
  positionals: [],
  options: {
    segment: { type: 'string', short: 's', placeholder: 'NAME', help: 'Only days of this segment.' },
    before: { type: 'string', placeholder: 'DAY', help: 'Only days before this one (YYYY-MM-DD, UTC).' },
    yes: { type: 'boolean', short: 'y', help: 'Drop them, for good.' },
    'dry-run': { type: 'boolean', help: 'Change nothing and say what would be dropped; beats --yes.' },
    json: { type: 'boolean', help: 'One JSON object a line: days, and the result last.' },
  },
  run: async ({ options, config, terminal, signal }) => {
    const filter = { segment: textOption(options, 'segment'), before: beforeOf(options) };
    const wiring = createWiring(config);
    if (filter.segment !== undefined && wiring.policy()().retentionDaysOf(filter.segment) === undefined) {
      throw new WrongUsage(
        `--segment: the policy has no retention_days for ${filter.segment}, so that it is kept for ever; see FI_POLICY_FILE`,
      );
    }
    const isAsked = options['dry-run'] !== true;
    const drops = isAsked && options.yes === true;
    const report = createRetainReport({ json: options.json === true, graceMs: config.sealGraceMs });
    const { retainer } = await wiring.retain();
    const done = await retain(retainer, {
      filter,
      dryRun: !drops,
      goOn: () => !signal.aborted,
      onDay: (day: RetainedDay) => terminal.out(report.add(day)),
    });
    await terminal.out(report.end(done));
    if (!done) {
      terminal.err(
        'fi: not everything was looked at, since it was interrupted or others were in the way: run it again\n',
      );
      return 1;
    }
    if (isAsked && !drops && report.due > 0) {
      terminal.err(
        'fi: nothing was dropped: say --yes to drop what is due, for good, or --dry-run to be asked nothing\n',
      );
      return 1;
    }
    return report.damaged > 0 ? 1 : 0;
  },
};
