"""Make the fonts of the PDF reports: a subset of Noto for the scripts of all languages of the benchmark.

    pip install fonttools
    apt-get install fonts-noto-core fonts-noto-cjk          # or any folder with the Noto fonts
    python reports/fonts.py /usr/share/fonts

It writes reports/templates/fonts: a font for each script, `coverage.json` with the characters that they hold, and SOURCES.md
with the version and hash of every source. OFL.txt, the licence of Noto, lies there and stays.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from fontTools import subset, ttLib  # type: ignore[import-not-found]

HERE = Path(__file__).resolve().parent / "templates" / "fonts"
LATIN = [(0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x2AF), (0x2B0, 0x36F), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF)]
GREEK_CYRILLIC = [(0x370, 0x3FF), (0x400, 0x52F), (0x1F00, 0x1FFF)]
SIGNS = [(0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20C0), (0x2100, 0x214F), (0x2150, 0x218F)]
DIACRITICS = [(0x200C, 0x200D), (0x25CC, 0x25CC)]
ARROWS = [(0x2190, 0x21FF), (0x2200, 0x22FF), (0x27E8, 0x27E9)]
MARKS = [(0x25A0, 0x25FF), (0x2713, 0x2718), (0x2600, 0x2606)]
# name of the file: (name of the source, ranges of characters)
FONTS: dict[str, tuple[str, list[tuple[int, int]]]] = {
    "NotoSans-Regular": ("NotoSans-Regular.ttf", [*LATIN, *GREEK_CYRILLIC, *SIGNS]),
    "NotoSans-Bold": ("NotoSans-Bold.ttf", [*LATIN, *GREEK_CYRILLIC, *SIGNS]),
    "NotoSans-Italic": ("NotoSans-Italic.ttf", [*LATIN, *GREEK_CYRILLIC, *SIGNS]),
    "NotoSansArabic-Regular": ("NotoSansArabic-Regular.ttf", [(0x600, 0x6FF), (0x750, 0x77F), *DIACRITICS]),
    "NotoSansHebrew-Regular": ("NotoSansHebrew-Regular.ttf", [(0x590, 0x5FF), *DIACRITICS]),
    "NotoSansDevanagari-Regular": ("NotoSansDevanagari-Regular.ttf", [(0x900, 0x97F), *DIACRITICS]),
    "NotoSansBengali-Regular": ("NotoSansBengali-Regular.ttf", [(0x964, 0x965), (0x980, 0x9FF), *DIACRITICS]),
    "NotoSansGurmukhi-Regular": ("NotoSansGurmukhi-Regular.ttf", [(0x964, 0x965), (0xA00, 0xA7F), *DIACRITICS]),
    "NotoSansGujarati-Regular": ("NotoSansGujarati-Regular.ttf", [(0x964, 0x965), (0xA80, 0xAFF), *DIACRITICS]),
    "NotoSansTamil-Regular": ("NotoSansTamil-Regular.ttf", [(0x964, 0x965), (0xB80, 0xBFF), *DIACRITICS]),
    "NotoSansTelugu-Regular": ("NotoSansTelugu-Regular.ttf", [(0x964, 0x965), (0xC00, 0xC7F), *DIACRITICS]),
    "NotoSansMalayalam-Regular": ("NotoSansMalayalam-Regular.ttf", [(0x964, 0x965), (0xD00, 0xD7F), *DIACRITICS]),
    "NotoSansThai-Regular": ("NotoSansThai-Regular.ttf", [(0xE00, 0xE7F), *DIACRITICS]),
    "NotoSansMyanmar-Regular": ("NotoSansMyanmar-Regular.ttf", [(0x1000, 0x109F), *DIACRITICS]),
    "NotoSansGeorgian-Regular": ("NotoSansGeorgian-Regular.ttf", [(0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)]),
    "NotoSansMath-Regular": ("NotoSansMath-Regular.ttf", ARROWS),
    "NotoSansSymbols2-Regular": ("NotoSansSymbols2-Regular.ttf", MARKS),
    "NotoSansCJK-Regular": ("NotoSansCJK-Regular.ttc", []),
}


def east_asian() -> set[int]:
    """Kana, and the characters that the first levels of GB 2312 and JIS X 0208 and all of KS X 1001 hold."""
    found = {*range(0x3000, 0x3040), *range(0x3040, 0x3100), *range(0xFF01, 0xFF61)}
    for codec, rows in (("gb2312", range(0xB0, 0xD8)), ("euc_jp", range(0xB0, 0xD0)), ("euc_kr", range(0xB0, 0xC9))):
        for row in rows:
            for column in range(0xA1, 0xFF):
                text = bytes((row, column)).decode(codec, "ignore")
                found.update(map(ord, text))
    return found


def make(name: str, source: Path, wanted: set[int]) -> list[int]:
    """Write one font; the characters that it holds."""
    options = subset.Options(layout_features=["*"], notdef_outline=True, glyph_names=False, hinting=False, font_number=2)
    options.recalc_timestamp = False
    options.drop_tables += ["DSIG", "MERG", "meta", "vhea", "vmtx", "VORG"]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    path = HERE / f"{name}{'.otf' if 'CFF ' in font else '.ttf'}"
    subset.save_font(font, str(path), options)
    return sorted(font.getBestCmap())


def spans(codes: list[int]) -> list[list[int]]:
    """Code points as ranges."""
    made: list[list[int]] = []
    for code in codes:
        if made and made[-1][1] == code - 1:
            made[-1][1] = code
        else:
            made.append([code, code])
    return made


def main(folders: list[str]) -> int:
    found = {
        path.name: path for folder in folders for path in sorted(Path(folder).rglob("Noto*")) if path.suffix in (".ttf", ".ttc")
    }
    missing = sorted({source for source, _ in FONTS.values()} - set(found))
    if missing or not folders:
        print(
            f"fonts: not found in {' '.join(folders) or 'no folder'}: {', '.join(missing)}; see the first lines of this file",
            file=sys.stderr,
        )
        return 4
    HERE.mkdir(parents=True, exist_ok=True)
    lines, all_codes = [], set[int]()
    for name, (source, ranges) in FONTS.items():
        wanted = {code for low, high in ranges for code in range(low, high + 1)} or east_asian()
        codes = make(name, found[source], wanted)
        font = ttLib.TTFont(found[source], fontNumber=0 if source.endswith(".ttf") else 2, lazy=True)
        version = font["name"].getDebugName(5).partition(";")[0]
        digest = hashlib.sha256(found[source].read_bytes()).hexdigest()
        lines.append(f"| {name} | {source} | {version} | `{digest[:16]}` | {len(codes):,} |")
        if name != "NotoSans-Bold" and name != "NotoSans-Italic":
            all_codes.update(codes)
    (HERE / "coverage.json").write_text(json.dumps(spans(sorted(all_codes)), separators=(",", ":")) + "\n")
    head = "| Font | Source | Version | sha256 of the source | Characters |\n| --- | --- | --- | --- | ---: |"
    licence = "under the SIL Open Font License 1.1 (OFL.txt)"
    text = f"# Fonts of the PDF reports\n\nSubsets of Noto, made by `reports/fonts.py`, {licence}.\n\n{head}\n"
    (HERE / "SOURCES.md").write_text(text + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
