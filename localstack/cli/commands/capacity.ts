import { type Command, WrongUsage } from '../command.ts';

export const capacity: Command = {
  name: 'capacity',
  summary: 'Says what a number of sessions a day needs: processors, disks, nodes, or what it would cost on AWS.',
  positionals: [],
  options: {
    'sessions-a-day': { type: 'string', default: '10000', placeholder: 'N', help: 'Sessions of a day.' },
    'events-a-session': { type: 'string', default: '50', placeholder: 'N', help: 'Events of a session.' },
    'peak-factor': {
      type: 'string',
      default: '5',
      placeholder: 'N',
      help: 'How many times the average of the open hours the busiest minute has.',
    },
    'hours-a-day': { type: 'string', default: '10', placeholder: 'N', help: 'Open hours of a day.' },
    calibration: {
      type: 'string',
      placeholder: 'FILE',
      help: 'Figures of this machine, instead of those that come along.',
    },
    calibrate: { type: 'string', placeholder: 'FILE', help: 'Measure this machine first and write its figures there.' },
    validate: { type: 'boolean', help: 'Run the real programs in other ways than were calibrated, and compare.' },
    repeats: { type: 'string', default: '5', placeholder: 'N', help: 'How often each is measured.' },
    quick: { type: 'boolean', help: 'Measure briefly: that all works, and no more.' },
    html: { type: 'string', placeholder: 'FILE', help: 'Write a report with plots there.' },
    json: { type: 'boolean', help: 'As one JSON object.' },
    folder: {
      type: 'string',
      placeholder: 'DIR',
      help: 'Where stores are made while measuring (the temporary folder).',
    },
    seed: {
      type: 'string',
      default: '1',
      placeholder: 'N',
      help: 'Of the simulation and of the order of measurements.',
    },
  },
  run: async ({ options, terminal, signal }) => {
    // Hosts and folders of a measurement go when the process exits; a second Ctrl-C would leave them.
    signal.addEventListener('abort', () => process.exit(130), { once: true });
    // Loaded when it is asked for: it is the bench's, which nothing else of fi needs.
    const { readCapacityOptions, WrongOption } = await import('../../../bench/capacity/options.ts');
    const { runCapacity } = await import('../../../bench/capacity/run.ts');
    try {
      return await runCapacity(readCapacityOptions(options), terminal);
    } catch (error) {
      if (error instanceof WrongOption) throw new WrongUsage(error.message, { cause: error });
      throw error;
    }
  },
};
