"""Papers that agree with themselves, made of random numbers; and one error of each kind, planted in them.

A paper is made out of numbers that are not rounded; what it prints is their rounding, so it is consistent whatever they are.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

SYSTEMS = ("mBERT", "XLM-R", "RemBERT", "InfoXLM", "Adapters", "Stilts")
TASKS = ("XNLI", "PAWS-X", "POS", "NER", "XCOPA", "BUCC")
KINDS = ("News text", "Court rulings", "Recipes", "Song lyrics", "Chat logs")


@dataclass(frozen=True)
class Grid:
    """A table: its caption, the names of its columns, rows with a label first, and where it is bold."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: frozenset[tuple[int, int]] = frozenset()

    def put(self, row: int, column: int, text: str) -> Grid:
        rows = [list(one) for one in self.rows]
        rows[row][column] = text
        return replace(self, rows=tuple(map(tuple, rows)))


@dataclass(frozen=True)
class Paper:
    abstract: tuple[str, ...]
    body: tuple[str, ...]
    tables: tuple[Grid, ...]

    def put(self, table: int, row: int, column: int, text: str) -> Paper:
        tables = list(self.tables)
        tables[table] = tables[table].put(row, column, text)
        return replace(self, tables=tuple(tables))

    def say(self, old: str, new: str) -> Paper:
        """The paper with other words in its body, which must have the old ones."""
        assert any(old in one for one in self.body), old
        return replace(self, body=tuple(one.replace(old, new) for one in self.body))


def printed(value: float, places: int = 1, sign: bool = False) -> str:
    made = f"{value:+.{places}f}" if sign else f"{value:.{places}f}"
    return made.replace("-", "\u2212")


def paper(seed: int) -> Paper:
    """A consistent paper of five tables."""
    chance = random.Random(seed)
    scores = [[chance.uniform(40, 92) for _ in TASKS] for _ in SYSTEMS]
    best = max(range(len(SYSTEMS)), key=lambda row: sum(scores[row]))
    scores[best][0] = min(97.0, max(row[0] for row in scores) + 1.5)
    means = [sum(row) / len(row) for row in scores]
    table = [[name, *map(printed, row), printed(mean)] for name, row, mean in zip(SYSTEMS, scores, means, strict=True)]
    tops = [max(float(row[at]) for row in table) for at in range(1, len(TASKS) + 2)]
    bold = frozenset((r, at) for r, row in enumerate(table) for at in range(1, len(row)) if float(row[at]) == tops[at - 1])
    first = Grid("Accuracy of six systems on six tasks.", ("Model", *TASKS, "Avg."), tuple(map(tuple, table)), bold)

    base, ours = [chance.uniform(40, 80) for _ in TASKS], [chance.uniform(45, 90) for _ in TASKS]
    shifts = [two - one for one, two in zip(base, ours, strict=True)]
    second = Grid(
        "What longer training changes.",
        ("", *TASKS),
        (("Short", *map(printed, base)), ("Long", *map(printed, ours)), ("\u0394", *(printed(one, sign=True) for one in shifts))),
    )

    counts = [chance.randint(11, 400) for _ in KINDS]
    whole = sum(counts)
    rows = [(name, str(count), f"{printed(100 * count / whole)}%") for name, count in zip(KINDS, counts, strict=True)]
    third = Grid("Documents of each kind.", ("Kind", "# documents", "% documents"), (*rows, ("Total", str(whole), "100.0%")))

    pairs = [(chance.uniform(50, 95), chance.uniform(50, 95)) for _ in range(5)]
    fourth = Grid(
        "Extraction of entities.",
        ("Type", "Precision", "Recall", "F1"),
        tuple((name, printed(p), printed(r), printed(2 * p * r / (p + r))) for name, (p, r) in zip(KINDS, pairs, strict=True)),
    )

    fifth = Grid(
        "Mean and standard deviation over five seeds.",
        ("Model", "Dev", "Test"),
        tuple(
            (name, *(f"{chance.uniform(60, 90):.2f} \u00b1 {chance.uniform(0.3, 1.9):.2f}" for _ in range(2))) for name in SYSTEMS
        ),
    )

    asked = chance.randint(60, 300)
    agreed = chance.randint(20, asked - 10)
    low, high = chance.uniform(50, 70), chance.uniform(72, 90)
    star, other = SYSTEMS[best], SYSTEMS[(best + 1) % len(SYSTEMS)]
    lead = scores[best][0] - scores[(best + 1) % len(SYSTEMS)][0]
    t, df = chance.uniform(2.2, 3.5), chance.randint(20, 60)
    body = (
        f"As Table 1 shows, {star} reaches {printed(scores[best][0])} on XNLI.",
        f"In Table 1, {star} outperforms {other} by {printed(lead)} points on XNLI.",
        f"{star} achieves the highest accuracy on XNLI in Table 1.",
        f"More steps move the score from {printed(low)} to {printed(high)}, an improvement of {printed(high - low)} points.",
        f"We asked for consent, and {agreed} of {asked} annotators ({100 * agreed / asked:.1f}%) agreed to take part.",
        f"The difference between the groups is significant, t({df}) = {t:.2f}, p = {p_of(round(t, 2), df):.3f}.",
        f"Careful filtering of the crawled pages keeps {printed(high)} percent of the useful tokens in the final corpus.",
        "Table 3 lists the five kinds of documents.",
    )
    abstract = (f"Careful filtering of crawled pages keeps {printed(high)} percent of useful tokens in our final corpus.",)
    return Paper(abstract, body, (first, second, third, fourth, fifth))


def p_of(t: float, df: int) -> float:
    from scipy import stats

    return float(2 * stats.t.sf(t, df))


# ---- errors, each with the kind of finding that it must make and words that stand at its place

Planted = tuple[Paper, str, str]


def _moved(text: str, chance: random.Random, by: float = 0.0) -> str:
    """Another number with as many decimals, away from what is printed by more than its rounding can bear."""
    value, places = float(text.replace("\u2212", "-")), len(text.partition(".")[2])
    step = by or chance.choice((1.3, -1.7, 2.4, -3.1))
    return printed(value + step, places, text[:1] in "+\u2212")


def average(paper: Paper, chance: random.Random) -> Planted:
    row = chance.randrange(len(SYSTEMS))
    cell = _moved(paper.tables[0].rows[row][-1], chance)
    return paper.put(0, row, len(TASKS) + 1, cell), "average", cell


def gain(paper: Paper, chance: random.Random) -> Planted:
    at = chance.randrange(1, len(TASKS) + 1)
    cell = _moved(paper.tables[1].rows[2][at], chance)
    return paper.put(1, 2, at, cell), "gain", cell


def sign(paper: Paper, chance: random.Random) -> Planted:
    shifts = paper.tables[1].rows[2]
    at = max(range(1, len(shifts)), key=lambda one: abs(float(shifts[one].replace("\u2212", "-"))))
    cell = shifts[at].translate(str.maketrans("+\u2212", "\u2212+"))
    return paper.put(1, 2, at, cell), "gain", cell


def total(paper: Paper, chance: random.Random) -> Planted:
    cell = str(int(paper.tables[2].rows[-1][1]) + chance.choice((7, -9, 11)))
    return paper.put(2, len(KINDS), 1, cell), "total", cell


def percentage(paper: Paper, chance: random.Random) -> Planted:
    row = chance.randrange(len(KINDS))
    cell = f"{_moved(paper.tables[2].rows[row][2].removesuffix('%'), chance, 3.4)}%"
    return paper.put(2, row, 2, cell), "percentage", cell


def f1(paper: Paper, chance: random.Random) -> Planted:
    row = chance.randrange(len(paper.tables[3].rows))
    cell = _moved(paper.tables[3].rows[row][3], chance)
    return paper.put(3, row, 3, cell), "F1", cell


def best_mark(paper: Paper, chance: random.Random) -> Planted:
    """The mark of one column put on a row in the middle."""
    first = paper.tables[0]
    at = chance.randrange(1, len(TASKS) + 1)
    order = sorted(range(len(SYSTEMS)), key=lambda row: float(first.rows[row][at]))
    wrong = order[len(order) // 2]
    bold = {(row, column) for row, column in first.bold if column != at} | {(wrong, at)}
    tables = (replace(first, bold=frozenset(bold)), *paper.tables[1:])
    return replace(paper, tables=tables), "best mark", first.rows[wrong][at]


def decimals(paper: Paper, chance: random.Random) -> Planted:
    """A footnote mark glued to a number."""
    row, at = chance.randrange(len(SYSTEMS)), chance.randrange(1, len(TASKS) + 1)
    cell = f"{paper.tables[0].rows[row][at]}{chance.randint(1, 9)}"
    return paper.put(0, row, at, cell), "decimals", cell


def spread(paper: Paper, chance: random.Random) -> Planted:
    row = chance.randrange(len(SYSTEMS))
    cell = f"{paper.tables[4].rows[row][1].partition(' ')[0]} \u00b1 0.00"
    return paper.put(4, row, 1, cell), "spread", cell


def told(paper: Paper, chance: random.Random) -> Planted:
    """Two digits of a number of the text swapped, or one changed."""
    number = paper.body[0].rpartition("reaches ")[2].partition(" on")[0]
    wrong = f"{number[:-1]}{(int(number[-1]) + chance.randint(3, 7)) % 10}"
    taken = {cell for grid in paper.tables for row in grid.rows for cell in row}
    wrong = next(one for one in (wrong, *(f"{number[:-1]}{digit}" for digit in range(10))) if one not in taken)
    return paper.say(f"reaches {number}", f"reaches {wrong}"), "text and table", wrong


def lead(paper: Paper, chance: random.Random) -> Planted:
    number = paper.body[1].rpartition("by ")[2].partition(" points")[0]
    wrong = _moved(number, chance, 2.6)
    return paper.say(f"by {number}", f"by {wrong}"), "text and table", wrong


def superlative(paper: Paper, chance: random.Random) -> Planted:
    """Another system called the best."""
    star = paper.body[2].split(" ", 1)[0]
    order = sorted(paper.tables[0].rows, key=lambda row: float(row[1]))
    wrong = order[len(order) // 2][0]
    return paper.say(f"{star} achieves", f"{wrong} achieves"), "superlative", wrong


def change(paper: Paper, chance: random.Random) -> Planted:
    number = paper.body[3].rpartition("of ")[2].partition(" points")[0]
    wrong = _moved(number, chance, 1.4)
    return paper.say(f"of {number} points", f"of {wrong} points"), "change", wrong


def proportion(paper: Paper, chance: random.Random) -> Planted:
    number = paper.body[4].partition("(")[2].partition("%")[0]
    wrong = _moved(number, chance, 4.2 if float(number) < 90 else -4.2)
    return paper.say(f"({number}%)", f"({wrong}%)"), "percentage", wrong


def statistic(paper: Paper, chance: random.Random) -> Planted:
    number = paper.body[5].rpartition("p = ")[2].removesuffix(".")
    return paper.say(f"p = {number}", "p = 0.412"), "test statistic", "0.412"


def abstract(paper: Paper, chance: random.Random) -> Planted:
    number = paper.abstract[0].partition("keeps ")[2].partition(" percent")[0]
    taken = "\n".join((*paper.body, *(cell for grid in paper.tables for row in grid.rows for cell in row)))
    wrong = next(one for step in range(1, 60) if (one := printed(float(number) + step / 10)) not in taken)
    return replace(paper, abstract=(paper.abstract[0].replace(number, wrong),)), "abstract and body", wrong


def count(paper: Paper, chance: random.Random) -> Planted:
    return paper.say("the five kinds", "the eight kinds"), "count", "eight"


ERRORS: dict[str, Callable[[Paper, random.Random], Planted]] = {
    "an average": average, "a gain": gain, "a sign": sign, "a total": total, "a percentage of a count": percentage, "an F1": f1,
    "a mark of the best": best_mark, "a glued footnote mark": decimals, "a spread of zero": spread, "a number of the text": told,
    "a lead in the text": lead, "a superlative": superlative, "a change in the text": change,
    "a percentage in the text": proportion, "a test statistic": statistic, "a number of the abstract": abstract,
    "a count of rows": count,
}  # fmt: skip


def planted(kind: str, seed: int) -> Planted:
    """A consistent paper with one error of this kind; the kind of finding that it makes, and what is printed there."""
    return ERRORS[kind](paper(seed), random.Random(seed))


# ---- the same paper in every kind of file


def markdown(paper: Paper) -> str:
    lines = ["# A Paper", "", "## Abstract", "", " ".join(paper.abstract), "", "## 1 Results", "", *_spaced(paper.body)]
    for number, grid in enumerate(paper.tables, 1):
        lines += [f"Table {number}: {grid.caption}", "", f"| {' | '.join(grid.columns)} |", "|" + "---|" * len(grid.columns)]
        for row, cells in enumerate(grid.rows):
            marked = [f"**{cell}**" if (row, at) in grid.bold else cell for at, cell in enumerate(cells)]
            lines.append(f"| {' | '.join(marked)} |")
        lines.append("")
    return "\n".join(lines)


def _spaced(sentences: tuple[str, ...]) -> list[str]:
    return [line for one in sentences for line in (one, "")]


def html(paper: Paper) -> str:
    made = ["<html><body><h1>A Paper</h1><h2>Abstract</h2>", f"<p>{' '.join(paper.abstract)}</p><h2>1 Results</h2>"]
    made += [f"<p>{one}</p>" for one in paper.body]
    for number, grid in enumerate(paper.tables, 1):
        made.append(f"<table><caption>Table {number}: {grid.caption}</caption><tr>")
        made += [f"<th>{name}</th>" for name in grid.columns]
        for row, cells in enumerate(grid.rows):
            marked = [f"<b>{cell}</b>" if (row, at) in grid.bold else cell for at, cell in enumerate(cells)]
            made.append("</tr><tr>" + "".join(f"<td>{cell}</td>" for cell in marked))
        made.append("</tr></table>")
    return "\n".join([*made, "</body></html>"])


def latex(paper: Paper) -> str:
    def plain(text: str) -> str:
        escaped = text.replace("%", "\\%").replace("#", "\\#").replace("\u2212", "$-$")
        return escaped.replace("\u00b1", "$\\pm$").replace("\u0394", "$\\Delta$")

    made = ["\\documentclass{article}\\title{A Paper}\\begin{document}\\maketitle", "\\begin{abstract}", *paper.abstract]
    made += ["\\end{abstract}", "\\section{Results}", *(plain(line) for line in _spaced(paper.body))]
    for grid in paper.tables:
        made += [
            "\\begin{table}",
            f"\\caption{{{plain(grid.caption)}}}",
            f"\\begin{{tabular}}{{{'l' * len(grid.columns)}}}",
            "\\toprule",
        ]
        made += [f"{' & '.join(map(plain, grid.columns))} \\\\", "\\midrule"]
        for row, cells in enumerate(grid.rows):
            marked = [f"\\textbf{{{plain(cell)}}}" if (row, at) in grid.bold else plain(cell) for at, cell in enumerate(cells)]
            made.append(f"{' & '.join(marked)} \\\\")
        made += ["\\bottomrule", "\\end{tabular}", "\\end{table}"]
    return "\n".join([*made, "\\end{document}"])


def pdf(paper: Paper) -> bytes:
    """The paper set in two columns by typst."""
    from . import papers

    shown = []
    for grid in paper.tables:
        rows = [
            [f"table.cell()[*{papers._escaped(cell)}*]" if (row, at) in grid.bold else cell for at, cell in enumerate(cells)]
            for row, cells in enumerate(grid.rows)
        ]
        shown.append(papers.table(grid.columns, rows, papers._escaped(grid.caption), wide=len(grid.columns) > 4))
    sentences = "\n\n".join(papers._escaped(one) for one in paper.body)
    return papers.compiled(
        f"""{papers.HEAD}
#set page(paper: "a4", columns: 2, margin: 2cm, numbering: "1")
#heading(numbering: none)[Abstract]
{papers._escaped(" ".join(paper.abstract))}
= Results
{sentences}

{chr(10).join(shown)}
"""
    )
