"""Gold and predictions out of XTREME's files, in the forms of metrics/measure.py; a Problem with file and line where
they are not as they should be, or do not fit each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..problems import Problem, explain, unreadable
from ..tasks import Task
from . import layout

SHOWN = 40  # characters of a wrong line in a message


@dataclass(frozen=True)
class Gold:
    """What is right. `ids` name the rows of forms that have ids; `lines` say where in the file each row begins."""

    path: Path
    rows: Sequence[Any]
    ids: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Guess:
    """What was predicted, one for each row of gold (pairs, for mining); `missing` and `unknown` are ids without the other."""

    rows: Sequence[Any]
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def gold(task: Task, path: Path) -> Gold:
    """The gold of a task in one language."""
    return FORMS[layout.form(task)][0](task, path)


def guess(task: Task, path: Path, right: Gold) -> Guess:
    """The predictions for this gold."""
    return FORMS[layout.form(task)][1](task, path, right)


# ---- files ----


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Problem(explain(error)) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Problem(f"{path}, line {line}: byte {raw[error.start]:#04x} is not UTF-8; save the file as UTF-8") from None


def _lines(path: Path) -> list[str]:
    """The lines without white space around them; one line break at the end ends the last line and begins no other."""
    found = _text(path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line.strip() for line in (found if found[-1] else found[:-1])]


def _filled(path: Path, lines: list[str]) -> list[str]:
    if not any(lines):
        raise Problem(f"{path}: the file is empty")
    return lines


def _fit(task: Task, path: Path, right: Gold, begins: Sequence[int], what: str) -> None:
    """`begins` are the lines where the rows begin."""
    count, expected = len(begins), len(right.rows)
    if count != expected:
        where, line = (path, begins[expected]) if count > expected else (right.path, right.lines[count])
        here = f"{count:,} {what if count != 1 else what[:-1]}"
        raise Problem(
            f"{path}: {here}, but {right.path} has {expected:,}; {task.id} needs as many, in the same order "
            f"(nothing corresponds to line {line} of {where})"
        )


def _json(path: Path) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise Problem(f"{path}: the id {twice!r} is there {names.count(twice)} times; expected each once")
        return found

    try:
        return json.loads(_text(path), object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise Problem(f"{path}, line {error.lineno}: this is not JSON ({error.msg})") from None
    except RecursionError:
        raise Problem(f"{path}: this JSON is nested too deeply to be read") from None
    except ValueError as error:
        raise Problem(f"{path}: this JSON cannot be read ({unreadable(error)})") from None


def _named(path: Path, kind: type, what: str) -> dict[str, Any]:
    found = _json(path)
    if not isinstance(found, dict):
        raise Problem(f"{path}: expected one JSON object, {{id: {what}}}")
    if not found:
        raise Problem(f"{path}: the file has no predictions in it")
    for id, value in found.items():
        if not isinstance(value, kind):
            raise Problem(f"{path}: {id!r} has {json.dumps(value, ensure_ascii=False)[:SHOWN]}; expected {what}")
    return found


def _matched(path: Path, found: dict[str, Any], right: Gold, none: Any) -> Guess:
    known = set(right.ids)
    missing = tuple(id for id in right.ids if id not in found)
    if len(missing) == len(right.ids):
        raise Problem(f"{path}: none of its {len(found):,} ids is in {right.path}; these belong to other questions")
    return Guess([found.get(id, none) for id in right.ids], missing, tuple(id for id in found if id not in known))


# ---- labels, partners, options: one line an example ----


def _labels(task: Task, path: Path) -> list[str]:
    known, found = layout.labels(task), _filled(path, _lines(path))
    for number, label in enumerate(found, 1):
        if not label:
            raise Problem(f"{path}, line {number}: the line is empty; expected one label of {task.id} a line")
        if known and label not in known:
            shown = ", ".join(known)
            raise Problem(f"{path}, line {number}: {label[:SHOWN]!r} is no label of {task.id}; expected one of {shown}")
    return found


def _partners(task: Task, path: Path) -> list[str]:
    found = _filled(path, _lines(path))
    for number, line in enumerate(found, 1):
        if not (line.isascii() and line.isdigit()):
            raise Problem(f"{path}, line {number}: {line[:SHOWN]!r}; expected the number of a sentence, counted from 0")
    return found


def _options(task: Task, path: Path) -> list[int]:
    found = []
    for number, line in enumerate(_filled(path, _lines(path)), 1):
        try:
            row = json.loads(line)
            option = row["label"] if isinstance(row, dict) else row
        except (ValueError, KeyError, RecursionError):
            option = None
        if type(option) is not int or not 0 <= option < (task.choices or option + 1):
            last = f" from 0 to {task.choices - 1}" if task.choices else ""
            raise Problem(f'{path}, line {number}: {line[:SHOWN]!r}; expected {{"label": N}}, the number of an option{last}')
        found.append(option)
    return found


def _by_line(read: Callable[[Task, Path], list[Any]]) -> tuple[Callable[..., Gold], Callable[..., Guess]]:
    def right(task: Task, path: Path) -> Gold:
        rows = read(task, path)
        return Gold(path, rows, lines=tuple(range(1, len(rows) + 1)))

    def said(task: Task, path: Path, right: Gold) -> Guess:
        found = read(task, path)
        _fit(task, path, right, range(1, len(found) + 1), "lines")
        return Guess(found)

    return right, said


# ---- tags ----


def _sentences(task: Task, path: Path, known: frozenset[str]) -> tuple[list[list[str]], list[int]]:
    """The tags of each sentence and the line where it begins. Of a line with columns the last one counts."""
    found, begins, tags = list[list[str]](), list[int](), list[str]()
    begin = 1
    for number, line in enumerate(_filled(path, _lines(path)), 1):
        if not line:
            found.append(tags)
            begins.append(begin)
            tags, begin = [], number + 1
            continue
        tag = line.rsplit("\t", 1)[-1]
        if known and tag not in known:
            shown = ", ".join(task.labels)
            raise Problem(f"{path}, line {number}: {tag[:SHOWN]!r} is no tag of {task.id}; expected one of {shown}")
        tags.append(tag)
    if tags:
        found.append(tags)
        begins.append(begin)
    return found, begins


def _right_tags(task: Task, path: Path) -> Gold:
    rows, begins = _sentences(task, path, frozenset(layout.labels(task)))
    return Gold(path, rows, lines=tuple(begins))


def _said_tags(task: Task, path: Path, right: Gold) -> Guess:
    known = frozenset(layout.labels(task))
    found, begins = _sentences(task, path, known | {layout.OUTSIDE} if known else known)
    for number, (said, expected) in enumerate(zip(found, right.rows, strict=False)):
        if len(said) != len(expected):
            raise Problem(
                f"{path}, line {begins[number]}: sentence {number + 1} has {len(said)} tags; expected {len(expected)} as in "
                f"{right.path}, line {right.lines[number]} ({len(found):,} sentences here, {len(right.rows):,} there)"
            )
    _fit(task, path, right, begins, "sentences")
    return Guess(found)


# ---- answers ----


def _right_answers(task: Task, path: Path) -> Gold:
    found = _json(path)
    articles: Any = found.get("data") if isinstance(found, dict) else found
    ids, rows = list[str](), list[tuple[str, ...]]()
    try:
        for article in articles:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    rows.append(tuple(str(answer["text"]) for answer in question["answers"]))
                    ids.append(str(question["id"]))
                    if not rows[-1] and not task.unanswerable:
                        raise Problem(f"{path}: question {ids[-1]} has no answer; only tasks such as squad2 have such questions")
    except (KeyError, TypeError, AttributeError) as error:
        lacks = f"there is no {error}" if isinstance(error, KeyError) else "a list or an object is missing"
        raise Problem(
            f"{path}: this is not in SQuAD's form after {len(rows):,} questions ({lacks}); "
            "expected data > paragraphs > qas > id, answers > text"
        ) from None
    if not rows:
        raise Problem(f"{path}: the file has no questions in it")
    if twice := [id for id, count in Counter(ids).items() if count > 1]:
        raise Problem(f"{path}: the id {twice[0]!r} is that of several questions ({len(twice):,} such ids); expected each once")
    if not task.unanswerable and not any(text.strip() for row in rows for text in row):
        raise Problem(f"{path}: all answers are empty; XTREME's download comes without the labels of its test sets")
    return Gold(path, rows, tuple(ids))


def _said_answers(task: Task, path: Path, right: Gold) -> Guess:
    return _matched(path, _named(path, str, "text"), right, None)


# ---- mined pairs ----


def _pairs(path: Path, lines: list[str]) -> list[tuple[str, ...]]:
    found = list[tuple[str, ...]]()
    for number, line in enumerate(lines, 1):
        pair = tuple(line.split("\t"))
        if len(pair) != 2 or not all(pair):
            raise Problem(f"{path}, line {number}: {line[:SHOWN]!r}; expected two ids with a tab between them")
        found.append(pair)
    return found


def _right_pairs(task: Task, path: Path) -> Gold:
    return Gold(path, _pairs(path, _filled(path, _lines(path))))


def _said_pairs(task: Task, path: Path, right: Gold) -> Guess:
    # A system may find nothing: an empty file is a prediction.
    return Guess(_pairs(path, _lines(path)))


# ---- rankings ----


def _right_ranked(task: Task, path: Path) -> Gold:
    found = _named(path, list, "a list of ids")
    for id, right in found.items():
        if not right:
            raise Problem(f"{path}: {id!r} has no right candidate; expected at least one")
    # Mewsli-X writes its one right entity as a list, and its scorer reads the first.
    rows = [{str(right[0]).strip()} if task.id == "mewslix" else set(map(str, right)) for right in found.values()]
    return Gold(path, rows, tuple(found))


def _said_ranked(task: Task, path: Path, right: Gold) -> Guess:
    found = {id: list(map(str, ranked)) for id, ranked in _named(path, list, "a list of ids, best first").items()}
    return _matched(path, found, right, [])


Reader = tuple[Callable[[Task, Path], Gold], Callable[[Task, Path, Gold], Guess]]
FORMS: dict[str, Reader] = {
    "labels": _by_line(_labels),
    "partners": _by_line(_partners),
    "options": _by_line(_options),
    "tags": (_right_tags, _said_tags),
    "answers": (_right_answers, _said_answers),
    "mined": (_right_pairs, _said_pairs),
    "ranked": (_right_ranked, _said_ranked),
}
