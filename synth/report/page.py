"""One Report value per question, and the page made of it. Every number in a sentence comes from a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from replicate import resources, results, tasks
from replicate.files import whole
from replicate.problems import Problem

from .. import provenance
from ..assertions import signed
from ..checks.hand import Hand
from ..figures.forest import Line, forest
from ..figures.heatmap import heatmap
from ..figures.scatter import scatter
from ..records import Question, title
from ..sentences import Finding, abstract, count, limitations
from ..summary import Runs, summary
from ..verify import verdicts

SCHEMA = "synth.report/1"
GENERATOR = "stilts-claims"
SHORT = {"tydiqa": "TyDiQA", results.AVERAGE: "All nine", results.WITHOUT_RETRIEVAL: "No retrieval"}


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption; `artificial` puts the word where nobody can miss it."""

    id: str
    title: str
    caption: str
    svg: str
    artificial: bool


@dataclass(frozen=True)
class Report:
    """All that a report says; the templates only arrange it."""

    question: Question
    abstract: tuple[str, ...]
    runs: tuple[Runs, ...]
    unshown: tuple[str, ...]
    figures: Mapping[str, tuple[Figure, ...]]
    findings: tuple[Finding, ...]
    limitations: tuple[str, ...]
    provenance: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]


def build(question: Question, hand: Hand, command: Sequence[str]) -> Report:
    """The report on a question out of what is at hand."""
    found = verdicts(question, hand)
    all_runs = [summary(world, model, rows, question.experiment) for (world, model), rows in hand.groups.items()]
    there = sorted((one for one in all_runs if one), key=lambda one: -one.rows)
    # One section per world, of the model that was measured most; worlds are never put into one table.
    runs = tuple(
        next(one for one in there if one.world == world)
        for world in ("real", "artificial")
        if any(o.world == world for o in there)
    )
    findings = tuple(Finding(claim, found[claim.id]) for claim in question.claims)
    return Report(
        question=question,
        abstract=abstract(question, findings, runs),
        runs=runs,
        unshown=tuple(f"{one.model} ({one.rows} cells)" for one in there if one not in runs),
        figures={one.world: _figures(one) for one in runs},
        findings=findings,
        limitations=limitations(question, findings, runs),
        provenance=provenance.about(command, hand),
        files=provenance.files(question, hand),
    )


# ---- figures


def short(target: str) -> str:
    """A target's name where room is short."""
    return SHORT.get(target) or title(target)


def _figures(runs: Runs) -> tuple[Figure, ...]:
    art = runs.artificial
    word = " (artificial world)" if art else ""
    who = f"Model {runs.model}, {runs.split} sets, {count(len(runs.seeds), 'seed')}"
    made = []
    lines, series = _lines(runs)
    if lines:
        text = (
            "Points gained over no intermediate training in the same seed"
            + ("; bars are 95% t intervals over seeds" if len(runs.seeds) > 1 else "; one seed, so no intervals")
            + f". {who}."
        )
        name = f"Gain of each intermediate training{word}"
        made.append(
            Figure(
                f"figure-forest-{runs.world}",
                name,
                text,
                forest(f"figure-forest-{runs.world}", name, text, lines, series, "points gained"),
                art,
            )
        )
    rows = [(one.code, one.name, one.family) for one in runs.languages]
    columns = [(target, short(target)) for target in runs.targets]
    if runs.levels:
        name = f"Scores without intermediate training{word}"
        text = f"Language by target task, in points; a QA score is the mean of F1 and EM. {who}."
        made.append(
            Figure(
                f"figure-levels-{runs.world}",
                name,
                text,
                heatmap(f"figure-levels-{runs.world}", name, text, rows, columns, runs.levels),
                art,
            )
        )
    if runs.language_gains:
        name = f"Mean gain by language and task{word}"
        text = (
            f"Mean over {count(sum(not one.mlm for one in runs.systems), 'intermediate training')} without MLM, in points. {who}."
        )
        drawn = heatmap(f"figure-gains-{runs.world}", name, text, rows, columns, runs.language_gains, diverging=True)
        made.append(Figure(f"figure-gains-{runs.world}", name, text, drawn, art))
    points = [(one.distance, one.score, one.language.name) for one in runs.transfer if one.distance is not None]
    if len(points) > 2:
        name = f"Transfer falls with distance{word}" if (runs.correlation or 0) < -0.3 else f"Transfer and distance{word}"
        text = f"Mean score over the trained tasks against the mean distance from the language of training. {who}."
        drawn = scatter(f"figure-transfer-{runs.world}", name, text, points, "distance from the training language", "points")
        made.append(Figure(f"figure-transfer-{runs.world}", name, text, drawn, art))
    return tuple(made)


def _lines(runs: Runs) -> tuple[list[Line], list[str]]:
    """Averages where the grid is whole; else every system with every task that was measured."""
    systems = (*runs.systems, *runs.controls)
    if runs.average:
        pair = (results.AVERAGE, results.WITHOUT_RETRIEVAL)
        return [Line(one.title, tuple(runs.gains.get((one, target)) for target in pair)) for one in systems], [
            "all nine tasks",
            "without retrieval",
        ]
    there = [(one, target) for one in systems for target in runs.targets if (one, target) in runs.gains]
    return [Line(f"{one.title}, {short(target)}", (runs.gains[one, target],)) for one, target in there], [""]


# ---- the page


def html(report: Report) -> str:
    """The report as a single page that needs no network."""
    import jinja2

    from ..figures import svg

    folder = resources.templates()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": lambda value: f"{value:.1f}",
        "signed": signed,
        "short": short,
        "name": title,
        "slug": lambda words: words.replace(" ", "-"),
        "clean": lambda words: str(words).translate(svg.CONTROL),
        "sentence": lambda words: words[:1].upper() + words[1:] + ("" if words.endswith(".") else "."),
    }
    try:
        template = environment.get_template("report.html.j2")
        return template.render(
            report=report, generator=GENERATOR, tasks=tasks.TASKS, averages=tuple(results.AVERAGES), count=count
        )
    except jinja2.TemplateSyntaxError as error:
        raise Problem(f"{error.filename or folder}, line {error.lineno}: {error.message}") from error
    except jinja2.TemplateError as error:
        raise Problem(f"{folder}/report.html.j2: {error}") from error


def ours(path: Path) -> bool:
    """Whether a file was made by this program, and so may be made again."""
    with path.open("rb") as file:
        return f'name="generator" content="{GENERATOR}'.encode() in file.read(2048)


def write(report: Report, out: Path, force: bool = False) -> Path:
    """The page in the folder `out`, whole or not at all; a file that is not ours stays unless forced."""
    page = html(report)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{report.question.name}.html"
    if path.exists() and not force and not ours(path):
        raise Problem(f"{path}: exists and was not made by synth; name another folder (--out) or say --force")
    with whole(path) as file:
        file.write(page.encode())
    return path
