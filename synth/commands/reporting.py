"""Commands on reports: report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import Declare, checking, plain, print_json

if TYPE_CHECKING:
    from ..checks.hand import Hand
    from ..report.check import Checked

CHECK_SCHEMA = "synth.report-check/1"
SHOWN = 12  # differences that are printed; --json has all


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    report = command(
        "report",
        "a report per question and an index, as HTML, PDF and Markdown",
        [checking.options(), plain()],
        "--open",
        "stilts --format html,pdf,md --out out",
        "--check out/stilts.html",
    )
    report.add_argument("--format", metavar="NAMES", default="html", help="html, pdf, md, with commas between (default: html)")
    report.add_argument("--out", metavar="DIR", default="out", help="folder of the reports (default: out)")
    report.add_argument("--author", metavar="NAME", default="", help="whose reports these are (default: the program itself)")
    report.add_argument("--template", metavar="FILE", help="a template of your own: NAME.html.j2, NAME.md.j2 or NAME.typ")
    report.add_argument("--open", action="store_true", help="open the index, or the one report, in the browser")
    report.add_argument("--force", action="store_true", help="overwrite files that synth did not make")
    report.add_argument("--check", metavar="FILE", help="make a finished report again from its data; exit code 1 if it differs")


def _report(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, Problem

    from .. import provenance
    from ..report.inputs import gather
    from ..report.value import SCHEMA
    from ..report.write import formats, template_for, write

    if arguments.check is not None:
        return _check(arguments)
    names, out = formats(arguments.format), Path(arguments.out)
    template = Path(arguments.template) if arguments.template else None
    if template and template_for(template) not in names:
        raise Problem(f"{template}: a template for {template_for(template)}, which --format {arguments.format} does not make")
    out.mkdir(parents=True, exist_ok=True)  # before anything is checked: what cannot be written need not be made
    checked = checking.checked(arguments)
    titles = [one.question.name for one in checked]
    if len(set(titles)) < len(titles):
        twice = next(name for name in titles if titles.count(name) > 1)
        raise Problem(f"two questions are named {twice!r}; a report needs a name of its own")
    inputs = [
        gather(one.question, one.verdicts, one.hand, given, arguments.author, out, arguments.papers, _own(one, arguments.results))
        for one in checked
    ]
    written = write(inputs, out, names, template, arguments.force, provenance.shown(given))
    if arguments.json:
        entries = [{"question": name, "path": str(path), "sha256": provenance.sha256(path)} for name, path in written]
        print_json({"schema": SCHEMA, "reports": entries})
    else:
        for _, path in written:
            print(path)
    if arguments.open:
        import webbrowser

        webbrowser.open((written[0] if len(inputs) == 1 else written[-1])[1].resolve().as_uri())
    return DONE


def _own(of: checking.Checked, results: str | None) -> Hand | None:
    """The runs of a question's own experiment; None where its claims are compared with these alone, or it has none."""
    from .. import verify

    own = (of.question.experiment,)
    return verify.with_runs(of.hand, results, own) if own != ("",) and own != verify.experiments_for(of.question) else None


def _check(arguments: argparse.Namespace) -> int:
    from replicate.problems import DONE, FAILED, Problem

    from ..report.check import check

    if arguments.questions:
        raise Problem(f"--check takes a finished report; {arguments.questions[0]!r} has no place beside it")
    found = check(Path(arguments.check))
    if arguments.json:
        print_json({"schema": CHECK_SCHEMA, **found.to_dict()})
    else:
        print(_checked(found))
    return DONE if found.holds else FAILED


def _checked(found: Checked) -> str:
    """A check as people read it."""
    from ..sentences import count as counted

    count = f"{found.numbers:,} numbers"
    lines = [f"{found.path}: made again from its own data ({found.question})"]
    if found.differences:
        lines.append(f"  the text does not say what the data give, in {counted(len(found.differences), 'place')}:")
        for one in found.differences[:SHOWN]:
            says, holds = _brief(one.says, one.holds)
            lines += [f"    says:  {says or '(nothing)'}", f"    holds: {holds or '(nothing)'}"]
        if len(found.differences) > SHOWN:
            lines.append(f"    and {len(found.differences) - SHOWN} more (--json has all)")
    else:
        lines.append(f"  all {count} of the text are those that the data give")
    if found.changed:
        lines.append("  verdicts that the embedded tables and runs do not give:")
        lines += [f"    {one}" for one in found.changed]
    else:
        lines.append(f"  {found.verdicts} verdicts on tables and runs were made again, and are the same")
    lines += [f"  not asked again: {one}" for one in found.left]
    if found.made_by:
        lines.append(f"  made by another version, {found.made_by}: what differs may be the program's doing")
    lines.append("holds" if found.holds else "does not hold")
    return "\n".join(lines)


def _brief(one: str, other: str, most: int = 160) -> tuple[str, str]:
    """Two lines cut to where they begin to differ, so that the difference is seen."""
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, same - most // 2) if max(len(one), len(other)) > most else 0
    return _cut(one, start, most), _cut(other, start, most)


def _cut(text: str, start: int, most: int) -> str:
    before, after = "\u2026 " if start else "", " \u2026" if start + most < len(text) else ""
    return before + text[start : start + most] + after


COMMANDS = {"report": _report}
