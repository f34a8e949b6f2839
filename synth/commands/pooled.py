"""A pooled report as people read it: tables on the terminal, a forest, a funnel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..figures.alone import alone

MINUS = "\u2212"
NONE = "\u2013"
METHODS = {"FE": "common effect", "EE": "common effect", "CE": "common effect"}
TESTS = {"z": "normal", "t": "t", "knha": "Knapp and Hartung", "adhoc": "Knapp and Hartung, at least 1"}


def number(value: float | None, digits: int = 3) -> str:
    """A number in a cell; a dash for none."""
    if value is None:
        return NONE
    shown = f"{value:.{digits}f}"
    # What rounds to nothing has no sign.
    return (shown.removeprefix("-") if not float(shown) else shown).replace("-", MINUS)


def chance(p: float | None) -> str:
    """A p value in a cell."""
    if p is None:
        return NONE
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def table(head: Sequence[str], lines: Sequence[Sequence[str]], indent: str = "", words: int = 1) -> str:
    """The first columns hold words and stand to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (head, *lines)) for column in range(len(head))]

    def row(cells: Sequence[str]) -> str:
        made = [
            cell.ljust(width) if at < words else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return (indent + "  ".join(made)).rstrip()

    return "\n".join([row(head), row(["-" * width for width in widths]), *(row(line) for line in lines)])


def text(report: Mapping[str, Any]) -> str:
    """The whole report."""
    blocks = [_heading(report), _coefficients(report), _spread(report)]
    sections = {
        "robust": _robust, "components": _components, "subgroups": _subgroups, "leave_one_out": _leave_one_out,
        "cumulative": _cumulative, "influence": _influence, "bias": _bias,
    }  # fmt: skip
    blocks += [show(report) for name, show in sections.items() if report.get(name)]
    notes = [*report["notes"]]
    if report["left_out"]:
        notes.insert(0, f"left out, an empty cell: {', '.join(report['left_out'])}")
    if notes:
        blocks.append("\n".join(f"note: {note}" for note in notes))
    return "\n\n".join(block for block in blocks if block)


def _heading(report: Mapping[str, Any]) -> str:
    method = METHODS.get(report["method"], f"random effects by {report['method']}")
    return (
        f"{report['source']}: {report['k']} effects, {method}, test {TESTS[report['test']]}, intervals of {report['level']:.0%}"
    )


def _coefficients(report: Mapping[str, Any]) -> str:
    lines = [
        (one["name"] if report["moderators"] else "pooled effect", number(one["estimate"], 4), number(one["se"], 4),
         number(one["statistic"], 2), NONE if one["df"] is None else f"{one['df']:.4g}", chance(one["p"]),
         number(one["low"], 4), number(one["high"], 4))
        for one in report["coefficients"]
    ]  # fmt: skip
    statistic = "z" if report["test"] == "z" else "t"
    shown = table(("", "estimate", "se", statistic, "df", "p", "low", "high"), lines)
    new = report.get("prediction") or {}
    if new.get("low") is not None:
        shown += f"\na new true effect: {number(new['low'], 4)} to {number(new['high'], 4)}"
    joint = report["moderators"]
    if joint and joint["df1"] > 1:
        name = f"F({joint['df1']}, {joint['df2']})" if joint["df2"] else f"chi2({joint['df1']})"
        shown += f"\nall moderators: {name} = {number(joint['statistic'], 2)}, p {chance(joint['p'])}"
    return shown


def _spread(report: Mapping[str, Any]) -> str:
    parts = []
    if report.get("tau2") is not None and report["method"] not in METHODS:
        parts.append(f"tau2 {number(report['tau2'], 4)}{_ends(report, 'tau2', 4)}, tau {number(report['tau'], 4)}")
    if report.get("i2") is not None:
        parts.append(f"I2 {number(report['i2'], 1)}%{_ends(report, 'i2', 1)}")
    if report.get("q") is not None:
        parts.append(f"Q({report['q_df']}) = {number(report['q'], 2)}, p {chance(report['q_p'])}")
    if report.get("r2") is not None:
        parts.append(f"R2 {number(report['r2'], 1)}%")
    return "; ".join(parts)


def _ends(report: Mapping[str, Any], name: str, digits: int) -> str:
    low, high = report.get(f"{name}_low"), report.get(f"{name}_high")
    return "" if low is None else f" [{number(low, digits)}, {number(high, digits)}]"


def _lines(entries: Sequence[Mapping[str, Any]], title: str) -> str:
    rows = [
        (one["label"], number(one["estimate"], 4), number(one.get("low"), 4), number(one.get("high"), 4), chance(one.get("p")),
         number(one.get("tau2"), 4))
        for one in entries
    ]  # fmt: skip
    return f"{title}\n" + table(("", "estimate", "low", "high", "p", "tau2"), rows, "  ")


def _leave_one_out(report: Mapping[str, Any]) -> str:
    return _lines(report["leave_one_out"], "without each study")


def _cumulative(report: Mapping[str, Any]) -> str:
    return _lines(report["cumulative"], "study after study")


def _subgroups(report: Mapping[str, Any]) -> str:
    found = report["subgroups"]
    shown = _lines(found["groups"], f"by {found['by']}, each group with its own tau2")
    if found["q"] is not None:
        shown += f"\n  between groups: Q({found['df']}) = {number(found['q'], 2)}, p {chance(found['p'])}"
    return shown


def _influence(report: Mapping[str, Any]) -> str:
    rows = [
        (one["label"] + (" *" if one["influential"] else ""), number(one["residual"], 2), number(one["dffits"], 2),
         number(one["cook"], 3), number(one["covariance_ratio"], 3), number(one["tau2"], 4), number(one["hat"], 3))
        for one in report["influence"]
    ]  # fmt: skip
    head = ("", "residual", "dffits", "Cook", "cov. ratio", "tau2 without", "hat")
    return "influence (* pulls hard)\n" + table(head, rows, "  ")


def _bias(report: Mapping[str, Any]) -> str:
    found, lines = report["bias"], ["small-study effects"]
    for name, title in (("egger", "Egger, in the model"), ("egger_classical", "Egger, classical")):
        one = found[name]
        if "why" in one:
            lines.append(f"  {title}: {one['why']}")
            continue
        limit = f"; effect at standard error 0: {_interval(one['limit'])}" if one["limit"] else ""
        lines.append(f"  {title}: slope {_interval(one['slope'])}, p {chance(one['slope']['p'])}{limit}")
    rank, fill, pet = found["begg"], found["trim_and_fill"], found["pet_peese"]
    lines.append(
        f"  Begg: {rank['why']}" if "why" in rank else f"  Begg: Kendall's tau {number(rank['tau'])}, p {chance(rank['p'])}"
    )
    if "why" in fill:
        lines.append(f"  trim and fill: {fill['why']}")
    else:
        lines.append(
            f"  trim and fill ({fill['estimator']}): {fill['missing']} lacking on the {fill['side']}; "
            f"with them {_interval(fill['with_them'])}"
        )
    lines.append(f"  PET-PEESE: {pet['why']}" if "why" in pet else f"  PET-PEESE: {pet['chosen']}, {_interval(pet['estimate'])}")
    return "\n".join(lines)


def _interval(one: Mapping[str, Any]) -> str:
    return f"{number(one['estimate'])} [{number(one['low'])}, {number(one['high'])}]"


def _robust(report: Mapping[str, Any]) -> str:
    found = report["robust"]
    rows = [
        (one["name"], number(one["estimate"], 4), number(one["se"], 4), number(one["statistic"], 2), number(one["df"], 1),
         chance(one["p"]), number(one["low"], 4), number(one["high"], 4))
        for one in found["coefficients"]
    ]  # fmt: skip
    head = ("", "estimate", "se", "t", "df", "p", "low", "high")
    shown = f"robust to any dependence within {found['cluster']} ({found['clusters']} clusters; {found['kind']}, Satterthwaite)\n"
    shown += table(head, rows, "  ")
    joint = found.get("moderators")
    if joint:
        told = (
            joint.get("why") or f"F({joint['df1']}, {joint['df2']:.1f}) = {number(joint['statistic'], 2)}, p {chance(joint['p'])}"
        )
        shown += f"\n  all moderators: {told}"
    return shown


def _components(report: Mapping[str, Any]) -> str:
    rows = [
        (one["name"], str(one["levels"]), number(one["variance"], 4), number(one["low"], 4), number(one["high"], 4))
        for one in report["components"]
    ]
    return "variance between\n" + table(("", "levels", "variance", "low", "high"), rows, "  ")


def decomposition(report: Mapping[str, Any]) -> str:
    """Headline averages taken apart."""
    blocks = []
    for one in report["headlines"]:
        lines = [
            (part["name"], number(part["gain"], 2), number(part["points"], 2), _percent(part["share"]), _best(part))
            for part in one["tasks"]
        ]
        shown = [
            f"{report['source']}: {one['system']} on {one['split']}, "
            f"{number(one['average'], 2)} points on average over {len(lines)} tasks"
        ]
        shown.append(table(("", "gain", "points of the average", "share", "most of it, by language"), lines, "  "))
        if one["without_retrieval"] is not None:
            shown.append(f"  without retrieval: {number(one['without_retrieval'], 2)}")
        if one["without_two_largest"] is not None:
            shown.append(
                f"  without the largest task: {number(one['without_largest'], 2)}; "
                f"without the two largest: {number(one['without_two_largest'], 2)}"
            )
        if one["half"]:
            shown.append(f"  more than half of it comes from {' and '.join(one['half'])}")
        if one["missing"]:
            shown.append(f"  not measured, so not in this average: {', '.join(one['missing'])}")
        blocks.append("\n".join(shown))
    return "\n\n".join(blocks)


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{number(share, 0)}%"


def _best(part: Mapping[str, Any]) -> str:
    inner = sorted(part["languages"], key=lambda one: -abs(one["points"]))[:3]
    return ", ".join(f"{one['name']} {number(one['gain'], 1)}" for one in inner) or NONE


def forest(report: Mapping[str, Any]) -> str:
    """The studies and their summary as SVG."""
    from replicate.problems import Problem

    from ..figures.forest import Study, studies
    from ..stats.distributions import quantile

    crit = quantile(report["level"])
    lines = [
        Study(one["label"], one["effect"], one["effect"] - crit * one["variance"] ** 0.5,
              one["effect"] + crit * one["variance"] ** 0.5, one["weight"])
        for one in report["studies"]
    ]  # fmt: skip
    if report["low"] is None:
        raise Problem("a forest needs an interval of the pooled effect, and there are no degrees of freedom for one")
    if report["moderators"] is None:
        new = report["prediction"]
        lines.append(Study("pooled", report["estimate"], report["low"], report["high"], 0, True, (new["low"], new["high"])))
    description = f"{report['k']} effects with intervals of {report['level']:.0%}; boxes as large as weights"
    return alone(studies("forest", f"{report['effect']}: forest", description, lines, report["effect"]))


def funnel(report: Mapping[str, Any]) -> str:
    """The studies by their standard errors as SVG."""
    from replicate.problems import Problem

    from ..figures import funnel as figure

    if report["moderators"] is not None:
        raise Problem("a funnel is drawn around a mean; leave the moderators out")
    points = [(one["effect"], one["variance"] ** 0.5, one["label"]) for one in report["studies"]]
    fill = (report.get("bias") or {}).get("trim_and_fill", {}).get("filled", [])
    filled = [(one["effect"], one["variance"] ** 0.5) for one in fill]
    return alone(
        figure.funnel("funnel", f"{report['effect']}: funnel", f"{report['k']} effects by their standard errors", points,
                      report["estimate"], filled, report["effect"])
    )  # fmt: skip
