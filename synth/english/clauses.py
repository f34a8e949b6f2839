"""Where a compound sentence comes apart without saying anything else: clauses, asides, a second verb, items (i) and (ii).

A rule answers with the pieces or, where it is not sure, with none. A piece is a whole sentence without its full stop.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from . import cues, lists, verbs


@dataclass(frozen=True)
class Piece:
    """One statement of a text; `start` and `end` say which part of the text it was made from."""

    text: str
    start: int
    end: int


REPORTING = re.compile(
    r"^[^,;:]*?\b(?:find|found|show|observe|report|see|demonstrate|note|conclude|confirm|reveal|indicate|suggest|believe|argue|claim"
    r"|hypothesi[sz]e|expect|assume|speculate|case|true|false|likely|unlikely|possible|imply|implie)(?:s|ed|d|n|ing)?\s+that\s+",
    re.I,
)
LEADING = re.compile(
    r"^(?:On|In|For|With|At|Under|Across|Among|During|After|Before|When|If|Unless|Using|Without|By|From|Compared|Unlike|Despite"
    r"|Within|Only|Given|To)\b(?:[^,;]|,(?=\d))*,\s+"
)
CONTRAST = re.compile(r",?\s+(?:whereas|while)\s+|,\s+(?:but|yet|and|although|though)\s+(?!not\b)")
FRONTED = re.compile(r"^(?:Although|Though|While|Whereas)\s+((?:[^,;]|,(?=\d))+),\s+(.+)$", re.S)
SEMICOLON = re.compile(r"\s*;\s+(?:and\s+|but\s+|however,?\s+|in contrast,?\s+|by contrast,?\s+)?")
ITEM = re.compile(r"(?<!\w)\((?:[ivx]{1,4}|[a-h]|\d)\)\s+")
PARTICIPLE = re.compile(r",\s+(?:thus\s+|thereby\s+)?([a-z]+ing)\s+")
ASIDE = re.compile(
    r",\s+(?:(?P<relative>which|who)\s+|(?P<apposition>(?:the|a|an|two|both|all)\s+(?:\w+[\s-]+){0,6}?(?:tasks?|data\s?sets?|models?|"
    r"targets?|benchmarks?|languages?|methods?|corpus|corpora)\b))(?P<rest>(?:[^,;:]|,(?=\d))*),\s+"
)
THINGS = re.compile(r"\b(?:(?:intermediate|target)[\s-]*)?(?:tasks|languages|datasets|models)\b", re.I)
OF_THEM = re.compile(r"\b(none|all|most|some|many|each|neither|several|few)\s+of\s+(?:them|these|those)\b", re.I)
PRONOUN = re.compile(r"\b(?:it|they|them|this|these|those|its|their|former|latter|others?|same|none)\b(?!\s+of\s+the\b)", re.I)
SHARED = re.compile(r"\s+(?:and|but)\s+(?=(?:\w+ly\s+)?(\w+))")


def balanced(text: str) -> bool:
    """Whether every bracket and quote that opens in a piece closes in it."""
    return text.count("(") == text.count(")") and text.count("[") == text.count("]") and text.count('"') % 2 == 0


def framed(text: str) -> tuple[str, str] | None:
    """The frame that holds for all of a sentence ('We find that', 'On the development set,') and the rest.

    None where the frame takes back or weakens what it frames: such a sentence stays whole.
    """
    frame, rest = "", text
    if match := REPORTING.match(rest):
        said = {one.kind for one in cues.cues(match[0])}
        if said & {cues.NEGATION, cues.HEDGE} or re.search(
            r"false|likely|possible|believe|expect|assum|specul|hypoth|argu|claim", match[0]
        ):
            return None
        frame, rest = match[0], rest[match.end() :]
    if match := LEADING.match(rest):
        frame, rest = frame + match[0], rest[match.end() :]
    return frame, rest


def clauses(text: str) -> list[Piece]:
    """'A; B', 'A, whereas B', 'A, and B does', 'Although A, B': a piece for each clause that has a subject and a verb."""
    return _semicolons(text) or _fronted(text) or _contrasts(text)


def _semicolons(text: str) -> list[Piece]:
    parts = _cut(text, [match.span() for match in SEMICOLON.finditer(text)])
    return parts if len(parts) > 1 and all(_clause(one.text) and balanced(one.text) for one in parts) else []


def _fronted(text: str) -> list[Piece]:
    match = FRONTED.match(text)
    if not match or not _clause(match[1]) or not _clause(match[2]) or not balanced(match[1]):
        return []
    return [Piece(match[group], *match.span(group)) for group in (1, 2)]


def _contrasts(text: str) -> list[Piece]:
    frame_rest = framed(text)
    if frame_rest is None:
        return []
    frame, rest = frame_rest
    shift = len(frame)
    for match in CONTRAST.finditer(rest):
        first, second = rest[: match.start()], rest[match.end() :]
        # ', and HellaSwag yields' may be the end of an enumeration that is the subject.
        if lists.inside(rest, match.start(), match.end()) or re.match(r"(?:that|which|who|when|if)\b", second):
            continue
        second = _named(first, second)
        if second and _clause(first) and _clause(second) and balanced(first) and balanced(second):
            own, reporting = LEADING.match(second[:1].upper() + second[1:]), REPORTING.match(frame)
            again = frame if not own else reporting[0] if reporting else ""
            return [Piece(frame + first, 0, shift + match.start()), Piece(again + second, shift + match.end(), len(text))]
    return []


def _named(first: str, second: str) -> str:
    """A second clause with what its pronoun stands for; empty where that is not clear, since it could not stand alone."""
    noun = THINGS.search(first)
    said = OF_THEM.sub(lambda match: f"{match[1]} of the {noun[0]}" if noun else match[0], second)
    return "" if PRONOUN.search(" ".join(said.split()[:4])) else said


def _clause(text: str) -> bool:
    """Whether a text has a subject and then a finite verb of its own."""
    text = text.strip()
    found = verbs.finite(text)
    return bool(found) and found[0].start > 0 and not re.match(r"(?:and|or|but|to|than|that|which)\b", text)


def _cut(text: str, spans: list[tuple[int, int]]) -> list[Piece]:
    edges = [(0, 0), *spans, (len(text), len(text))]
    parts = [Piece(text[one[1] : two[0]], one[1], two[0]) for one, two in itertools.pairwise(edges)]
    return [part for part in parts if part.text.strip()]


def items(text: str) -> list[Piece]:
    """'alternatives of (i) A or (ii) B' is the sentence with each; after a colon whole clauses stand for themselves."""
    marks = list(ITEM.finditer(text))
    if len(marks) < 2:
        return []
    stem = text[: marks[0].start()].rstrip()
    bodies = list[Piece]()
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        end = after.start() if after else len(text)
        body = re.sub(r"[;,]?\s*(?:and|or|and/or)?\s*$|[;,]\s*$", "", text[mark.end() : end].rstrip())
        bodies.append(Piece(body, mark.end(), end))
    if not all(one.text and balanced(one.text) for one in bodies) or not balanced(stem):
        return []
    if all(_clause(one.text) for one in bodies):
        head = stem.rstrip(":, ")
        return [*([Piece(head, 0, len(stem))] if _clause(head) else []), *bodies]
    if stem.endswith(":") or not _clause(stem) or framed(text) is None or cues.of(cues.NEGATION, cues.cues(stem)):
        return []
    return [Piece(f"{stem} {one.text}", 0, one.end) for one in bodies]


def asides(text: str) -> list[Piece]:
    """'MNLI, which has 5 labels, helps' is 'MNLI has 5 labels' and 'MNLI helps', where a name stands right before."""
    match = ASIDE.search(text)
    if not match:
        return []
    named = [one for one in lists.names(text) if one.end == match.start()]
    if not named:
        return []
    run = next((run for run in lists.runs(text, lists.names(text)) if run[-1].end == match.start()), named)
    subject, rest = text[run[0].start : match.start()], text[match.end() :]
    if match["relative"] and len(run) > 1:
        return []  # 'SQuAD and MNLI, which': it may be both or the last one
    verb = "" if match["relative"] else " is " if len(run) == 1 else " are "
    said = f"{subject}{verb if verb else ' '}{match['apposition'] or ''}{match['rest']}"
    main = f"{text[: match.start()]} {rest}"
    if not verbs.finite(said) or not _clause(main) or not balanced(said):
        return []
    return [Piece(said, run[0].start, match.end()), Piece(main, 0, len(text))]


def participles(text: str) -> list[Piece]:
    """'X performs best, improving by 8.7' is 'X performs best' and 'X improves by 8.7'."""
    frame_rest = framed(text)
    if frame_rest is None:
        return []
    frame, rest = frame_rest
    for match in PARTICIPLE.finditer(rest):
        base, found = verbs.plain(match[1]), verbs.finite(rest[: match.start()])
        if not base or not found or found[0].start == 0:
            continue
        first, second = rest[: match.start()], rest[match.end() :]
        if cues.of(cues.NEGATION, cues.cues(first)) or "," in first[: found[0].start] or not balanced(first):
            return []
        subject = rest[: found[0].start].rstrip()
        said = f"{frame}{subject} {verbs.third(base, found[0].single)} {second}"
        return [Piece(frame + first, 0, len(frame) + match.start()), Piece(said, 0, len(text))]
    return []


def shared_subjects(text: str) -> list[Piece]:
    """'SQuAD improves XNLI and reduces BUCC' is a sentence for each verb."""
    frame_rest = framed(text)
    if frame_rest is None:
        return []
    frame, rest = frame_rest
    found = verbs.finite(rest)
    if not found or found[0].start == 0 or cues.of(cues.NEGATION, cues.cues(rest[: found[0].start])):
        return []
    for match in SHARED.finditer(rest, found[0].end):
        word = match[1].lower()
        second = rest[match.end() :]
        own = word in ("does", "do", "did", "is", "are") or _same_verb(word, found[0])
        if not own or not balanced(rest[: match.start()]) or not balanced(second) or second.startswith(("is ", "are ")):
            continue
        subject = rest[: found[0].start].rstrip()
        first = rest[: match.start()].rstrip(",")
        return [
            Piece(frame + first, 0, len(frame) + match.start()),
            Piece(f"{frame}{subject} {second}", len(frame) + match.end(), len(text)),
        ]
    return []


def _same_verb(word: str, first: verbs.Verb) -> bool:
    """A finite form that is no noun and agrees with the first verb: 'improves ... and reduces'."""
    made = verbs.finite(f"it {word}") if first.single else ()
    return bool(made) and made[0].single and made[0].past == first.past and made[0].base not in AMBIGUOUS and word != made[0].base


AMBIGUOUS = frozenset(
    "gain benefit drop use study score result test work need aim help range train span report show lead".split()
)
RULES: tuple[Callable[[str], list[Piece]], ...] = (items, clauses, asides, participles, shared_subjects)
