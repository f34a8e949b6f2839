"""A regression on languages as people read it on a terminal."""

from __future__ import annotations

import math
import shutil
import textwrap
from collections.abc import Mapping
from typing import Any

from .pooled import NONE, chance, number, table


def text(report: Mapping[str, Any]) -> str:
    """The whole report."""
    blocks = [
        _wrapped(f"{report['source']}: {report['says']}"),
        _slopes(report),
        _robust(report),
        _variances(report),
        _explained(report),
    ]
    blocks += [_sensitivity(report), _one_out(report)] if "sensitivity" in report else []
    blocks.append("\n".join(_wrapped(f"note: {note}") for note in report["notes"]))
    return "\n\n".join(block for block in blocks if block)


def _wrapped(line: str) -> str:
    width = max(80, min(120, shutil.get_terminal_size((110, 24)).columns))
    return "\n".join(textwrap.wrap(line, width, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False))


def _digits(report: Mapping[str, Any]) -> int:
    """Decimals that show two digits of the smallest standard error, whatever the outcome is measured in."""
    least = min(one["se"] for one in report["slopes"])
    return max(2, 1 - math.floor(math.log10(least))) if least > 0 else 4


def _slopes(report: Mapping[str, Any]) -> str:
    d = _digits(report)
    head = (f"{report['unit']} per standard deviation", "slope", "se", "t", "p", "Holm", "low", "high", "detectable", "VIF")
    lines = [
        (one["title"], number(one["estimate"], d), number(one["se"], d), number(one["estimate"] / one["se"], 2), chance(one["p"]),
         chance(one["holm"]), number(one["low"], d), number(one["high"], d), number(one["detectable"], d), number(one["vif"], 1))
        for one in report["slopes"]
    ]  # fmt: skip
    own, shared = report["strata"]
    title = (
        f"primary model: REML, t with {report['df']:.1f} degrees of freedom ({shared} at the branches, {own} at the languages)"
    )
    shown = f"{title}\n{table(head, lines, '  ')}"

    natural = "\n".join(
        f"  {one['title']}: {number(one['natural'], d)} {report['unit']} {one['unit']} "
        f"[{number(one['natural_low'], d)}, {number(one['natural_high'], d)}]; {one['verdict']}"
        for one in report["slopes"]
    )
    return f"{shown}\n{natural}\n  condition number {report['condition']:.1f}"


def _robust(report: Mapping[str, Any]) -> str:
    lines = [
        (one["title"], number(one["robust_se"], _digits(report)), number(one["robust_df"], 1), chance(one["robust_p"]))
        for one in report["slopes"]
        if one["robust_se"] is not None
    ]
    return (
        "beside it: CR2, clusters are families, tasks as columns\n" + table(("", "se", "df", "p"), lines, "  ") if lines else ""
    )


def _variances(report: Mapping[str, Any]) -> str:
    lines = [
        (one["name"], str(one["levels"]), number(one["variance"], 2 * _digits(report) - 2), f"{number(one['share'], 1)}%")
        for one in report["variances"]
    ]
    return "variance that the predictors leave\n" + table(("between", "levels", "variance", "share"), lines, "  ")


def _explained(report: Mapping[str, Any]) -> str:
    found = report["explained"]
    lines = [
        (one["task"], one["predictor"], str(one["n"]), number(one["pearson"], 3), chance(one["pearson_p"]),
         number(one["spearman"], 3), chance(one["spearman_p"]))
        for one in found["correlations"]
    ]  # fmt: skip
    blocks = []
    if lines:
        head = ("raw correlations", "with", "n", "Pearson", "p", "Spearman", "p")
        blocks.append(table(head, lines, words=2))
    if found["family"]:
        shares = [
            (one["task"], str(one["languages"]), str(one["families"]), f"{number(100 * one['r2'], 1)}%",
             f"{number(100 * one['adjusted'], 1)}%")
            for one in found["family"]
        ]  # fmt: skip
        blocks.append(table(("variance between families", "languages", "families", "share", "adjusted"), shares))
    return "\n\n".join(blocks)


def _sensitivity(report: Mapping[str, Any]) -> str:
    titles = [one["title"] for one in report["slopes"]]
    keys = [one["name"] for one in report["slopes"]]
    lines, reasons = [], []
    for one in report["sensitivity"]:
        if not one["slopes"]:
            reasons.append(f"  {one['name']}: {one['note']}")
            continue
        slopes = {slope["name"]: slope for slope in one["slopes"]}
        cells = [
            f"{number(slopes[key]['estimate'], _digits(report))} ({chance(slopes[key]['p'])})" if key in slopes else NONE
            for key in keys
        ]
        lines.append((one["name"], str(one["languages"]), str(one["rows"]), *cells))
        if one["note"]:
            reasons.append(f"  {one['name']}: {one['note']}")
    shown = table(("sensitivity: slope per sd (p)", "languages", "rows", *titles), lines)
    return "\n".join([shown, *(_wrapped(reason) for reason in reasons)])


def _one_out(report: Mapping[str, Any]) -> str:
    lines = [
        (f"{one['by']}: {one['title']}", number(one["least"], _digits(report)), one["least_without"],
         number(one["most"], _digits(report)), one["most_without"], chance(one["largest_p"]))
        for one in report["one_out"]
    ]  # fmt: skip
    return table(("one left out", "least", "without", "most", "without", "largest p"), lines) if lines else ""
