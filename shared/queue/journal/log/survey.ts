import path from 'node:path';
import { JournalDamaged } from '../errors.ts';
import type { JournalFile, JournalFiles } from '../files.ts';
import { blockBytes } from '../format/layout.ts';
import { decodeSegmentHeader, type SegmentHeader } from '../format/segment-header.ts';

/** A journal file and what its first block says. */
export interface SurveyedFile {
  readonly file: JournalFile;
  readonly bytes: number;
  /** Undefined: never begun, or its first block is damaged. */
  readonly header: SegmentHeader | undefined;
}

export interface Survey {
  readonly surveyed: readonly SurveyedFile[];
  /** Number for the name of the next file. */
  readonly nextFile: number;
}

const fileName = /^(\d{8,})\.journal$/;

const surveyOne = async (file: JournalFile): Promise<SurveyedFile> => {
  const bytes = await file.size();
  const block = Buffer.alloc(blockBytes);
  await file.read(block, 0);
  const decoded = decodeSegmentHeader(block);
  if (decoded.kind === 'newer') {
    throw new JournalDamaged(
      file.path,
      8,
      `its format version is ${decoded.version}, which this release does not know`,
    );
  }
  return { file, bytes, header: decoded.kind === 'header' ? decoded.header : undefined };
};

/** Opens every journal file of the folder and reads its header. */
export const surveyFolder = async (files: JournalFiles, folder: string): Promise<Survey> => {
  const surveyed: SurveyedFile[] = [];
  let nextFile = 1;
  for (const name of [...(await files.list(folder))].sort()) {
    const number = fileName.exec(name)?.[1];
    if (number === undefined) continue;
    nextFile = Math.max(nextFile, Number(number) + 1);
    surveyed.push(await surveyOne(await files.open(path.join(folder, name))));
  }
  return { surveyed, nextFile };
};
