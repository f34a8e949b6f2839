"""Ticks, crosses and confidences in the ways that people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

YES = frozenset(
    "\u2713 \u2714 \u2705 \u2611 \U0001f5f8 yes y true t verified supported confirmed correct pass passed ok valid checked "
    "accepted [x] 1".split()
)
NO = frozenset(
    "\u2717 \u2718 \u00d7 \u2715 \u2716 \u274c \u274e \u2612 x no n false f unverified unsupported refuted rejected incorrect "
    "fail failed invalid unconfirmed not-verified not-supported not-confirmed [] 0".split()
)
OPEN = frozenset("- \u2013 \u2014 ? n/a na none null unknown unclear pending".split()) | {""}
NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:[.,]\d+)?|\.\d+)\s*(%|/\s*(?:100|10|1)(?:\.0+)?(?!\d))?(?![\w])")
# What stands before a mark is looked at from its first character alone: the lookbehinds.
INLINE_CONFIDENCE = re.compile(
    r"(?<![\s,;\u2013\u2014-])[\s,;\u2013\u2014-]*[(\[]?\s*\b(?:confidence|conf\.?|probability|certainty|score)\s*[:=]?\s*(?P<value>\d{1,3}(?:\.\d+)?\s*%?|\.\d+)\s*[)\]]?\s*\.?$",
    re.I,
)
INLINE_WORD = re.compile(
    r"(?<![\s,;(\[\u2013\u2014-])[\s,;(\[\u2013\u2014-]*\b(?:verified|supported|status|verdict|checked)\s*[:=]\s*"
    r"(?P<last>[\w \u2713\u2714\u2717\u2718\u00d7-]{1,15}?)[)\]]?\s*\.?$",
    re.I,
)
INLINE_SHARE = re.compile(r"\s*[(\[]\s*(?P<value>\d{1,3}(?:\.\d+)?\s*%|0?\.\d+|1\.0+)\s*[)\]]\s*$")
GROUP = re.compile(r"(?<![\s,;\u2013\u2014-])[\s,;\u2013\u2014-]*[(\[](?P<pieces>[^()\[\]]{1,60})[)\]]\s*\.?$")
PIECE = re.compile(r"(?:confidence|conf\.?|probability|certainty|score)\s*[:=]?\s*(?P<value>[\d.]+\s*%?)", re.I)
VERDICTS = (
    "verified|unverified|not verified|supported|unsupported|not supported|confirmed|unconfirmed|true|false|refuted|rejected"
)
SIGNS = "\u2713\u2714\u2705\u2611\u2717\u2718\u00d7\u2715\u2716\u274c\u274e\u2612"
INLINE_MARK = re.compile(
    rf"^\s*(?P<first>[{SIGNS}]\ufe0f?|[(\[](?:{VERDICTS})[)\]]:?)\s*|"
    rf"(?<![\s,;:\u2013\u2014-])[\s,;:\u2013\u2014-]*"
    rf"(?P<last>[{SIGNS}]\ufe0f?|[(\[](?:{VERDICTS})[)\]]|(?<=[.\u2013\u2014:;-] )(?:{VERDICTS}))\s*\.?$",
    re.I,
)


def tick(cell: str) -> bool | None:
    """What a mark says; None where it says nothing that is known, or only half ('partly supported')."""
    text = cell.strip().strip("*_`").replace("\ufe0f", "").lower().replace("not ", "not-").replace("[ ]", "[]")
    if text in ("[x]", "[]"):
        return text == "[x]"
    said = {True if word in YES else False if word in NO else None for word in re.findall(r"[^\s()\[\],;:]+", text)}
    return said.pop() if len(said) == 1 else None


def is_mark(cell: str) -> bool:
    """Whether a cell holds a mark, or says openly that there is none."""
    return tick(cell) is not None or cell.strip().lower() in OPEN


def confidence(cell: str, whole: float = 1.0) -> float | None:
    """A share of 1: of 0.27, of 27% and of 'low (0.27)' alike; None where the cell holds no such number. A column that
    counts to 100 without saying so has `whole` 100."""
    found = NUMBER.findall(cell.strip())
    if len(found) != 1 or re.search(r"-\s*[\d.]", cell):
        return None
    value, unit = float(found[0][0].replace(",", ".")), found[0][1].replace(" ", "")
    most = 100.0 if unit == "%" else float(unit[1:]) if unit else whole
    return round(value / most, 6) if 0 <= value <= most else None


def scale(cells: Sequence[str]) -> float:
    """What a column of confidences counts to: 100 where its numbers go beyond 1 and none beyond 100."""
    bare = [float(match[0].replace(",", ".")) for cell in cells for match in NUMBER.findall(cell) if not match[1]]
    return 100.0 if bare and 1 < max(bare) <= 100 and sum(one > 1 for one in bare) > len(bare) / 2 else 1.0


def inline(text: str) -> tuple[str, bool | None, float | None]:
    """A claim that bears its mark and confidence in its own line: '✓ Text (confidence: 0.27)'."""
    text, verdict, sure = _grouped(text)
    for _ in range(3):
        if sure is None and (
            match := INLINE_CONFIDENCE.search(text) or (verdict is not None and INLINE_SHARE.search(text)) or None
        ):
            read = confidence(match["value"])
            if read is not None:
                text, sure = text[: match.start()], read
        if verdict is None and (word := INLINE_WORD.search(text)) and (verdict := tick(word["last"])) is not None:
            text = text[: word.start()]
        if verdict is None and (mark := INLINE_MARK.search(text)):
            verdict = tick(mark["first"] or mark["last"])
            if verdict is not None:
                text = text[mark.end() :] if mark["first"] else text[: mark.start()]
        if (
            sure is None
            and (share := INLINE_SHARE.search(text))
            and (value := confidence(share["value"])) is not None
            and verdict is not None
        ):
            text, sure = text[: share.start()], value
    return text.strip(), verdict, sure


def _grouped(text: str) -> tuple[str, bool | None, float | None]:
    """A claim with mark and confidence in one bracket at its end: 'Text (confidence 0.81, verified)'."""
    match = GROUP.search(text)
    pieces = re.split(r"\s*[,;|]\s*", match["pieces"].strip()) if match else []
    ticks = [tick(one) for one in pieces if re.fullmatch(f"{VERDICTS}|[{SIGNS}]", one, re.I)]
    shares = [confidence(found["value"]) for one in pieces if (found := PIECE.fullmatch(one))]
    if not match or len(ticks) != 1 or len(shares) != 1 or len(pieces) != 2 or shares[0] is None:
        return text, None, None
    return text[: match.start()], ticks[0], shares[0]
