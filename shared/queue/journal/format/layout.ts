/**
 * The journal's files, format version 1. All numbers are little endian.
 *
 * A segment file is preallocated. Its first block is the segment header:
 *   0 "FIJOURNL" · 8 u32 version · 12 u32 segment number · 16 u64 sequence of its first group
 *   24 u32 oldest segment that the journal needed when this one was begun · 28 salt (8 random bytes) · 36 u64 size of the file
 *   44 u32 crc32 of 0..44
 *
 * Then come flush groups, each from a block boundary:
 *   0 "FIGR" · 4 u32 crc32 (seeded with the segment number) of 8..32 + length · 8 u32 length of the records
 *   12 u32 segment number · 16 u64 sequence · 24 salt of the segment · 32 records · zeros up to the next boundary
 *
 * A group is written at once and is there as a whole or not at all. The salt makes sure that neither a group left by an
 * earlier use of the file nor bytes that a client put in a message can pass for a group of this segment.
 */
export const formatVersion = 1;

/**
 * Unit of alignment: the largest sector that disks write at once. Were two groups to share a block, a torn write of the
 * second could take the confirmed first one with it.
 */
export const blockBytes = 4096;
export const saltBytes = 8;
export const groupHeaderBytes = 32;

/** `bytes`, rounded up to whole blocks. */
export const inBlocks = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes;
