"""Published rows in the shape of results: the averages that a paper prints against its own cells, by the rule of the field."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from replicate import results

from .findings import LIKELY, SURE, Audit, Finding, Outcome, Place, between, every, gap

# A system of one table and split; its average and its cells agree in all this.
SYSTEM = ("origin", "world", "model", "method", "seed", "intermediate", "intermediate_languages", "mlm", "split", "perturbation",
          "rate", "quantity", "over")  # fmt: skip


def audit(path: Path) -> Audit:
    """The averages of a file of results: each is the mean over its tasks, a QA task as the mean of F1 and EM."""
    frame = results.read(path)
    found = frame.reset_index(drop=True)
    printed = found[found["printed"] != ""].to_dict("records")
    first = 3 if path.suffix == ".csv" else 1  # line of the first row: after the schema and the names
    systems: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for number, row in enumerate(found.to_dict("records"), first):
        if row["printed"]:
            systems.setdefault(tuple(str(row[name]) for name in SYSTEM), []).append(
                {**{str(name): value for name, value in row.items()}, "line": number}
            )
    whole = Outcome()
    for group in systems.values():
        whole.add(_averages([row for row in group if row["language"] == results.ALL]))
    fitting = whole.checked["averages"] - len(whole.findings)
    sure = SURE if fitting >= 2 * len(whole.findings) else LIKELY
    whole.findings[:] = [_with(one, sure, fitting) for one in whole.findings]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = {"rows": len(found), "printed rows": len(printed)}
    notes = () if printed else ("no row holds printed numbers: runs have no averages of their own to check",)
    return Audit(str(path), digest, "", whole, size, notes)


def _with(finding: Finding, sure: str, fitting: int) -> Finding:
    from dataclasses import replace

    return replace(finding, sure=sure, what=f"{finding.what}; {fitting} other averages of this file are right")


def _averages(group: list[dict[str, Any]]) -> Outcome:
    made = Outcome()
    cells = {(row["target"], row["metric"]): row for row in group}
    for row in group:
        if row["target"] not in results.AVERAGES:
            continue
        members = results.AVERAGES[row["target"]]
        absent = [task for task in members if any((task, metric) not in cells for metric in results.score_metrics(task))]
        if absent:
            made.left.append((_place([row], row["target"]), f"its cells lack {', '.join(absent)}"))
            continue
        used = [[cells[task, metric] for metric in results.score_metrics(task)] for task in members]
        mean = results.mean(results.mean(results.interval(one["printed"]) for one in pair) for pair in used)
        made.checked["averages"] += 1
        if gap(results.interval(row["printed"]), mean):
            words = f"{every(len(members))} tasks, F1 and EM of a task as their mean"
            what = f"the average is printed as {row['printed']}; the mean of {words} is {between(mean)}"
            flat = [one for pair in used for one in pair]
            other = results.mean(results.interval(one["printed"]) for one in flat)
            what += f"; of all {len(flat)} cells alike {between(other)}"
            numbers = tuple(one["printed"] for one in flat)
            place = _place(flat, ", ".join(members))
            made.findings.append(
                Finding("average", SURE, what, _place([row], row["target"]), (place,), row["printed"], mean, words, numbers)
            )
    return made


def _place(rows: list[dict[str, Any]], column: str) -> Place:
    row = rows[0]
    system = " + ".join(one for one in (row["intermediate"], "MLM" if row["mlm"] else "") if one)
    quote = row["printed"] if len(rows) == 1 else ""
    table = row["origin"].rpartition("#")[2]
    return Place(
        table=table, row=f"{row['model'].split('/')[-1]}, {system} ({row['split']})", column=column, quote=quote, line=row["line"]
    )
