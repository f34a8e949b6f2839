"""Universal Dependencies to XTREME's form of parts of speech: surface words, each with one tag.

CoNLL-U splits what is written as one word into several (Spanish `del` is `de` and `el`) and keeps both. XTREME writes
the surface word with the tag of one of its parts: the part that stands highest in the sentence's graph, measured by how
many words it depends on, directly or not, by basic and by enhanced relations. Where several stand equally high, a list
of tags decides, for some languages their own; then the first in the sentence. Empty nodes are none of the words.
A sentence whose words are withheld (`_`, for reasons of copyright) is left out; XTREME's rule spares it while at least
two words are there. U+200C and spaces inside words go.

The order of lists and rules is XTREME's (scripts/download_data.sh: conllu_to_conll.py with
--replace_subtokens_with_fused_forms, then utils_preprocess.py), so that its files and these are equal. Two things it
does not say: a tag that the treebank leaves open (`_`) is X here, and a tag that is on no list ranks last (XTREME's
converter stops there).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..problems import Problem
from ..tasks.xtreme import UPOS
from .lines import Lines

COLUMNS = 10
WITHHELD = "_"
NO_WORDS = "sentence whose words are withheld (_)"
NO_TOKENS = "sentence with no tokens"
RANKS = {
    "": "VERB NOUN PROPN PRON ADJ NUM ADV INTJ AUX ADP DET PART CCONJ SCONJ X PUNCT".split(),
    "es": "VERB AUX PRON ADP DET".split(),
    "fr": "VERB AUX PRON NOUN ADJ ADV ADP DET PART SCONJ CONJ".split(),
    "it": "VERB AUX ADV PRON ADP DET INTJ".split(),
}
KNOWN = frozenset((*UPOS, "_"))


Sentence = tuple[tuple[str, ...], tuple[str, ...]]
Span = tuple[int, int, str]


@dataclass
class _Tree:
    """A sentence as the file has it: of each word its form, its tag and what it depends on; and the surface words."""

    forms: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    heads: list[set[int]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


def sentences(path: Path, language: str = "") -> Iterator[Sentence | str]:
    """Words and tags of each sentence of a CoNLL-U file, or why it is left out. A malformed line is a Problem with its number."""
    for tree in _trees(Lines(path)):
        yield joined(tree.forms, tree.tags, tree.heads, tree.spans, language)


def joined(
    forms: Sequence[str], tags: Sequence[str], heads: Sequence[Collection[int]], spans: Sequence[Span], language: str = ""
) -> Sentence | str:
    """One sentence in XTREME's form, or why it is left out.

    `heads` are the words, counted from 1, that each word depends on, 0 the root; `spans` the surface words that stand for
    several, each with its first word, its last and its form, in the order of the sentence.
    """
    words, kept = _surface(forms, tags, heads, spans, RANKS.get(language, RANKS[""]))
    words = [word.strip() for word in words]
    withheld = words.count(WITHHELD)
    if not words:
        return NO_TOKENS
    if withheld and withheld >= len(words) - 1:
        return NO_WORDS
    return (
        tuple([word.replace("\u200c", "").replace(" ", "") for word in words]),
        tuple(["X" if tag == "_" else tag for tag in kept]),
    )


def _trees(lines: Lines) -> Iterator[_Tree]:
    tree, begun = _Tree(), False
    for line in lines:
        if not line.strip():
            if begun:
                yield _finished(tree, lines)
            tree, begun = _Tree(), False
        elif line.startswith("#"):
            begun = True
        else:
            begun = True
            _add(tree, line, lines)
    if begun:
        yield _finished(tree, lines)


def _add(tree: _Tree, line: str, lines: Lines) -> None:
    """One line of the file: a word, the span of a surface word, or an empty node, which is passed over."""
    columns = line.split("\t")
    if len(columns) != COLUMNS:
        raise Problem(f"{lines}: {len(columns)} columns; CoNLL-U has {COLUMNS}, with tabs between")
    id, form, _, tag, _, _, head, _, enhanced, _ = columns
    if _whole(id):
        if int(id) != len(tree.forms) + 1:
            raise Problem(f"{lines}: the word is numbered {id}; expected {len(tree.forms) + 1}")
        if tag not in KNOWN:
            raise Problem(f"{lines}: the tag {tag!r}; expected one of {', '.join(UPOS)}")
        if not _whole(head) and head != "_":
            raise Problem(f"{lines}: the head {head!r}; expected the number of a word, or 0")
        heads = {int(head)} if head != "_" else set()
        if enhanced != "_":
            found = (one.partition(":")[0] for one in enhanced.split("|"))
            heads |= {int(one) for one in found if _whole(one)}
        tree.forms.append(form)
        tree.tags.append(tag)
        tree.heads.append(heads)
        return
    if "." in id and _whole(id.replace(".", "", 1)):
        return
    first, dash, last = id.partition("-")
    if not (dash and _whole(first) and _whole(last)):
        raise Problem(f"{lines}: the id {id!r}; expected a number, a span such as 3-4, or an empty node such as 5.1")
    if int(first) != len(tree.forms) + 1 or int(last) < int(first) or (tree.spans and tree.spans[-1][1] >= int(first)):
        raise Problem(f"{lines}: the span {id} does not begin before its first word, or runs into another")
    tree.spans.append((int(first), int(last), form))


def _whole(text: str) -> bool:
    """Whether a text is the number of a word; one of thousands of digits is none, and no number for Python either."""
    return text.isdecimal() and len(text) < 10


def _finished(tree: _Tree, lines: Lines) -> _Tree:
    if tree.spans and tree.spans[-1][1] > len(tree.forms):
        first, last, _ = tree.spans[-1]
        raise Problem(f"{lines}: the span {first}-{last} ends after the last word of its sentence, {len(tree.forms)}")
    return tree


def _surface(
    forms: Sequence[str], tags: Sequence[str], heads: Sequence[Collection[int]], spans: Sequence[Span], ranks: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The words as they are written, each with its tag."""
    words: list[str] = []
    kept: list[str] = []
    at = 0
    for first, last, form in spans:
        words += [*forms[at : first - 1], form]
        kept += [*tags[at : first - 1], tags[_top(tags, heads, first, last, ranks) - 1]]
        at = last
    return [*words, *forms[at:]], [*kept, *tags[at:]]


def _top(tags: Sequence[str], heads: Sequence[Collection[int]], first: int, last: int, ranks: Sequence[str]) -> int:
    """The part of a surface word whose tag it takes."""
    above = {number: len(_above(heads, number)) for number in range(first, last + 1)}
    least = min(above.values())
    place = {tag: rank for rank, tag in enumerate(ranks)}
    highest = [number for number, count in above.items() if count == least]
    return min(highest, key=lambda number: (place.get(tags[number - 1], len(ranks)), number))


def _above(heads: Sequence[Collection[int]], number: int) -> set[int]:
    """All that a word depends on, directly or not, the root among them; a word in a circle is not above itself."""
    found, left = {number}, [number]
    while left:
        one = left.pop()
        new = set(heads[one - 1] if 0 < one <= len(heads) else ()) - found
        found |= new
        left += new
    return found - {number}
