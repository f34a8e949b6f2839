"""A paper's table -> rows of the contract. A cell whose header does not say what was measured is listed with its reason.

What a table leaves to its paper (the split, the size of a model) may be given; it is never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from replicate import results, tasks
from replicate.problems import Problem, unknown

from .. import vocabulary
from ..vocabulary import AVERAGE, LANGUAGE, METRIC, MODEL, SPLIT, SYSTEM, TASK, Name
from .document import Cell, Document, Table

GIVEN = ("model", "split", "metric", "target", "intermediate", "language", "over")
SIGNED = re.compile(r"^\s*[(]?\s*[+\-\u2212\u2013]\s*\.?\d")
SMALL = re.compile(r"(?<![\s\u00b1])(?:(?<![\u2080-\u208b])|(?=[\s\u00b1]))[\s\u00b1]*[\u2080-\u208b]+(\.[\u2080-\u2089]+)?$")
PARTS = re.compile(r"\s*/\s*")
MEASURE = re.compile(
    r"(?P<value>[+\-\u2212\u2013]?\s*(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)\s*%?\s*(?P<rest>(?:\u00b1|\+/-|\().*)?"
)
CITATION = re.compile(
    r"\((?=[^()]*+\))[^()]*\d{4}[a-z]?[^()]*\)|\[[\d, ]+\]|"
    r"\b[A-Z][\w\u00c0-\u017f-]{1,60} (et al\.?|and [A-Z][\w\u00c0-\u017f-]{1,60}),? ?(\(?\d{4}[a-z]?\)?)"
)
ZERO_SHOT = re.compile(r"zero-?shot|cross-?lingual transfer|english (training )?(set|data)", re.I)
OTHER_SETTING = re.compile(r"translat|in-language|few-?shot|all languages|all training sets|multi-?task|joint", re.I)
IDLE = frozenset("a an and are is this their by for from in model models of on our ours over system task tasks the to training "
                 "trained with w target intermediate none set sets data results score scores performance".split())  # fmt: skip


APART = ("origin", "value", "printed", "note")  # what does not tell one row from another


@dataclass(frozen=True)
class Left:
    """A cell that is no row, and why."""

    cell: Cell
    reason: str


@dataclass
class Mapped:
    """The rows that a table makes, and the cells that it leaves."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)  # of each row
    left: list[Left] = field(default_factory=list)


@dataclass(frozen=True)
class Axis:
    """What the labels of a row or a column name, and the words in them that name nothing."""

    names: tuple[Name, ...]
    unknown: str = ""

    def of(self, kind: str) -> tuple[Name, ...]:
        return tuple(dict.fromkeys(name for name in self.names if name.kind == kind))


def check_given(given: Mapping[str, str]) -> dict[str, str]:
    """What a user says for all of a table, in ids; a Problem names what is not known."""
    made = dict[str, str]()
    kinds = {"model": MODEL, "split": SPLIT, "metric": METRIC, "target": TASK, "intermediate": TASK, "language": LANGUAGE}
    for name, value in given.items():
        if name not in GIVEN:
            raise unknown("field of --set", name, GIVEN)
        found = [one.id for one in vocabulary.find(value, kinds.get(name, ""))]
        if name in ("intermediate", "over", "target") and not any(found):
            found = [one.id for kind in (SYSTEM, AVERAGE) for one in vocabulary.find(value, kind)]
        if name == "model" and not any(found):
            found = [value]
        if not any(found):
            valid = sorted(
                {one.id for names in vocabulary.names().values() for one in names if one.kind == kinds.get(name) and one.id}
            )
            raise unknown(name, value, valid or [results.BASELINE])
        made[name] = found[0]
    return made


def results_of(table: Table, document: Document, paper: str, given: Mapping[str, str] | None = None) -> Mapped:
    """The rows of the contract in a table; `paper` is the id and version that they come from."""
    return _Mapper(table, document, paper, dict(given or {})).mapped()


def together(parts: Sequence[Mapped]) -> list[Mapped]:
    """The rows of several tables of a paper: what an earlier table has already is left out of a later one, and listed."""
    seen: dict[tuple[Any, ...], dict[str, Any]] = {}
    made = list[Mapped]()
    for part in parts:
        kept = Mapped(left=list(part.left))
        for row, cell in zip(part.rows, part.cells, strict=True):
            key = tuple(value for name, value in row.items() if name not in APART)
            first = seen.setdefault(key, row)
            if first is row:
                kept.rows.append(row)
                kept.cells.append(cell)
            else:
                same = "the same" if first["value"] == row["value"] else f"another number, {first['printed']},"
                kept.left.append(Left(cell, f"{same} stands in {first['origin'].rpartition('#')[2]}"))
        made.append(kept)
    return made


def _axis(labels: Sequence[str]) -> Axis:
    names, unknown = list[Name](), list[str]()
    for label in labels:
        if ZERO_SHOT.search(label) and not OTHER_SETTING.search(label):
            continue  # the setting of the contract itself: trained in English, measured elsewhere
        bare = CITATION.sub(" ", label)
        whole = vocabulary.near(bare) or vocabulary.find(bare, LANGUAGE)
        if whole:
            names += whole
            continue
        found = vocabulary.mentions(bare, slips=True)
        if len(bare.split()) > 4:  # a sentence may speak of a language, a label is one
            found = tuple(one for one in found if one.name.kind != LANGUAGE)
        names += [one.name for one in found]
        rest, last = "", 0
        for one in found:
            rest += bare[last : one.start] + " "
            last = max(last, one.end)
        rest += bare[last:]
        unknown += [word for word in re.findall(r"[^\W\d_][\w-]{2,}", rest) if word.lower() not in IDLE]
    return Axis(tuple(names), " ".join(unknown))


def _once(made: Mapped) -> Mapped:
    """Without the rows that say the same of two numbers: their labels differ in something that was not understood."""
    what = [tuple(value for name, value in row.items() if name not in APART) for row in made.rows]
    count = Counter(what)
    twice = {id(cell): cell for cell, one in zip(made.cells, what, strict=True) if count[one] > 1}
    kept = [(row, cell) for row, cell in zip(made.rows, made.cells, strict=True) if id(cell) not in twice]
    left = [Left(cell, "another cell of the table has headers that mean the same") for cell in twice.values()]
    return Mapped([row for row, _ in kept], [cell for _, cell in kept], [*made.left, *left])


class _Mapper:
    def __init__(self, table: Table, document: Document, paper: str, given: dict[str, str]) -> None:
        self.table, self.paper, self.given, self.document = table, paper, given, document
        self.rows = [_axis(path) for path in table.labels]
        self.columns = [_axis(path) for path in table.header]
        self.caption = Axis(tuple(one.name for one in vocabulary.mentions(table.caption)))
        self.signed = {cell.row for cell in table.cells if SIGNED.match(cell.text)}
        self.turned, self.trouble = self._direction()

    def _direction(self) -> tuple[bool, str]:
        """Whether the tasks that are measured stand in the rows, and what is unclear about it."""
        across = {name.id for axis in self.columns for name in axis.of(TASK)}
        down = {name.id for axis in self.rows for name in axis.of(TASK)}
        if not across or not down:
            return bool(down) and not across and not any(axis.of(LANGUAGE) for axis in self.columns), ""
        trained = set(tasks.INTERMEDIATE)
        if down <= trained and not across <= trained:
            return False, ""
        if across <= trained and not down <= trained:
            return True, ""
        return False, "rows and columns both name tasks, and neither names only intermediate ones"

    def mapped(self) -> Mapped:
        made = Mapped()
        for cell in self.table.cells:
            if not any("0" <= one <= "9" for one in cell.text):
                if cell.text.strip(" -\u2013\u2014\u2212"):
                    made.left.append(Left(cell, "holds no number"))
                continue
            try:
                made.rows += self._rows(cell)
                made.cells += [cell] * (len(made.rows) - len(made.cells))
            except Problem as problem:
                made.left.append(Left(cell, str(problem)))
        return _once(made)

    def _rows(self, cell: Cell) -> list[dict[str, Any]]:
        if self.trouble:
            raise Problem(self.trouble)
        row, column = self.rows[cell.row], self.columns[cell.column]
        about, who = (row, column) if self.turned else (column, row)
        target, language = self._target(about, who)
        system = self._system(who, about)
        values = [self._value(part, cell) for part in self._parts(cell)]
        metrics = self._metrics(about, who, target, [value for value, _, _ in values], cell)
        gain = cell.row in self.signed and all(value is not None for value, _, _ in values)
        over = self._over() if gain else ""
        base = {
            "origin": f"paper:{self.paper}#table{self.table.number or self._place()}.r{cell.row + 1}.c{cell.column + 1}",
            "world": "real", "method": "full", **system, "target": target, "language": language, "split": self._split(about, who),
            "quantity": "gain" if gain else "level", "over": over,
        }  # fmt: skip
        made = []
        for metric, (value, printed, rest) in zip(metrics, values, strict=True):
            if not gain and not 0 <= value <= 100:
                raise Problem(f"{printed} is outside 0 to 100 points")
            made.append(
                {
                    **base,
                    "metric": metric,
                    "value": value,
                    "printed": printed,
                    "note": "; ".join(one for one in (rest, base["note"]) if one),
                }
            )
        return made

    def _place(self) -> str:
        """A name for a table without a number: its page."""
        return f"-page{self.table.page}"

    def _parts(self, cell: Cell) -> list[str]:
        return PARTS.split(cell.text.strip())

    def _value(self, part: str, cell: Cell) -> tuple[float, str, str]:
        """The number, the characters of it, and what stands beside it (a spread, a change)."""
        small = SMALL.search(part)  # a spread that is printed as a subscript
        found = MEASURE.fullmatch(part[: small.start()].strip() if small else part.strip())
        if not found or not re.search(r"\d", found["value"]):
            raise Problem(f"'{cell.text}' is not one number, nor some with / between")
        printed = re.sub(r"\s+", "", found["value"]).replace("\u2013", "\u2212")
        middle = (results.interval(printed).low + results.interval(printed).high) / 2
        return float(middle), printed, (small[0] if small else found["rest"] or "").strip()

    def _target(self, about: Axis, who: Axis) -> tuple[str, str]:
        """What was measured, and in which language."""
        named = [name.id for name in about.of(TASK)]
        languages = [name.id for axis in (about, who) for name in axis.of(LANGUAGE)]
        mean = about.of(AVERAGE)
        if len(named) > 1 or len(set(languages)) > 1:
            raise Problem(f"its headers name {' and '.join(named if len(named) > 1 else languages)} at once")
        every = {name.id for axis in (self.rows if self.turned else self.columns) for name in axis.of(TASK)}
        if not named and not every:
            captioned = [name.id for name in self.caption.of(TASK)]
            named = [self.given["target"]] if "target" in self.given else captioned
            if len(named) != 1:
                raise Problem(f"no task is named in {'its headers' if not about.names else 'them'} (say --set target=TASK)")
        if named:
            spoken = any(axis.of(LANGUAGE) for axis in (*self.columns, *self.rows))
            if spoken and not languages and not mean:
                raise Problem("other columns name languages, this one does not")
            return named[0], self.given.get("language", languages[0] if languages else results.ALL)
        if mean:
            for name, members in results.AVERAGES.items():
                if every >= set(members) and (mean[0].id == name or every == set(members)):
                    return name, results.ALL
            raise Problem("an average over other tasks than XTREME's nine")
        raise Problem(f"no task is named in '{about.unknown or 'its header'}'")

    def _system(self, who: Axis, about: Axis) -> dict[str, Any]:
        """The model and what it was trained on before."""
        if who.unknown:
            raise Problem(f"'{who.unknown}' names no model and no training that is known")
        models = (
            [*who.of(MODEL), *about.of(MODEL)]
            or [name for axis in self._bare() for name in axis.of(MODEL)]
            or [*self.caption.of(MODEL)]
        )
        said = ""
        if "model" in self.given:
            model = self.given["model"]
        elif len(set(models)) != 1:
            said = " and ".join(sorted({vocabulary.title(one) for one in models}))
            raise Problem(f"{'the models ' + said + ' are named' if models else 'no model is named'} (say --set model=ID)")
        else:
            model = models[0].id or self._size(models[0])
            said = "" if models[0].id else f"{model}: the only size that the paper names"
        trained = [name.id for name in who.of(TASK)] + [name.id for name in who.of(SYSTEM)]
        mlm = "mlm" in trained
        trained = [one for one in dict.fromkeys(trained) if one not in ("mlm", "no mlm", results.BASELINE)]
        if len(trained) > 1:
            raise Problem(f"{' and '.join(trained)} are named as training")
        intermediate = trained[0] if trained else self.given.get("intermediate", results.BASELINE)
        named = any(axis.of(MODEL) or axis.of(SYSTEM) or axis.of(TASK) for axis in (self.columns if self.turned else self.rows))
        if named and not trained and not who.of(MODEL) and not who.of(SYSTEM) and "intermediate" not in self.given:
            raise Problem("its label names no model and no training")
        return {
            "model": model, "note": said, "intermediate": intermediate, "mlm": mlm,
            "intermediate_languages": "en" if intermediate not in (results.BASELINE, "best") else "",
        }  # fmt: skip

    def _bare(self) -> list[Axis]:
        """The rows that name a model and nothing else: the baseline that the others build on."""
        lines = self.columns if self.turned else self.rows
        return [axis for axis in lines if axis.of(MODEL) and not axis.of(TASK) and not axis.of(SYSTEM)]

    def _size(self, model: Name) -> str:
        """Which of several sizes is meant, if the paper names only one of them."""
        text = "\n".join(page.text.replace("-\n", "-").replace("\n", " ") for page in self.document.pages)
        plain = vocabulary.key(text)
        named = {
            id for id in model.open for spelled in vocabulary.MODEL_NAMES.get(id, ()) if len(vocabulary.key(spelled)) > 5
            and vocabulary.key(spelled) in plain
        }  # fmt: skip
        if len(named) == 1:
            return named.pop()
        raise Problem(f"{' or '.join(model.open)}? the label does not say (say --set model=ID)")

    def _metrics(self, about: Axis, who: Axis, target: str, values: Sequence[float], cell: Cell) -> list[str]:
        """The metric of every number in a cell."""
        if target in results.AVERAGES:
            if len(values) != 1:
                raise Problem("an average of several numbers")
            return [results.SCORE]
        named = [name.id for axis in (about, who) for name in axis.of(METRIC)]
        if not named and "metric" in self.given:
            named = [self.given["metric"]]
        if not named and len(self.caption.of(METRIC)) == 1:
            named = [self.caption.of(METRIC)[0].id]
        usual = list(results.score_metrics(target))
        if not named:
            if len(usual) != len(values):
                raise Problem(f"{' or '.join(usual)}? its headers name no metric (say --set metric=NAME)")
            if len(usual) == 2 and not self._falls(cell.column):
                raise Problem("two numbers, and no header says which is which")
            named = usual  # F1 is never below exact match, so their order shows
        if len(named) != len(values):
            raise Problem(f"{len(values)} number{'s' * (len(values) != 1)} for {len(named)} ({', '.join(named)})")
        for metric in named:
            if metric not in tasks.TASKS[target].metrics:
                raise Problem(f"{target} is not measured in {metric}")
        return named

    def _falls(self, column: int) -> bool:
        """Whether in every level of a column the first number is the larger one."""
        levels = [cell for cell in self.table.cells if cell.column == column and cell.row not in self.signed]
        pairs = list[tuple[float, ...]]()
        for cell in levels:
            try:
                pairs.append(tuple(self._value(part, cell)[0] for part in self._parts(cell)))
            except Problem:
                continue
        return bool(pairs) and all(len(pair) == 2 and pair[0] > pair[1] for pair in pairs)

    def _over(self) -> str:
        if "over" in self.given:
            return self.given["over"]
        bare = [
            number
            for number, axis in enumerate(self.rows)
            if axis in self._bare() or results.BASELINE in [one.id for one in axis.of(SYSTEM)]
        ]
        if not any(number not in self.signed for number in bare):
            raise Problem("a gain, and no row of the table is what it is over (say --set over=baseline)")
        return results.BASELINE

    def _split(self, about: Axis, who: Axis) -> str:
        found = [name.id for axis in (about, who) for name in axis.of(SPLIT)] or [name.id for name in self.caption.of(SPLIT)]
        if "split" in self.given:
            return self.given["split"]
        if len(set(found)) != 1:
            raise Problem(f"{'several splits are' if found else 'no split is'} named (say --set split=dev or test)")
        return found[0]


__all__ = ["GIVEN", "Left", "Mapped", "check_given", "results_of", "together"]
