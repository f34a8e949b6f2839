"""The nouns, frozen: Question, Paper, Claim, Assertion, Evidence, Verdict; and questions read from their files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from replicate import experiments, resources, results, tasks
from replicate.problems import Problem, unknown

BEST, MULTI = "best", "multi"
SHUFFLED = "shuffled-"  # how experiments name a control whose labels mean nothing
CHOSEN = ("best per target on dev",)
SYSTEMS = (results.BASELINE, *tasks.INTERMEDIATE, MULTI, BEST)
SPLITS = ("dev", "test")


@dataclass(frozen=True)
class Assertion:
    """What a claim asserts, as data. `kind` says which of the other fields count (TAKES).

    The system is `intermediate` (with `mlm`), or what `chosen` says; what is measured is `metric` (empty: the
    score of the field) of `target` in `language` on `split` (empty: not said). `over_model` names another
    model where the baseline is not the system's own. `value` holds the characters of the claim.
    """

    kind: str
    intermediate: str
    target: str = results.AVERAGE
    over: str = results.BASELINE
    over_model: str = ""
    metric: str = results.SCORE
    language: str = results.ALL
    split: str = ""
    mlm: bool = False
    chosen: str = ""
    value: str = ""
    among: tuple[str, ...] = ()


MEASURED = ("kind", "intermediate", "target", "over", "metric", "language", "split", "mlm")
TAKES: dict[str, tuple[str, ...]] = {"gain": (*MEASURED, "over_model", "chosen", "value"), "best": (*MEASURED, "among")}
NEEDS: dict[str, tuple[str, ...]] = {"gain": ("intermediate", "value"), "best": ("intermediate",)}


@dataclass(frozen=True)
class Claim:
    """One sentence in our own words, the version of the paper that it cites, and what the report said of it."""

    id: str
    text: str
    paper: str
    asserts: tuple[Assertion, ...] = ()
    reported: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Question:
    """One research question: its papers, its claims, the experiment that answers it, and the margin stated beforehand."""

    name: str
    question: str
    experiment: str
    papers: tuple[str, ...]
    margin: float
    claims: tuple[Claim, ...]
    reported: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    search: Mapping[str, Any] = field(default_factory=dict)  # read by literature/plan.py alone


@dataclass(frozen=True)
class Paper:
    """One text of one paper, as a source describes it.

    `id` has the version where the source counts versions (2005.13013v2); `aliases` are the paper's other names, each with
    its kind (doi:10.18653/v1/2020.aacl-main.56). With a `sha256` the file with these bytes lies in the library.
    `withdrawn` holds the words of a withdrawal, `latest` the newest version that there was when the source was asked.
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    date: str = ""
    abstract: str = ""
    venue: str = ""
    language: str = ""
    aliases: tuple[str, ...] = ()
    source: str = ""
    url: str = ""
    pdf: str = ""
    sha256: str = ""
    size: int = 0
    when: str = ""
    latest: str = ""
    withdrawn: str = ""


@dataclass(frozen=True)
class Evidence:
    """One cell that decided: where it stands and what it holds."""

    origin: str
    cell: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """What one check says of a claim, or all of them together (`checks` holds theirs).

    `line` says why in one sentence, `number` is what was found as people print it, `recomputation` how it
    came about. `confidence` is None where nothing calibrates it, and `reason` says so.
    """

    check: str
    verdict: str
    line: str
    number: str = ""
    evidence: tuple[Evidence, ...] = ()
    recomputation: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, Verdict] = field(default_factory=dict)
    confidence: float | None = None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The JSON of one check."""
        plain = {name: getattr(self, name) for name in ("verdict", "line", "number", "recomputation")}
        evidence = [{one.name: getattr(item, one.name) for one in fields(item)} for item in self.evidence]
        return {**plain, "evidence": evidence, **self.data}


def title(system: str, mlm: bool = False) -> str:
    """What people call an intermediate training or a target."""
    names = {
        results.BASELINE: "no intermediate training", MULTI: "multi-task", BEST: "best models",
        results.AVERAGE: "average", results.WITHOUT_RETRIEVAL: "average without retrieval",
    }  # fmt: skip
    if system.startswith(SHUFFLED):
        return f"{title(system.removeprefix(SHUFFLED), mlm)}, labels shuffled"
    name = names.get(system) or (tasks.TASKS[system].title if system in tasks.TASKS else system)
    return f"{name} with MLM" if mlm else name


def questions(claims: str | Path | None = None) -> dict[str, Path]:
    """The question files by name: those of a file or folder, or the shipped ones and those in ./claims."""
    if claims is None:
        folders = [resources.data() / "claims", Path("claims")]
        found = [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.toml"))]
    else:
        path = Path(claims)
        if not path.exists():
            raise Problem(f"{path}: no such file or folder of claims")
        found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not found:
            raise Problem(f"{path}: no .toml file with claims in it")
    return {path.stem: path for path in found}


def find(names: Iterable[str] = (), claims: str | Path | None = None) -> tuple[Question, ...]:
    """The questions of these names, all of them when none is named."""
    there = questions(claims)
    for name in (wanted := list(names)):
        if name not in there:
            raise unknown("question", name, there)
    return tuple(read(there[name]) for name in wanted or there)


def read(path: str | Path) -> Question:
    """The question in a TOML file; a Problem names file, entry, field and the nearest valid names."""
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{path}: not TOML: {error}") from error
    known = {"question", "name", "experiment", "papers", "margin", "reported", "search", "claim"}
    where = str(path)
    _only(data, known, where)
    claims = tuple(_claim(entry, f"{where}: claim {number}") for number, entry in enumerate(_tables(data, "claim", where), 1))
    for number, claim in enumerate(claims, 1):
        if claim.id in [earlier.id for earlier in claims[: number - 1]]:
            raise Problem(f"{where}: claim {number}, field id: {claim.id!r} is the id of an earlier claim")
    name = _word(data, "name", where) if "name" in data else path.stem
    experiment = _text(data, "experiment", where) if "experiment" in data else name if name in experiments.names() else ""
    if experiment and experiment not in experiments.names():
        raise unknown(f"experiment in {where}, field experiment:", experiment, experiments.names())
    margin = data.get("margin", 0.5)
    if isinstance(margin, bool) or not isinstance(margin, (int, float)) or not 0 < margin <= 100:
        raise Problem(f"{where}: field margin: {margin!r} is not a number of points above 0")
    return Question(
        name=name,
        question=_text(data, "question", where),
        experiment=experiment,
        papers=_texts(data, "papers", where),
        margin=float(margin),
        claims=claims,
        reported=_table(data, "reported", where),
        path=str(path),
        search=_table(data, "search", where),
    )


def _claim(entry: Mapping[str, Any], where: str) -> Claim:
    id = _word(entry, "id", where)
    where = f"{where} ({id})"
    _only(entry, {"id", "text", "paper", "reported", "assert", "note"}, where)
    asserts = tuple(_assertion(one, f"{where}, assert {number}") for number, one in enumerate(_tables(entry, "assert", where), 1))
    note = _text(entry, "note", where) if "note" in entry else ""
    return Claim(id, _text(entry, "text", where), _text(entry, "paper", where), asserts, _table(entry, "reported", where), note)


def _assertion(entry: Mapping[str, Any], where: str) -> Assertion:
    kind = _text(entry, "kind", where)
    if kind not in TAKES:
        raise Problem(f"{where}, field kind: {unknown('kind', kind, TAKES)}")
    _only(entry, TAKES[kind], where)
    for name in NEEDS[kind]:
        _text(entry, name, where)
    if "mlm" in entry and not isinstance(entry["mlm"], bool):
        raise Problem(f"{where}, field mlm: {entry['mlm']!r} is not true or false")
    texts = {name: _text(entry, name, where) for name in entry if name not in ("mlm", "among")}
    made = replace(Assertion(kind, ""), **texts, mlm=entry.get("mlm", False), among=_texts(entry, "among", where))

    def named(field: str, what: str, valid: Iterable[str], name: str) -> str:
        try:
            return _name(what, name, valid)
        except Problem as problem:
            raise Problem(f"{where}, field {field}: {problem}") from None

    metrics = {metric for task in tasks.TASKS.values() for metric in task.metrics} | {results.SCORE}
    made = replace(
        made,
        intermediate=named("intermediate", "intermediate task", SYSTEMS, made.intermediate),
        over=named("over", "intermediate task", SYSTEMS, made.over),
        target=named("target", "target", results.TARGETS, made.target),
        metric=named("metric", "metric", metrics, made.metric),
        split=made.split and named("split", "split", SPLITS, made.split),
        chosen=made.chosen and named("chosen", "way of choosing", CHOSEN, made.chosen),
        among=tuple(named("among", "intermediate task", SYSTEMS, name) for name in made.among),
    )
    if made.value:
        try:
            results.interval(made.value)
        except Problem as problem:
            raise Problem(f"{where}, field value: {problem}") from None
    return made


def _name(what: str, name: str, valid: Iterable[str]) -> str:
    """A valid name, aliases of tasks resolved."""
    known = set(valid)
    id = name if name in known else tasks.ALIASES.get(name.lower(), name)
    if id not in known:
        raise unknown(what, name, known)
    return id


# ---- the fields of a TOML table, with errors that say which


def _only(entry: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for name in entry:
        if name not in known:
            raise Problem(f"{where}: {unknown('field', name, known)}")


def _typed(entry: Mapping[str, Any], name: str, where: str, fits: Callable[[Any], bool], what: str) -> Any:
    if not fits(entry[name]):
        raise Problem(f"{where}, field {name}: {entry[name]!r} is not {what}")
    return entry[name]


def _text(entry: Mapping[str, Any], name: str, where: str) -> str:
    if name not in entry:
        raise Problem(f"{where}: no field {name}")
    return _typed(entry, name, where, lambda value: isinstance(value, str) and bool(value.strip()), "a text in quotes")


def _word(entry: Mapping[str, Any], name: str, where: str) -> str:
    """A name that may stand in a path and in a link."""
    fits = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*").fullmatch
    _text(entry, name, where)
    return _typed(entry, name, where, lambda value: bool(fits(value)), "a name of letters, digits, dots and hyphens")


def _texts(entry: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    def fits(value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)

    return tuple(_typed(entry, name, where, fits, "a list of texts")) if name in entry else ()


def _table(entry: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    return dict(_typed(entry, name, where, lambda value: isinstance(value, dict), "a table")) if name in entry else {}


def _tables(entry: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    def fits(value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(one, dict) for one in value)

    return _typed(entry, name, where, fits, f"a list of [[{name}]] tables") if name in entry else []
