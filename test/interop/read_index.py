"""Looks ids up in one run of the index, by docs/INDEX_FORMAT.md alone.

Usage: read_index.py RUN IDS, where IDS has [consultation_id, event_id] one a line. Prints a JSON array: of each id the offset and
the content hash, or null. Every page that it reads is checked; exits with 1 and the reason when one is wrong.
"""

import bisect
import hashlib
import json
import math
import pathlib
import struct
import sys
import uuid
import zlib

PAGE, RECORD, PER_PAGE, PER_GUIDE, PER_SECTION, PER_FENCE = 4096, 38, 107, 28, 16, 255


def key_of(consultation_id, event_id):
    fields = [b"fi-events/known-id/1", consultation_id.encode(), event_id.encode()]
    hashed = hashlib.sha256(b"".join(struct.pack(">I", len(field)) + field for field in fields)).digest()[:16]
    return uuid.UUID(event_id).bytes[:4] + hashed[4:] if event_id[14] == "7" else hashed


class Run:
    def __init__(self, path):
        self.id = path.stem.encode()
        self.file = path.read_bytes()
        footer = self.page(len(self.file) // PAGE - 1)
        start = struct.pack("<16sIIII", b"fi-events end\n", 1, PAGE, RECORD, PER_PAGE)
        if not footer.startswith(start):
            sys.exit("it ends in no footer")
        self.count, self.first, self.last = struct.unpack_from("<Q16s16s", footer, len(start))
        self.data_pages = math.ceil(self.count / PER_PAGE)
        self.guides = math.ceil(self.data_pages / PER_GUIDE)

    def page(self, number):
        page = self.file[number * PAGE : (number + 1) * PAGE]
        if struct.unpack("<I", page[-4:])[0] != zlib.crc32(self.id + struct.pack("<I", number) + page[:-4]):
            sys.exit(f"page {number}: its checksum is wrong")
        return page

    def data_page(self, number):
        return self.page(1 + number + PER_SECTION * (number // (PER_GUIDE * PER_SECTION)))

    def guide(self, number):
        section = number // PER_SECTION
        data = min(PER_GUIDE * PER_SECTION, self.data_pages - section * PER_GUIDE * PER_SECTION)
        return self.page(1 + section * (PER_GUIDE + 1) * PER_SECTION + data + number % PER_SECTION)

    def guide_for(self, key):
        levels, first, children = [], 1 + self.data_pages + self.guides, self.guides
        while children > 1:
            levels.append((first, children))
            children = math.ceil(children / PER_FENCE)
            first += children
        child = 0
        for first, children in reversed(levels):
            fence, count = self.page(first + child), min(PER_FENCE, children - child * PER_FENCE)
            child = child * PER_FENCE + last_not_above(fence, count, 16, key)
        return child

    def find(self, key):
        if not self.first <= key <= self.last:
            return None
        number = self.guide_for(key)
        guide, pages = self.guide(number), min(PER_GUIDE, self.data_pages - number * PER_GUIDE)
        entry = last_not_above(guide, pages, 144, key)
        bits = guide[entry * 144 + 16 : entry * 144 + 144]
        for word in struct.unpack("<II", key[8:]):
            for shift in (0, 10, 20):
                bit = (word >> shift) & 1023
                if not bits[bit >> 3] >> (bit & 7) & 1:
                    return None
        place = number * PER_GUIDE + entry
        page, records = self.data_page(place), min(PER_PAGE, self.count - place * PER_PAGE)
        at = last_not_above(page, records, RECORD, key) * RECORD
        if page[at : at + 16] != key:
            return None
        return {"offset": int.from_bytes(page[at + 32 : at + 38], "little"), "content": page[at + 16 : at + 32].hex()}


def last_not_above(page, count, stride, key):
    return bisect.bisect_right([page[at : at + 16] for at in range(0, count * stride, stride)], key) - 1


run = Run(pathlib.Path(sys.argv[1]))
ids = [json.loads(line) for line in pathlib.Path(sys.argv[2]).read_text("utf-8").splitlines()]
print(json.dumps([run.find(key_of(*each)) for each in ids]))
