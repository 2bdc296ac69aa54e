import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { repository } from '../../../test/e2e/hosts/host.ts';
import { installed, runInstaller } from './tools-folder.ts';

const pom = 'bench/peers/elasticmq/pom.xml';

/**
 * The class path of ElasticMQ.
 * @throws Skipped where there is no Java or Maven, or Maven's repository does not give it
 */
export const elasticMqClassPath = async (): Promise<string> => {
  await runInstaller('java', ['-version']);
  const folder = await installed('elasticmq', [pom], async (unfinished) => {
    await copyFile(path.join(repository, pom), path.join(unfinished, 'pom.xml'));
    const copy = ['dependency:copy-dependencies', '-DoutputDirectory=jars'];
    await runInstaller('mvn', ['--batch-mode', '--quiet', ...copy], { cwd: unfinished });
  });
  return path.join(folder, 'jars/*');
};
