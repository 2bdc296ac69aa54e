import { runAsProgram } from './run/run-as-program.ts';
import { applyRecommendation, confirm, search } from './tune/commands.ts';
import { helpText } from './tune/help.ts';
import { checkMediumCommand } from './tune/media/check-command.ts';
import { parseFollowUp, parseMediumCheck, parseRecord, parseSearch } from './tune/options.ts';
import { recordCommand } from './tune/workload/record-command.ts';

const run = async (words: readonly string[]): Promise<number> => {
  const [command, ...others] = words;
  if (words.includes('--help') || words.includes('-h')) {
    console.log(helpText);
    return 0;
  }
  if (command === 'confirm') return confirm(parseFollowUp(others));
  if (command === 'apply') return applyRecommendation(parseFollowUp(others));
  if (command === 'record') return recordCommand(parseRecord(others));
  if (command === 'check-medium') return checkMediumCommand(parseMediumCheck(others));
  return search(parseSearch(words));
};

await runAsProgram(() => run(process.argv.slice(2)));
