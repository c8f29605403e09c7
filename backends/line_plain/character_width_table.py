#!/usr/bin/env python3
"""Prints character_width_table.h, from the Unicode data of the Python that runs it.

    backends/line_plain/character_width_table.py > backends/line_plain/character_width_table.h

Zero columns: combining marks, format characters but the soft hyphen, and the vowels and final consonants of Hangul that
are written into the preceding syllable. Two columns: what is wide or fullwidth (East_Asian_Width W, F), and what is not
assigned in the planes of ideographs, which Unicode reserves for wide characters.
"""

import sys
import unicodedata

GUARD = "SOMEOS_BACKENDS_LINE_PLAIN_CHARACTER_WIDTH_TABLE_H_"


def width(code):
    character = chr(code)
    if code == 0xAD:
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf") or 0x1160 <= code <= 0x11FF:
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def ranges(columns):
    found = []
    for code in range(0x80, 0x110000):
        if width(code) != columns:
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def table(name, about, columns):
    print(f"\n// {about}\ninline constexpr CodePointRange {name}[] = {{")
    entries = ["{0x%x, 0x%x}," % (first, last) for first, last in ranges(columns)]
    for at in range(0, len(entries), 4):
        print("    " + " ".join(entries[at : at + 4]))
    print("};")


def main():
    print(f"// Made by character_width_table.py from the data of Unicode {unicodedata.unidata_version}.\n")
    print(f"#ifndef {GUARD}\n#define {GUARD}\n")
    print("namespace someos::line_plain {\n")
    print("struct CodePointRange {\n  char32_t first;\n  char32_t last;\n};\n")
    print("// clang-format off", end="")
    table("kZeroColumns", "Drawn into the character before.", 0)
    table("kTwoColumns", "As wide as two letters.", 2)
    print("// clang-format on\n\n}  // namespace someos::line_plain\n")
    print(f"#endif  // {GUARD}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
