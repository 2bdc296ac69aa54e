import { keyBytes, recordBytes } from './record.ts';

/** Where things are in a run, as docs/INDEX_FORMAT.md specifies it: everything follows from the number of records. */
export const pageBytes = 4096;
/** The last bytes of every page are its checksum. */
export const checksumBytes = 4;
export const bodyBytes = pageBytes - checksumBytes;

export const recordsPerPage = Math.floor(bodyBytes / recordBytes);

/** Bytes of the filter over the keys of one data page: 9.6 bits a key, which lets 1 % of absent keys through. */
export const filterBytes = 128;
/** What a guide says of one data page: its first key, and the filter over its keys. */
export const guideEntryBytes = keyBytes + filterBytes;
export const pagesPerGuide = Math.floor(bodyBytes / guideEntryBytes);

/** So many guides lie together behind their data pages: one read brings what 48,000 ids need, and a writer holds no more. */
export const guidesPerSection = 16;
export const pagesPerSection = pagesPerGuide * guidesPerSection;

/** First keys that a fence page holds. */
export const keysPerFence = Math.floor(bodyBytes / keyBytes);

/** Fence pages of one level: each names the first keys of its children, which are the level below or, at the bottom, guides. */
export interface FenceLevel {
  readonly firstPage: number;
  readonly pages: number;
  readonly children: number;
}

export interface RunLayout {
  readonly entries: number;
  readonly dataPages: number;
  readonly guides: number;
  /** Bottom first; none where there is but one guide. The last has one page. */
  readonly fences: readonly FenceLevel[];
  readonly footerPage: number;
  readonly pages: number;
}

export const layoutOf = (entries: number): RunLayout => {
  const dataPages = Math.ceil(entries / recordsPerPage);
  const guides = Math.ceil(dataPages / pagesPerGuide);
  const fences: FenceLevel[] = [];
  // Page 0 is the header.
  let next = 1 + dataPages + guides;
  for (let children = guides; children > 1; ) {
    const pages = Math.ceil(children / keysPerFence);
    fences.push({ firstPage: next, pages, children });
    next += pages;
    children = pages;
  }
  return { entries, dataPages, guides, fences, footerPage: next, pages: next + 1 };
};

/** The page of the file that holds a data page, both counted from 0. */
export const dataPageAt = (dataPage: number): number =>
  1 + dataPage + guidesPerSection * Math.floor(dataPage / pagesPerSection);

/** The page of the file that holds a guide. */
export const guideAt = ({ dataPages }: RunLayout, guide: number): number => {
  const section = Math.floor(guide / guidesPerSection);
  const dataInSection = Math.min(pagesPerSection, dataPages - section * pagesPerSection);
  return 1 + section * (pagesPerSection + guidesPerSection) + dataInSection + (guide % guidesPerSection);
};

export const recordsOfPage = ({ entries }: RunLayout, dataPage: number): number =>
  Math.min(recordsPerPage, entries - dataPage * recordsPerPage);

export const pagesOfGuide = ({ dataPages }: RunLayout, guide: number): number =>
  Math.min(pagesPerGuide, dataPages - guide * pagesPerGuide);
