import { fillLevel0, type ProgramName, programs } from './programs.ts';

/** NAME OPTIONS: runs one program, or `fill`, and prints what it did as JSON. */
const [, , name = '', options = ''] = process.argv;
const run = name === 'fill' ? fillLevel0 : programs[name as ProgramName];
console.log(JSON.stringify(await run(JSON.parse(options))));
