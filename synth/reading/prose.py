"""Blocks -> sentences: lines joined, words that a line broke made whole, text that a column or a footnote broke put together."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .document import CAPTION, FIGURE, FOOTNOTE, FRONT, FURNITURE, HEADING, PROSE, REFERENCES, TABLE, Block, Box, Sentence, Span
from .layout import BULLET, ENDS, noted

ABBREVIATIONS = frozenset(
    "al e.g i.e cf vs viz resp approx ca fig figs tab tabs sec secs eq eqs ch chap app no nos vol pp p ed eds dept dr mr mrs ms "
    "prof st jr sr inc ltd co corp univ est w.r.t i.i.d a.k.a etc def thm lem prop alg ref refs u.s u.k ph.d".split()
)
AFTER = re.compile(r"[\"'\u201c\u2018(\[]*[A-Z0-9\u00c0-\u00de\u0391-\u03a9\u0410-\u042f\u201c\u2018\"(\[\u2022$\u2190-\u22ff]")
# Marks with no gap behind them end nothing; they are taken as one, so that each of a long row of them is not tried anew.
STOP = re.compile(
    r"(?<=[^\s.])(?:([.?!]++[\"'\u201d\u2019)\]]*+[\u2070\u00b9\u00b2\u00b3\u2074-\u2079,\u2020\u2021]*+)(?=\s)|(?P<none>[.?!]++))"
    r"|[\u3002\uff01\uff1f\u0964\u061f]"
)
BEGIN = re.compile(r"\S")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uff60]")
TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass
class Flow:
    """A piece of text with its place, before its sentences are known."""

    span: Span
    text: str
    label: str
    heading: str = ""
    box: Box | None = None
    lines: list[Box] = field(default_factory=list)


def joined(lines: Sequence[str], known: Counter[str] | None = None) -> str:
    """The text of lines as it would stand on one."""
    return Joiner(known or Counter()).join("\n".join(lines))[0]


class Joiner:
    """Joins lines. `known` counts the words that this paper writes within lines: they tell which hyphens are its own."""

    def __init__(self, known: Counter[str]) -> None:
        self.known = known

    def join(self, text: str) -> tuple[str, list[int]]:
        """The text on one line, and for each character of it the place in the text given."""
        made, places = list[str](), list[int]()
        at = 0
        for number, line in enumerate(text.split("\n")):
            begin = at
            at += len(line) + 1
            body = line.strip()
            start = begin + len(line) - len(line.lstrip())
            if number and body and made:
                if made[-1] == "-" and len(made) > 1 and not made[-2].isspace():
                    if not self._keeps("".join(made[-40:]), body):
                        made.pop()
                        places.pop()
                elif not (CJK.match(made[-1]) and CJK.match(body[0])):
                    made.append(" ")
                    places.append(begin - 1)
            made += body
            places += range(start, start + len(body))
        return "".join(made), places

    def _keeps(self, before: str, after: str) -> bool:
        """Whether a hyphen at the end of a line is the word's own."""
        head, tail = re.search(r"[^\s(\[\"\u201c/]*$", before[:-1]), re.match(r"[^\W\d_]+", after)
        first = head[0] if head else ""
        if not tail or not tail[0][0].islower() or not first[-1:].isalpha():
            return True  # GPT-|4o, PaSa-|7b, SQuAL-|ITY, XLM-|R
        if first.isupper() and len(first) > 1:
            return True
        word = re.search(r"[^\W\d_]+$", first)
        last = (word[0] if word else first).lower()
        whole, split = self.known[last + tail[0].lower()], self.known[f"{last}-{tail[0].lower()}"]
        if whole or split:
            return split > whole
        adverb = last.endswith("ly") and self.known[last] and self.known[tail[0].lower()]
        return "-" in first[:-1] or last in PREFIXES or bool(adverb)


REACH = 500  # characters around a full stop that decide whether it ends a sentence
LONGEST_SHORT = 40  # characters; no abbreviation and no number of an item has as many
PREFIXES = frozenset("self non cross zero few low high long short well".split())


def words(flows: Sequence[Flow]) -> Counter[str]:
    """How often every word stands in a line, whole."""
    count: Counter[str] = Counter()
    for flow in flows:
        for line in flow.text.split("\n"):
            found = TOKEN.findall(line.rstrip("-"))
            count.update(one.lower() for one in (found[:-1] if line.endswith("-") else found))
    return count


def read(flows: Sequence[Flow]) -> tuple[tuple[Block, ...], tuple[Sentence, ...]]:
    """Blocks and sentences, in reading order; a sentence that goes on in another block stands where it begins."""
    joiner = Joiner(words(flows))
    blocks = tuple(
        Block(one.span, one.text if one.label == TABLE else joiner.join(one.text)[0], one.label, one.heading, one.box)
        for one in flows
    )
    made = list[tuple[int, Sentence]]()
    for group in _paragraphs(flows):
        for sentence in _sentences([flows[place] for place in group], joiner):
            made.append((group[0], sentence))
    made.sort(key=lambda one: one[0])
    return blocks, tuple(sentence for _, sentence in made)


def _paragraphs(flows: Sequence[Flow]) -> Iterator[list[int]]:
    """The flows that make one paragraph: text goes on past footnotes, floats and page numbers where no sentence has ended."""
    open_: list[int] = []
    note: list[int] = []
    for place, one in enumerate(flows):
        if one.label in (TABLE, FURNITURE, FIGURE):
            continue
        if one.label not in PROSE:
            if one.label in (HEADING, REFERENCES, FRONT) and open_:
                yield open_
                open_ = []
            if (
                one.label == FOOTNOTE
                and note
                and place == note[-1] + 1
                and not ENDS.search(flows[note[-1]].text)
                and not noted(one.text)
            ):
                note.append(place)
                continue
            if note:
                yield note
                note = []
            if one.label == FOOTNOTE:
                note = [place]
            else:
                yield [place]
            continue
        last = flows[open_[-1]] if open_ else None
        if last is not None and last.label == one.label and not ENDS.search(last.text.rstrip()) and not BULLET.match(one.text):
            open_.append(place)
            continue
        if open_:
            yield open_
        open_ = [place]
    yield from (one for one in (note, open_) if one)


def _sentences(group: Sequence[Flow], joiner: Joiner) -> Iterator[Sentence]:
    """The sentences of a paragraph, which may lie in several flows."""
    whole = "\n".join(one.text for one in group)
    begins, at = list[int](), 0
    for one in group:
        begins.append(at)
        at += len(one.text) + 1
    text, places = joiner.join(whole)
    label, heading = group[0].label, group[0].heading
    for start, end in split(text) if label not in (HEADING,) else [(0, len(text))]:
        first, last = places[start], places[end - 1] + 1
        spans, box = list[Span](), None
        for place in range(bisect.bisect_right(begins, first) - 1, bisect.bisect_left(begins, last)):
            one, begin = group[place], begins[place]
            low, high = max(first, begin), min(last, begin + len(one.text))
            if low < high:
                spans.append(Span(one.span.page, one.span.start + low - begin, one.span.start + high - begin))
                box = box or _box(one, low - begin, high - begin)
        if spans:
            yield Sentence(text[start:end], tuple(spans), label, heading, box)


def _box(flow: Flow, low: int, high: int) -> Box | None:
    """The box around the lines of a flow that these characters stand on."""
    if not flow.lines:
        return flow.box
    box, at = None, 0
    texts = flow.text.split("\n")
    if len(texts) != len(flow.lines):
        return flow.box
    for text, line in zip(texts, flow.lines, strict=True):
        if at < high and at + len(text) > low:
            box = line if box is None else box.union(line)
        at += len(text) + 1
    return box


def split(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end."""
    found, begin = list[tuple[int, int]](), 0
    for stop in STOP.finditer(text):
        end = stop.end()
        following = BEGIN.search(text, end)
        after = following.start() if following else len(text)
        if stop["none"] or after == len(text):
            continue
        if stop[1] and not AFTER.match(text, after):
            continue
        if stop[1] and _short(text[max(begin, stop.start() - REACH) : stop.start()], stop[1], text[after : after + REACH]):
            continue
        found.append((begin, end))
        begin = after
    if text[begin:].strip():
        found.append((begin, len(text.rstrip())))
    return found


def _short(before: str, stop: str, after: str) -> bool:
    """Whether this full stop ends an abbreviation or an initial and no sentence."""
    if not stop.startswith(".") or (len(stop) > 1 and stop[1] in ".?!"):
        return False
    word = re.search(r"[^\s(\[\"\u201c,/]*$", before[-LONGEST_SHORT:])
    last = (word[0] if word else "").lower()
    if last in ABBREVIATIONS:
        # 'et al.' and 'etc.' may end a sentence; what follows is then a word of its own, no year and no bracket.
        return last not in ("al", "etc") or not re.match(r"[A-Z][a-z]+\s+[a-z]|We\b|In\b|The\b|This\b|It\b|Our\b", after)
    if len(last) == 1 and last.isalpha() and word and word[0].isupper():
        return not re.match(r"(We|In|The|This|It|Our|For|As|To|A|If|On|These|However)\b", after) or len(before.split()) <= 2
    return bool(re.fullmatch(r"\(?\d{1,2}|[ivx]+", last)) and len(before.split()) <= 1


__all__ = ["CAPTION", "FOOTNOTE", "Flow", "Joiner", "joined", "read", "split", "words"]
