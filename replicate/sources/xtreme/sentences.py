"""Files of sentences: pairs with a label, and words with tags. Each form is read as examples, and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...problems import Problem
from ...tasks.task import Task
from .. import rows, ud
from ..examples import Examples, Tagged
from ..forms import NO_TOKENS
from ..lines import Lines
from .layout import Place

LABELS = {"pawsx": ("0", "1"), "xnli": ("entailment", "neutral", "contradiction|contradictory")}
COLUMNS = {"first": "first", "second": "second", "label": "label"}
NO_COLUMNS = "line of a translation without its columns or its label"
NO_CHARACTER = "words without a character were kept"
DOCUMENT = "-DOCSTART-"  # CoNLL's mark between documents
# Scripts that put no spaces between words, where the words of a tagged sentence are joined without.
UNSPACED = frozenset(("ja", "my", "th", "zh"))


def removed(path: Path | str) -> str:
    """What is said of a file whose labels are gone."""
    return (
        f"{path} has no labels: XTREME removes those of its test sets; put the original file there, "
        "or let the hub give it (--source xtreme:DIR,hub)"
    )


# ---- pairs ----


def pairs(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """Two sentences and a label in each line, with tabs between; as Python's csv module writes them."""
    lines = Lines(place.files[0])
    return rows.collect(task, COLUMNS, _labels(task), _pairs(lines), lambda number: str(lines), limit, split)


def _labels(task: Task) -> tuple[str, ...]:
    return LABELS["pawsx" if task.id == "pawsx" else "xnli"]


def _pairs(lines: Lines) -> Iterator[dict[str, str]]:
    for line in lines:
        if not line.strip():
            continue
        fields = line.split("\t")
        if len(fields) == 2:
            raise Problem(removed(lines.path))
        if len(fields) != 3:
            raise Problem(f"{lines}: {len(fields)} columns; expected two sentences and their label, with tabs between")
        yield {"first": unquoted(fields[0]), "second": unquoted(fields[1]), "label": fields[2].strip()}


def unquoted(written: str) -> str:
    """A field as it was before Python's csv module wrote it. Only quotes inside make it quote, so `"word"` is as it stands."""
    inner = written[1:-1]
    if '""' in inner and written[0] == written[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"').strip()
    return written.strip()


def translated(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """XTREME's translations: the English pair, the translated pair and the label in each line; or the last three alone.

    Some lines are known to be broken; they are counted. These files are not quoted.
    """
    lines, broken, known = Lines(place.files[0]), Counter[str](), {name for one in _labels(task) for name in one.split("|")}

    def read() -> Iterator[dict[str, str]]:
        for line in lines:
            fields = [one.strip() for one in line.split("\t")]
            if len(fields) not in (3, 5) or fields[-1] not in known:
                broken[NO_COLUMNS] += 1
            else:
                yield dict(zip(("first", "second", "label"), fields[-3:], strict=True))

    found = rows.collect(task, COLUMNS, _labels(task), read(), lambda number: str(lines), limit, split)
    return Examples(found.rows, {**found.skipped, **broken}, found.notes)


def pair_texts(place: Place, language: str) -> Iterator[str]:
    """Both sentences of each line; labels are not looked at."""
    for line in Lines(place.files[0]):
        yield from (unquoted(one) for one in line.split("\t")[:2])


# ---- tags ----

Read = Iterator[tuple[list[str], list[str]] | str]


def tags(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """A word, a tab and its tag in each line, an empty line between sentences."""
    return _tagged(_sentences(Lines(place.files[0]), task), task, split, limit)


def wikiann(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """PAN-X as it is handed out: each word with its language before it, `de:Berlin`."""
    return _tagged(_sentences(Lines(place.files[0]), task, prefixed=True), task, split, limit)


def conllu(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """Treebanks of Universal Dependencies, one after the other, in XTREME's form."""
    return _tagged((one for path in place.files for one in ud.sentences(path, language)), task, split, limit)


def _tagged(found: Iterator[Any], task: Task, split: str, limit: int | None) -> Examples:
    """Sentences in their order, numbered; what is a text in their stead is the reason why one is left out."""
    kept: list[Tagged] = []
    skipped, bare = Counter[str](), 0
    while limit is None or len(kept) < limit:
        one = next(found, None)
        if one is None:
            break
        if isinstance(one, str):
            skipped[one] += 1
            continue
        words, its = one
        bare += sum(not word.strip(" \u200c") for word in words)
        kept.append(Tagged(f"{task.id}-{split}-{len(kept)}", tuple(words), tuple(its)))
    return Examples(kept, dict(skipped), (f"{bare} {NO_CHARACTER}",) if bare else ())


def _sentences(lines: Lines, task: Task, prefixed: bool = False) -> Read:
    known, words, its, empty = frozenset(task.labels), list[str](), list[str](), False
    for line in lines:
        word, tab, tag = line.partition("\t")
        if tag not in known:
            if not line.strip() or line.startswith(DOCUMENT):
                if words:
                    yield words, its
                    words, its = [], []
                elif empty:
                    yield NO_TOKENS
                empty = not line.startswith(DOCUMENT)
                continue
            tag = _mended(tab, tag, known, lines)
        if prefixed:
            language, colon, word = word.partition(":")
            if not colon:
                raise Problem(f"{lines}: the word {language!r} has no language before it; expected for example de:{language}")
        empty = False
        words.append(word.strip())
        its.append(tag)
    if words:
        yield words, its


def _mended(tab: str, tag: str, known: frozenset[str], lines: Lines) -> str:
    """The tag without the spaces around it, or a Problem that says what is wrong with the line."""
    if not tab and lines.number == 1:
        raise Problem(removed(lines.path))
    if not tab or "\t" in tag.strip():
        raise Problem(f"{lines}: {tag.count(chr(9)) + bool(tab) + 1} columns; expected a word, a tab and its tag")
    if tag.strip() not in known:
        raise Problem(f"{lines}: the tag {tag.strip()!r}; expected one of {', '.join(sorted(known))}")
    return tag.strip()


def tag_texts(place: Place, language: str) -> Iterator[str]:
    """The sentences; tags are not looked at."""
    words: list[str] = []
    for line in Lines(place.files[0]):
        word = line.partition("\t")[0].strip()
        if word and not line.startswith(DOCUMENT):
            words.append(word.partition(":")[2] if place.form == "wikiann" else word)
        elif words:
            yield spaced(words, language)
            words = []
    yield spaced(words, language)


def conllu_texts(place: Place, language: str) -> Iterator[str]:
    """The sentences as they are written."""
    for path in place.files:
        for one in ud.sentences(path, language):
            if not isinstance(one, str):
                yield spaced(one[0], language)


def spaced(words: list[str] | tuple[str, ...], language: str) -> str:
    """Words as a sentence."""
    return ("" if language in UNSPACED else " ").join(words)
