"""How a row becomes an example, for each kind of task: what `rows.py` is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from ..problems import Problem, near
from ..tasks.task import Task
from .examples import Choice, Mining, Pair, Span, Tagged

# By kind: the fields that are needed and those that may be there. Choices and spans have their own say, below.
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pairs": (("first", "second", "label"), ("id",)),
    "tags": (("words", "tags"), ("id",)),
    "spans": (("question", "context"), ("answers", "answer", "start", "id")),
    "choices": (("label",), ("context", "question", "options", "label_from", "id")),
    "retrieval": (("query", "candidate"), ()),
    "text": (("text",), ()),
}
NO_LABEL = "no gold label"
NO_TOKENS = "sentence with no tokens"
NO_ANSWER = "no gold answer"
MISPLACED = "answer is not in the passage at its offset"
BESIDE = 20  # characters: how far from its offset an answer is looked for
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Row = Mapping[str, Any]


class Skip(Exception):
    """The row is left out; the message is the reason, the same for all rows of its sort."""


def check_fields(kind: str, columns: Mapping[str, str]) -> None:
    """A Problem for a field that this kind of task does not have, or one that it lacks."""
    needed, optional = FIELDS[kind]
    many = kind == "choices"
    for field in columns:
        if field not in needed + optional and not (many and field.startswith("option") and field[6:].isdecimal()):
            raise Problem(f"a column is named for the field {field!r}; fields of {kind}: {', '.join(needed + optional)}")
    lacking = [field for field in needed if field not in columns]
    if many and not {"options", "option0"} & set(columns):
        lacking.append("options (or option0, option1, ...)")
    if kind == "spans" and not {"answers", "answer"} & set(columns):
        lacking.append("answers (or answer and start)")
    if not columns.get("label_from", "0").isdecimal():
        raise Problem(f'label_from is {columns["label_from"]!r}; expected the number of the first option, "0" or "1"')
    if lacking:
        raise Problem(f"no column is named for the field {' and '.join(lacking)}")


def no_column(column: str, row: Row) -> Problem:
    """The problem for a column that a table does not have."""
    names = [str(name) for name in row]
    like = near(column, names)
    hint = f"; did you mean {like[0]!r}?" if like else ""
    return Problem(f"no column {column!r}; there are {', '.join(names) or 'none'}{hint}")


def getter(column: str) -> Callable[[Row], Any]:
    """What reads this column of a row; a KeyError that names it where the row has none."""
    if "." not in column:
        return itemgetter(column)
    parts = column.split(".")

    def reach(row: Row) -> Any:
        if column in row:
            return row[column]
        value: Any = row
        for part in parts:
            try:
                value = [one[part] for one in value] if isinstance(value, list) else value[part]
            except (KeyError, TypeError):
                raise KeyError(column) from None
        return value

    return reach


def _optional(columns: Mapping[str, str], field: str) -> Callable[[Row], Any]:
    return getter(columns[field]) if field in columns else lambda row: None


def _name(task: Task, columns: Mapping[str, str], split: str) -> Callable[[Row, int], str]:
    """The id of a row: its own, or its number in the table."""
    prefix = f"{task.id}-{split}-"
    if "id" not in columns:
        return lambda row, number: f"{prefix}{number}"
    get = getter(columns["id"])

    def named(row: Row, number: int) -> str:
        id = get(row)
        return f"{prefix}{number}" if id is None or id == "" else str(id)

    return named


def plain(value: Any, column: str) -> str:
    """The text without the end of its line; Skip where there is none, a Problem where it is something else."""
    if type(value) is str:
        return value.rstrip("\r\n")
    if value is None or value != value:  # pandas writes NaN for what is not there
        raise Skip(f"no text in {column!r}")
    raise Problem(f"column {column!r} holds {value!r} ({type(value).__name__}); expected text")


def _missing(value: Any) -> bool:
    return value is None or value != value or value in (-1, "-1", "", "-")


def _table(task: Task, labels: tuple[str, ...]) -> dict[Any, str]:
    """Each value that a label column may hold, with the task's label for it; empty where the task takes any."""
    ours = task.labels or labels
    if labels and len(labels) != len(ours):
        raise Problem(f"{len(labels)} labels are named; {task.id} has {len(ours)}: {', '.join(ours)}")
    return _values(labels if labels and task.labels else ours, ours, split="|" if task.labels else None)


def _values(names: Sequence[str], meant: Sequence[Any], split: str | None = None) -> dict[Any, Any]:
    """What each name and each place means. Names that are numbers are no places: labels "1" and "2" do not count from 0."""
    table: dict[Any, Any] = {}
    if not any(name.isdecimal() for name in names):
        table = {**dict(enumerate(meant)), **{str(number): label for number, label in enumerate(meant)}}
    for joined, label in zip(names, meant, strict=True):
        for name in joined.split(split) if split else (joined,):
            table[name] = label
            if name.isdecimal():
                table[int(name)] = label
    return table


def _label(table: dict[Any, Any], value: Any, column: str) -> Any:
    """The slow way to a label, for a value that is not in the table as it is."""
    if isinstance(value, str) and value.strip() in table:
        return table[value.strip()]
    if _missing(value):
        raise Skip(NO_LABEL)
    names = [name for name in table if isinstance(name, str) and not name.isdecimal()] or [str(name) for name in table]
    expected = f"one of {', '.join(dict.fromkeys(names))}" if table else "text"
    raise Problem(f"column {column!r} holds the label {value!r}; expected {expected}")


def _pairs(task: Task, columns: Mapping[str, str], labels: tuple[str, ...], split: str, told: Counter[str]) -> Any:
    first, second, label = (columns[field] for field in ("first", "second", "label"))
    get_first, get_second, get_label = getter(first), getter(second), getter(label)
    table, name = _table(task, labels), _name(task, columns, split)

    def make(row: Row, number: int) -> Pair:
        value = get_label(row)
        try:
            found = table[value]
        except (KeyError, TypeError):
            found = _label(table, value, label)
        return Pair(name(row, number), plain(get_first(row), first), plain(get_second(row), second), found)

    return make


def _tags(task: Task, columns: Mapping[str, str], labels: tuple[str, ...], split: str, told: Counter[str]) -> Any:
    get_words, get_tags = getter(columns["words"]), getter(columns["tags"])
    table, name = _table(task, labels), _name(task, columns, split)

    def make(row: Row, number: int) -> Tagged:
        words, tags = _sequence(get_words(row), columns["words"]), _sequence(get_tags(row), columns["tags"])
        if not words:
            raise Skip(NO_TOKENS)
        if not tags:
            raise Skip(NO_LABEL)
        if len(words) != len(tags):
            raise Problem(f"{len(words)} words and {len(tags)} tags; expected a tag for each word")
        for word in words:
            if not isinstance(word, str):
                raise Problem(f"column {columns['words']!r} holds the word {word!r} ({type(word).__name__}); expected text")
            if not word.strip(" \u200c"):
                told["words without a character were kept"] += 1
        try:
            found = tuple([table[tag] for tag in tags])
        except (KeyError, TypeError):
            found = tuple([_tag(tag, table, columns["tags"]) for tag in tags])
        return Tagged(name(row, number), tuple(words), found)

    return make


def _tag(tag: Any, table: dict[Any, str], column: str) -> str:
    """One tag. A task whose labels are those of its training data takes any."""
    if not table and isinstance(tag, str) and tag:
        return tag
    return table[tag] if type(tag) in (str, int) and tag in table else _label(table, tag, column)


def _sequence(value: Any, column: str) -> Sequence[Any]:
    if isinstance(value, str):
        # Only blanks: words of some languages hold other white space.
        return [word for word in value.strip().split(" ") if word]
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return value
    raise Problem(f"column {column!r} holds {value!r}; expected a list, or a text with spaces between")


def _spans(task: Task, columns: Mapping[str, str], labels: tuple[str, ...], split: str, told: Counter[str]) -> Any:
    get_question, get_context = getter(columns["question"]), getter(columns["context"])
    name, whole = _name(task, columns, split), "answers" in columns
    get_answers = getter(columns["answers" if whole else "answer"])
    get_start = _optional(columns, "start")

    def make(row: Row, number: int) -> Span:
        question, context = plain(get_question(row), columns["question"]), plain(get_context(row), columns["context"])
        value = get_answers(row)
        pairs = _answers(value, columns["answers"]) if whole else [(value, get_start(row))]
        answers = [(plain(text, "answer"), _offset(start)) for text, start in pairs if text is not None and str(text).strip()]
        if not answers:
            if not task.unanswerable:
                raise Skip(NO_ANSWER)
            return Span(name(row, number), question, context, (), -1)
        for answer, offset in answers:
            start = locate(context, answer, offset)
            if start >= 0:
                break
        else:
            if split == "train":
                raise Skip(MISPLACED)
            told["answers to be scored against are not in the passage at their offset"] += 1
            return Span(name(row, number), question, context, tuple(text for text, _ in answers), -1)
        if offset < 0:
            told["answers without an offset were taken where they first stand"] += 1
        elif start != offset:
            told[f"answers stood within {BESIDE} characters of their offset and were moved"] += 1
        # `start` is that of the first answer: the one that was found comes first.
        rest = [text for text, at in answers if (text, at) != (answer, offset)]
        before = [text for text, at in answers if (text, at) == (answer, offset)]
        return Span(name(row, number), question, context, (*before, *rest), start)

    return make


def locate(context: str, answer: str, offset: int) -> int:
    """Where the answer stands: at its offset, else nearest to it within 20 characters, else -1; a negative offset: anywhere."""
    if offset < 0:
        return context.find(answer)
    if context.startswith(answer, offset):
        return offset
    near = [k for k in range(max(offset - BESIDE, 0), offset + BESIDE + 1) if context.startswith(answer, k)]
    return min(near, key=lambda k: abs(k - offset), default=-1)


def _answers(value: Any, column: str) -> list[tuple[Any, Any]]:
    """(text, start) of each answer, in either of SQuAD's two forms."""
    if value is None:
        return []
    try:
        if isinstance(value, Mapping):
            texts, starts = value["text"], value["answer_start"]
            if isinstance(texts, str):
                texts, starts = [texts], [starts]
            return list(zip(texts, starts, strict=True))
        return [(one["text"], one["answer_start"]) for one in value]
    except (KeyError, TypeError, ValueError):
        raise Problem(f"column {column!r} holds {str(value)[:80]}; expected text and answer_start of each answer") from None


def _offset(value: Any) -> int:
    if value is None or value == "":
        return -1
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise Problem(f"the offset of an answer is {value!r}; expected a number of characters") from None


def _choices(task: Task, columns: Mapping[str, str], labels: tuple[str, ...], split: str, told: Counter[str]) -> Any:
    get_context, get_question, get_label = (
        _optional(columns, "context"), _optional(columns, "question"), getter(columns["label"]),
    )  # fmt: skip
    single = sorted((field for field in columns if field[6:].isdecimal()), key=lambda field: int(field[6:]))
    getters = [getter(columns[field]) for field in single]
    get_options = _optional(columns, "options")
    begin, count, name = int(columns.get("label_from", "0")), task.choices or len(LETTERS), _name(task, columns, split)
    table = _values(labels, range(len(labels))) if labels else {}
    for k in range(0 if labels else count):
        table |= {k + begin: k, str(k + begin): k, LETTERS[k]: k}

    def make(row: Row, number: int) -> Choice:
        value = get_label(row)
        right = table[value] if type(value) in (str, int) and value in table else _label(table, value, columns["label"])
        given = [get(row) for get in getters] if getters else get_options(row)
        if not isinstance(given, (list, tuple)):
            raise Problem(f"column {columns['options']!r} holds {given!r}; expected a list of options")
        if task.choices and len(given) != task.choices:
            raise Problem(f"{len(given)} options; {task.id} has {task.choices}")
        options = tuple([plain(option, "an option") for option in given])
        context, question = get_context(row), get_question(row)
        return Choice(
            name(row, number),
            "" if context is None else plain(context, columns["context"]),
            "" if question is None else plain(question, columns["question"]),
            options,
            right,
        )

    return make


def _retrieval(task: Task, columns: Mapping[str, str], labels: tuple[str, ...], split: str, told: Counter[str]) -> Any:
    query, candidate = columns["query"], columns["candidate"]
    get_query, get_candidate = getter(query), getter(candidate)

    def make(row: Row, number: int) -> Mining:
        return Mining(str(number), (plain(get_query(row), query),), (plain(get_candidate(row), candidate),), ((0, 0),))

    return make


MAKERS: dict[str, Callable[..., Any]] = {
    "pairs": _pairs, "tags": _tags, "spans": _spans, "choices": _choices, "retrieval": _retrieval,
}  # fmt: skip
