"""Question files: TOML to a Question, with errors that name file, entry and field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from replicate import experiments, languages, resources, results, tasks
from replicate.problems import Problem, unknown, unreadable

from .records import (
    ACROSS,
    CHOSEN,
    DIRECTIONS,
    NEEDS,
    QUANTIFIERS,
    RELATIONS,
    SPLITS,
    SYSTEMS,
    TAKES,
    Assertion,
    Claim,
    Question,
)  # fmt: skip

FLAGS = ("mlm", "rival_mlm")
# What the things are that a quantifier runs over, where they are named; else they are intermediate trainings.
AMONG: Mapping[str, tuple[str, Iterable[str]]] = {
    "targets": ("target", results.TARGETS), "languages": ("language", tuple(languages.languages())),
}  # fmt: skip


def there(claims: str | Path | None = None) -> dict[str, Path]:
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
    files = there(claims)
    for name in (wanted := list(names)):
        if name not in files:
            raise _unknown(name, files)
    return tuple(read(files[name]) for name in wanted or files)


def _unknown(name: str, files: Iterable[str]) -> Problem:
    """The problem for a question that is not there; a file in its place is said, with the command that takes it."""
    if name.endswith(".toml"):
        return Problem(f"{name}: questions go by their name, without .toml; a file elsewhere is given as --claims {name}")
    if Path(name).is_file():
        return Problem(f"{name}: a file, not the name of a question; python -m synth ingest {name} makes a question of a report")
    return unknown("question", name, files)


def read(path: str | Path) -> Question:
    """The question in a TOML file; a Problem names file, entry, field and the nearest valid names."""
    try:
        return parsed(Path(path).read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as error:
        raise Problem(f"{path}: not TOML: {error}") from error


def parsed(text: str, path: str | Path) -> Question:
    """The question in a TOML text, which stands or shall stand in this file."""
    path = Path(path)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(f"{path}: not TOML: {unreadable(error)}") from error
    known = {"question", "name", "experiment", "papers", "margin", "reported", "search", "claim"}
    where = str(path)
    _only(data, known, where)
    claims = tuple(_claim(entry, f"{where}: claim {number}") for number, entry in enumerate(_tables(data, "claim", where), 1))
    known_ids = set[str]()
    for number, claim in enumerate(claims, 1):
        if claim.id in known_ids:
            raise Problem(f"{where}: claim {number}, field id: {claim.id!r} is the id of an earlier claim")
        known_ids.add(claim.id)
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
    _only(entry, {"id", "text", "paper", "reported", "assert", "note", "cut"}, where)
    asserts = tuple(_assertion(one, f"{where}, assert {number}") for number, one in enumerate(_tables(entry, "assert", where), 1))
    note = _text(entry, "note", where) if "note" in entry else ""
    cut = bool(_typed(entry, "cut", where, lambda value: isinstance(value, bool), "true or false")) if "cut" in entry else False
    paper = _text(entry, "paper", where) if "paper" in entry else ""  # a report need not say which paper it means
    return Claim(id, _text(entry, "text", where), paper, asserts, _table(entry, "reported", where), note, cut)


def _assertion(entry: Mapping[str, Any], where: str) -> Assertion:
    kind = _text(entry, "kind", where)
    if kind not in TAKES:
        raise Problem(f"{where}, field kind: {unknown('kind', kind, TAKES)}")
    _only(entry, TAKES[kind], where)
    for name in NEEDS[kind]:
        _text(entry, name, where)
    for name in FLAGS:
        if name in entry:
            _typed(entry, name, where, lambda value: isinstance(value, bool), "true or false")
    texts: dict[str, Any] = {name: _text(entry, name, where) for name in entry if name not in (*FLAGS, "among")}
    flags = {name: entry[name] for name in FLAGS if name in entry}
    made = replace(Assertion(kind), **texts, **flags, among=_texts(entry, "among", where))

    def named(field: str, what: str, valid: Iterable[str], name: str) -> str:
        try:
            return _name(what, name, valid)
        except Problem as problem:
            raise Problem(f"{where}, field {field}: {problem}") from None

    metrics = {metric for task in tasks.TASKS.values() for metric in task.metrics} | {results.SCORE}
    made = replace(
        made,
        intermediate=made.intermediate and named("intermediate", "intermediate task", SYSTEMS, made.intermediate),
        rival=made.rival and named("rival", "intermediate task", SYSTEMS, made.rival),
        over=named("over", "intermediate task", SYSTEMS, made.over),
        target=named("target", "target", results.TARGETS, made.target),
        metric=named("metric", "metric", metrics, made.metric),
        split=made.split and named("split", "split", SPLITS, made.split),
        chosen=made.chosen and named("chosen", "way of choosing", CHOSEN, made.chosen),
        relation=named("relation", "relation", RELATIONS, made.relation),
        across=made.across and named("across", "set to quantify over", ACROSS, made.across),
        quantifier=made.quantifier and named("quantifier", "quantifier", QUANTIFIERS, made.quantifier),
        direction=named("direction", "direction", DIRECTIONS, made.direction),
        among=tuple(named("among", *AMONG.get(made.across, ("intermediate task", SYSTEMS)), name) for name in made.among),
    )
    if made.value and kind in ("level", "gain"):
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
