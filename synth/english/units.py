"""What a number counts or measures: points, percent, languages, examples."""

from __future__ import annotations

import re

POINTS, PERCENT, TIMES = "points", "%", "times"
HEADS = (
    "example sample instance sentence pair question label language task dataset corpus benchmark model system seed run epoch "
    "step iteration token word character parameter layer head paper article study claim family script annotator participant hour "
    "day minute second week month year GPU class category genre domain phase stage setting baseline method shot document "
    "passage paragraph abstract metric experiment fold dimension unit feature split subset version page resource variety "
    "dialect branch reviewer score checkpoint configuration condition"
).split()
PLURALS = {"corpus": "corpora", "study": "studies", "family": "families", "class": "classes", "category": "categories"}
PLURALS |= {"variety": "varieties", "branch": "branches"}
COUNTED = {plural: plural for head in HEADS for plural in [PLURALS.get(head, f"{head}s")]}
COUNTED |= {head: PLURALS.get(head, f"{head}s") for head in HEADS}
COUNTED |= {"data set": "datasets", "data sets": "datasets", "supertag": "classes"}
QUALITIES = (
    r"(?:(?:absolute|relative|full|whole|percentage|percent|accuracy|average|mean|BLEU|F1|F-1|EM|exact[\s-]match|XTREME)[\s-]+"
    r"|%[\s-]*)"
)
MEASURES = (
    (re.compile(rf"[\s-]*{QUALITIES}*(?:points?|pts?\.?|pp|p\.p\.)(?![\w])(?!\s+(?:of|in)\s+(?:view|time))"), POINTS),
    (re.compile(r"\s+(?:points|point|poin|poi|po)$"), POINTS),  # a sentence that was cut off
    (re.compile(r"\s*%|[\s-]+(?:percent|per\s?cent)\b"), PERCENT),
    (re.compile(r"\s?(?:x|\u00d7)(?!\w)|\s+times\b|[\s-]?fold\b"), TIMES),
    (re.compile(r"\s?(?:ms|milliseconds?)\b"), "milliseconds"),
    (re.compile(r"s\b"), "seconds"),
    (re.compile(r"\s?(?:h|hrs?)\b"), "hours"),
    (re.compile(r"\s?min\b"), "minutes"),
    (re.compile(r"\s?([kMGT]i?B)\b"), "bytes"),
)
# Words that no noun phrase of a count goes over: '9 of the', '40 in all', '7.0 on average'.
ENDS = frozenset(
    "of in on for to with from by and or than over is are was were be been has have had that which who the this these those it "
    "at as if when while whereas but not no can may might will would do does did against across per each every all its their our "
    "we they using between among under above below after before during yields yield improves improve".split()
)
PHRASE = re.compile(r"[^\W\d_][\w'+-]*|\d+-\w+")
PLURAL = re.compile(r"[a-z]{3,}(?<![siu])s")
LONGEST = 6  # words from the number to what it counts


def measure(after: str) -> tuple[str, int]:
    """The unit that stands right behind a number, and where it ends; empty where none does."""
    for pattern, unit in MEASURES:
        if match := pattern.match(after):
            return unit, match.end()
    return "", 0


def counted(after: str, several: bool = True) -> tuple[str, str]:
    """What a number counts (always in the plural) and its whole phrase: 'different English intermediate tasks' are tasks.

    Of `several` things the noun is a plural: '12M paper clusters' are clusters.
    """
    words, place, found = list[str](), 0, ("", "")
    for _ in range(LONGEST):
        gap = re.compile(r"[\s-]+|/(?=\w)" if not words else r"\s+|-").match(after, place)
        match = gap and PHRASE.match(after, gap.end())
        if not match or match[0].lower() in ENDS:
            break
        words.append(match[0])
        # '24-layer' has its unit behind the hyphen; 'English-language papers' are papers.
        head = match[0].rsplit("-", 1)[-1] if place == 0 and after.startswith("-") else match[0]
        two = f"{words[-2]} {head}".lower() if len(words) > 1 else ""
        if unit := COUNTED.get(two) or COUNTED.get(head.lower()) or COUNTED.get(head):
            found = unit, " ".join(words)
            # 'task examples' are examples: the last noun in a row is the one that is counted.
        elif found[0]:
            if several and words[-2].lower() not in COUNTED.values() and PLURAL.fullmatch(head):
                found = head.lower(), " ".join(words)
            break
        place = match.end()
        if found[0] and after.startswith("-"):
            break  # of '24-layer models' there are 24 layers
    if not found[0] and words and place == len(after.rstrip()) and words[-1].lower() in ("intermediate", "target"):
        return "tasks", f"{' '.join(words)} tasks"  # a sentence that was cut off: it is tasks that are intermediate
    return found
