/** How the columns of a part are compressed: `none` (checksummed by fletcher32) or deflate at a level. */
export type Compression = 'none' | `gzip-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`;
