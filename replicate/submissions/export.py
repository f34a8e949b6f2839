"""Finished evaluations as submission folders, one for each system: what was trained on before, and the seed."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..files import remove, whole
from ..problems import Problem
from ..tasks import TASKS, Task
from . import layout, write
from .layout import Suite

SCHEMA = "replicate.submission/1"
MANIFEST, README = "manifest.json", "README.md"
SAME = {"tydiqa": ("dev", "test")}  # XTREME tests on TyDiQA's dev set


@dataclass(frozen=True)
class Evaluation:
    """A finished evaluation: its id, the settings of its step, and where its predictions lie."""

    id: str
    settings: Mapping[str, Any]
    predictions: Path


@dataclass(frozen=True)
class System:
    """The evaluations of one trained system; `about` are the columns of results that tell it from others."""

    name: str
    about: Mapping[str, Any]
    evaluations: tuple[Evaluation, ...]


def systems(found: Sequence[Evaluation]) -> list[System]:
    """The evaluations by system, in the order of the first one of each."""
    groups: dict[str, list[Evaluation]] = {}
    for one in found:
        groups.setdefault(_name(one.settings), []).append(one)
    return [System(name, _about(group[0].settings), tuple(group)) for name, group in groups.items()]


def _about(settings: Mapping[str, Any]) -> dict[str, Any]:
    row = settings["row"]
    keys = ("world", "model", "method", "seed", "intermediate", "intermediate_languages", "mlm")
    return {**{key: row[key] for key in keys if key in row}, "pivot": settings.get("pivot", "")}


def _name(settings: Mapping[str, Any]) -> str:
    row = settings["row"]
    languages = [] if row["intermediate_languages"] == [settings.get("pivot")] else ["+".join(row["intermediate_languages"])]
    parts = [row["intermediate"], *languages, "mlm" if row["mlm"] else "", f"seed{row['seed']}"]
    return "-".join(filter(None, parts))


# ---- what is there ----


def rows(one: Evaluation) -> dict[str, list[dict[str, Any]]]:
    """The lines of predictions.jsonl by language; a Problem where they are not what an evaluation writes."""
    task, found = TASKS[one.settings["target"]], dict[str, list[dict[str, Any]]]()
    try:
        # Only a line feed ends a line: an answer may hold what Python takes for another end.
        lines = one.predictions.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{one.predictions}: this cannot be read ({error}); run the step again") from None
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            language, _, said = row["language"], row["id"], row["prediction"]
            if not re.fullmatch("[A-Za-z0-9_-]{1,40}", language):  # files are named by it
                raise ValueError
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Problem(
                f"{one.predictions}, line {number}: expected language, id and prediction of an example of {task.id}"
            ) from None
        if isinstance(said, list) is not (task.kind in ("tags", "retrieval")):
            raise Problem(f"{one.predictions}, line {number}: this is no prediction of {task.id}")
        found.setdefault(language, []).append(row)
    if not found:
        raise Problem(f"{one.predictions}: there are no predictions in it")
    return found


def _unfit(one: Evaluation) -> str:
    """Why an evaluation is not of XTREME's test set; empty where it is."""
    task, split = one.settings["target"], one.settings["split"]
    return "" if split in SAME.get(task, ("test",)) else f"{task}: evaluated on {split}, XTREME's labels are those of test"


def _short(task: Task, one: Evaluation, found: Mapping[str, Sequence[Any]], expected: Sequence[str]) -> Iterator[str]:
    """What a scorer with all of XTREME's labels will miss in the files of a task."""
    form, cap = layout.form(task), one.settings.get("examples")
    counts = {language: write.count(task, found[language]) for language in found}
    # A data set that is no larger than the cap was not cut.
    short = [code for code in counts if form == "mined" or (counts[code] == cap != task.size("test", code))]
    if cap is not None and short:
        effect = {"answers": "evaluate.py counts the others as wrong", "mined": "they are not XTREME's collections"}
        said = effect.get(form, "evaluate.py will reject it")
        where = f"{len(short)} of {len(counts)} languages"
        yield f"{task.id}: this run evaluated {cap:,} examples in {where}: {said} (all: --set evaluation.examples=none)"
    if lacking := [language for language in expected if language not in found]:
        yield f"{task.id}: {len(lacking)} of {len(expected)} languages are missing ({' '.join(lacking)}): evaluate.py needs all"


# ---- writing ----


def _files(system: System, suite: Suite, todo: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any], list[str]]:
    """The texts of a system's files by their path, what the manifest says of each task, and what is missing."""
    texts, tasks = dict[str, str](), dict[str, Any]()
    missing: dict[str, list[str]] = {task: [f"{task}: {why}"] for task, why in todo.items()}
    artificial, pivot = system.about.get("world") == "artificial", str(system.about["pivot"])
    for one in system.evaluations:
        task = TASKS[one.settings["target"]]
        if unfit := _unfit(one):
            missing[task.id] = [unfit]
            continue
        found = rows(one)
        try:
            files = {language: write.text(task, language, pivot, each) for language, each in found.items()}
        except Problem as problem:
            missing[task.id] = [str(problem)]
            continue
        texts |= {f"{task.id}/{layout.name(task, language)}": text for language, text in files.items()}
        missing[task.id] = [] if artificial else list(_short(task, one, found, suite.languages.get(task.id, ())))
        if cut := sum(map(write.cut, found.values())):
            missing[task.id].append(
                f"{task.id}: {cut:,} sentences were not read to their end; the rest is tagged {layout.OUTSIDE}"
            )
        tasks[task.id] = {
            "origin": f"run:{one.id}",
            "split": one.settings["split"],
            "examples": {language: write.count(task, each) for language, each in found.items()},
            "limit": one.settings.get("examples"),
        }
    lines = [line for each in missing.values() for line in each]
    if others := [task for task in suite.languages if task not in missing]:
        lines.append(f"not among this experiment's targets: {', '.join(others)}")
    return texts, tasks, lines


def export(
    found: Sequence[System], suite: Suite, out: Path, about: Mapping[str, Any], todo: Mapping[str, Mapping[str, str]], force: bool
) -> list[dict[str, Any]]:
    """Write a folder for each system under `out`, all of them or none; their manifests.

    `about` goes into each manifest; `todo` says by system and task what is not evaluated yet. With `force` an earlier
    export in the same place is replaced, whole.
    """
    out = Path(os.path.abspath(out))  # `.` has no name to put another beside
    _free(out, force)
    manifests = list[dict[str, Any]]()
    aside = out.with_name(f".{out.name}.{os.getpid()}")
    remove(aside)  # a link that lies there would lead elsewhere
    try:
        for system in found:
            texts, tasks, missing = _files(system, suite, todo.get(system.name, {}))
            manifest = {"schema": SCHEMA, "system": system.name, **about, **system.about, "tasks": tasks, "missing": missing}
            manifests.append(manifest)
            if not texts:
                continue
            for name, text in {**texts, MANIFEST: _pretty(manifest), README: _readme(manifest, suite)}.items():
                path = aside / system.name / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with whole(path) as file:
                    file.write(text.encode())
        if aside.is_dir():
            _swap(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifests


def _free(out: Path, force: bool) -> None:
    """A Problem where something stands in the place of an export that must not go."""
    if not out.exists():
        if not out.parent.is_dir():
            raise Problem(f"{out.parent}: no such folder; make it first, or choose another --out")
        return
    if not out.is_dir():
        raise Problem(f"{out}: this is a file; choose another --out")
    there = sorted(out.iterdir())
    if there and not force:
        raise Problem(f"{out}: the folder is not empty; --force replaces an earlier export")
    for path in there:
        try:
            ours = json.loads((path / MANIFEST).read_bytes())["schema"] == SCHEMA
        except (OSError, ValueError, KeyError, TypeError):
            ours = False
        if not ours:
            raise Problem(f"{path}: this is no export, so --force does not replace it; choose another --out")


def _swap(new: Path, out: Path) -> None:
    """Put the new folder in the place of the old one, which goes only when the new one is there."""
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    if out.exists():
        os.rename(out, old)
    os.rename(new, out)
    shutil.rmtree(old, ignore_errors=True)


def _pretty(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _readme(manifest: Mapping[str, Any], suite: Suite) -> str:
    artificial = manifest["world"] == "artificial"
    lines = [f"# {manifest['system']}: predictions in {suite.title}'s submission format", ""]
    if artificial:
        lines += ["**Artificial world**: these are no languages of people. The folder cannot be submitted.", ""]
    else:
        lines += [
            f"Against a folder LABELS of gold files: `replicate score {suite.id} --gold LABELS --predictions .`, or XTREME's own",
            "`evaluate.py --prediction_folder . --label_folder LABELS`.",
            "",
        ]
    lines += [
        f"Written by `replicate export {manifest['experiment']} --scale {manifest['scale']}`. "
        f"`{MANIFEST}` names the step that each task comes from.",
        "",
        *(f"- {task}: {len(one['examples'])} languages, {one['origin']}" for task, one in manifest["tasks"].items()),
    ]
    if manifest["missing"]:
        lines += ["", "Not whole:", "", *(f"- {line}" for line in manifest["missing"])]
    return "\n".join([*lines, ""])
