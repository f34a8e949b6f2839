"""What each kind of perturbation does in a language, in words."""

from __future__ import annotations

from ..languages import Language
from . import keyboards
from .kinds import KINDS

SCRIPTS = {
    "Arab": "Arabic", "Beng": "Bengali", "Cyrl": "Cyrillic", "Deva": "Devanagari", "Geor": "Georgian", "Grek": "Greek",
    "Gujr": "Gujarati", "Guru": "Gurmukhi", "Hani": "Chinese", "Hebr": "Hebrew", "Hira": "Hiragana", "Jpan": "Japanese",
    "Kore": "Korean", "Latn": "Latin", "Mlym": "Malayalam", "Mymr": "Burmese", "Taml": "Tamil", "Telu": "Telugu", "Thai": "Thai",
}  # fmt: skip
CASED = ("Latn", "Cyrl", "Grek")
# What a script writes on, under or in its letters; the scripts that are not here write no diacritics.
MARKS = {
    "Latn": "accents and strokes: é becomes e, đ becomes d",
    "Cyrl": "й becomes и, ё becomes е, ї becomes і",
    "Grek": "tonos and dialytika: ά becomes α",
    "Arab": "vowel signs, shadda, and hamza and madda on letters: أ becomes ا",
    "Hebr": "points",
    "Deva": "the dot below (nukta): ज़ becomes ज",
    "Beng": "the dot below (nukta): ড় becomes ড",
    "Guru": "the dot below (nukta): ਸ਼ becomes ਸ",
    "Gujr": "the dot below (nukta)",
    "Thai": "tone marks",
    "Mymr": "the dot below",
    "Jpan": "voicing marks of kana: が becomes か",
    "Hira": "voicing marks: が becomes か",
}


def lacks(kind: str, language: Language) -> str:
    """Empty, or why a kind finds nothing to hit in the language's own script."""
    script = SCRIPTS.get(language.script, language.script)
    what = {"case": ("no capitals", CASED), "diacritics": ("no diacritics", MARKS)}.get(kind)
    if not what or language.script in what[1]:
        return ""
    return f"the {script} script has {what[0]}: nothing is hit but letters of other scripts in the text"


def told(kind: str, language: Language | None = None) -> str:
    """What a kind does, in a language or in general, in one line."""
    about = KINDS[kind].about
    if language is None:
        return about
    if why := lacks(kind, language):
        return why
    if kind == "diacritics":
        return f"{about}; {MARKS[language.script]}"
    return f"{about}; {_neighbours(language)}" if kind in ("insert", "substitute") else about


def _neighbours(language: Language) -> str:
    """Where the neighbours of a letter come from."""
    if language.code == "zh":
        return "a character beside it in GB 2312 or Big5: of like sound if common, of like shape else"
    found = keyboards.layout(language.code)
    title = f"keys: {found.title}" if found and language.world == "real" else f"neighbours: {found.title}" if found else ""
    more = {
        "ja": "; kanji by JIS X 0208: of like sound if common, of like shape else",
        "ko": ", one letter of a syllable at a time",
    }
    return title + more.get(language.code, "")
