"""The prespecified regression of gains on what languages are like, with its sensitivity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from replicate import languages

from ..value import Block, CellKind, Paragraph, Section, Table, words
from .making import NONE, Cell, cell, chance, columns, number, plus, row

LINES = 24  # of sensitivity that are shown


def section(found: Mapping[str, Any], world: str, artificial: bool) -> Section:
    """The table of slopes, and the table of what other choices would have given."""
    id = f"regression-{world}"
    if "why" in found:
        line = words(f"Not made: {found['why']}.")
        return Section(id, "What a language has to do with its gain", (Paragraph(line),), "Regression", artificial)
    blocks: list[Block] = [Paragraph(words(_line(found))), _slopes(found, world, artificial)]
    if found.get("sensitivity"):
        blocks.append(_sensitivity(found, world, artificial))
    if found.get("one_out"):
        blocks.append(_one_out(found, world, artificial))
    if found["notes"]:
        blocks.append(Paragraph(words(_sentence("; ".join(dict.fromkeys(map(str, found["notes"]))))), "fine"))
    return Section(id, "What a language has to do with its gain", tuple(blocks), "Regression", artificial)


def _line(found: Mapping[str, Any]) -> str:
    sure = [one["title"] for one in found["slopes"] if one["verdict"].startswith("effect")]
    said = f"Shown by Holm's correction: {', '.join(sure)}." if sure else "No predictor has an effect that can be told from none."
    return (
        f"A mixed model of {found['rows']:,} gains in {found['languages']} languages of {found['families']} "
        "families, with intercepts "
        f"for family, branch, language and task; predictors and model were fixed before the data. {said}"
    )


def _slopes(found: Mapping[str, Any], world: str, artificial: bool) -> Table:
    rows = []
    for one in found["slopes"]:
        kind: CellKind = ("up" if one["estimate"] > 0 else "down") if one["verdict"].startswith("effect") else ""
        rows.append(
            row(
                one["title"], cell(plus(one["estimate"], 2), kind=kind), f"{plus(one['low'], 2)} to {plus(one['high'], 2)}",
                number(one["df"]), chance(one["p"]), chance(one["holm"]), number(one["detectable"], 2), one["verdict"],
            )
        )  # fmt: skip
    head = columns("Predictor", "Slope", "95% interval", "df", "p", "Holm", "Detectable", "Verdict", numeric=(1, 2, 3, 4, 5, 6))
    caption = words(
        "Points of gain per standard deviation over languages, by REML, t with degrees of freedom at branches and languages. "
        "Detectable: the slope that these data would show in 4 of 5 cases."
    )
    return Table(f"table-regression-{world}", _title("Slopes", artificial), head, tuple(rows), caption, artificial, True)


def _title(name: str, artificial: bool) -> str:
    return f"{name} (artificial world)" if artificial else name


def _sensitivity(found: Mapping[str, Any], world: str, artificial: bool) -> Table:
    keys = [(one["name"], one["title"]) for one in found["slopes"]]
    rows = []
    for one in found["sensitivity"][:LINES]:
        by = {slope["name"]: slope for slope in one["slopes"]}
        cells: list[Cell] = [
            cell(f"{plus(by[key]['estimate'], 2)} ({chance(by[key]['p'])})" if key in by else NONE) for key, _ in keys
        ]
        rows.append(row(cell(one["name"], tip=one["note"] or ""), f"{one['languages']}", f"{one['rows']:,}", *cells))
    head = columns("Choice", "Languages", "Rows", *(title for _, title in keys), numeric=range(1, 3 + len(keys)))
    caption = words(
        "Slope per standard deviation with its p value, uncorrected. A dash: that choice cannot be made here, or "
        "lacks the predictor."
    )
    return Table(
        f"table-sensitivity-{world}",
        _title("Sensitivity: had we chosen otherwise", artificial),
        head,
        tuple(rows),
        caption,
        artificial,
        True,
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _one_out(found: Mapping[str, Any], world: str, artificial: bool) -> Table:
    known = languages.languages(world)

    def without(one: Mapping[str, Any], name: str) -> str:
        left = one[name]
        return f"(without {known[left].name if one['by'] == 'language' and left in known else left})"

    rows = [
        row(
            f"{one['title']}, a {one['by']} left out", f"{plus(one['least'], 2)} {without(one, 'least_without')}",
            f"{plus(one['most'], 2)} {without(one, 'most_without')}", chance(one["largest_p"]),
        )
        for one in found["one_out"]
    ]  # fmt: skip
    head = columns("Slope", "Least", "Most", "Largest p", numeric=(1, 2, 3))
    return Table(f"table-one-out-{world}", _title("One left out", artificial), head, tuple(rows), (), artificial)
