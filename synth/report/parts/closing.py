"""What ends a report: limitations, references, provenance, and how to make it again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import pairwise

from ... import sentences
from ...sentences import Finding
from ...summary import Runs
from ..inputs import Inputs
from ..references import Reference
from ..value import Block, Bullets, Commands, Facts, Paragraph, Section, Table, Words, code, link, words
from .making import NONE, cell, columns, row

INPUTS = ("--claims", "--papers", "--results")  # options of `report` that `verify` has too


def limitations(inputs: Inputs, findings: Sequence[Finding], runs: Sequence[Runs]) -> Section:
    lines = sentences.limitations(findings, runs)
    if not inputs.search:
        lines = (*lines, "No search of the literature is on record for this question; what other papers say is not known here.")
    made: list[Block] = (
        [Bullets(tuple(words(line) for line in lines))] if lines else [Paragraph(words("None that the data show."))]
    )
    return Section("limitations", "Limitations that follow from the data", tuple(made), "Limitations")


def references(inputs: Inputs) -> Section:
    """The papers with versions, files by hash, and whether they are on the topic."""
    if not inputs.references:
        return Section("references", "References", (Paragraph(words("The question names no paper.")),))
    rows = [
        row(
            cell(link(one.id, one.url) if one.url else one.id), _title(one), f"{one.claims}" if one.claims else NONE,
            one.topic or "not judged", cell(*_file(one)), ", ".join(one.tables) or NONE,
        )
        for one in inputs.references
    ]  # fmt: skip
    head = columns("Paper", "Title", "Claims", "On the topic", "File", "Printed tables at hand", numeric=(2,))
    caption = words(
        "Versions of a paper are different papers: tables of another version decide nothing. A file is named by its sha256."
    )
    table = Table("table-references", "Papers", head, tuple(rows), caption, wide=True)
    return Section("references", "References", (table,))


def _title(one: Reference) -> str:
    who = f"{one.authors[0]} et al." if len(one.authors) > 1 else "".join(one.authors)
    when = one.date[:4]
    said = ", ".join(part for part in (who, when) if part)
    return f"{one.title} ({said})" if one.title and said else one.title or "not at hand: its title is not known here"


def _file(one: Reference) -> Words:
    if one.withdrawn:
        return words(f"withdrawn: {one.withdrawn}")
    if one.sha256:
        return words(code(one.sha256[:16]))
    return words("not at hand: ", code(f"python -m synth fetch {one.id}"))


def provenance(inputs: Inputs, name: str) -> Section:
    """Where it comes from, and the commands that make it again."""
    about = [(title, words(code(value)) if title == "Command" else words(value)) for title, value in inputs.about]
    hashes = [(file, words(code(f"sha256 {digest}"))) for file, digest in inputs.files]
    facts = Facts((("Date of the data", words(inputs.date)), ("Author", words(inputs.author)), *about, *hashes))
    again = Paragraph(words("To make this report again, and to ask whether its numbers still hold:"))
    blocks = (facts, again, Commands(_commands(inputs, name)))
    return Section("provenance", "Provenance, and how to make this again", blocks, "Provenance")


def _commands(inputs: Inputs, name: str) -> tuple[str, ...]:
    question = inputs.question
    command = next((value for title, value in inputs.about if title == "Command"), f"python -m synth report {question.name}")
    taken = _taken(command)
    cited = [] if "--papers" in taken else [one.id for one in inputs.references if one.url]  # the folder has what was read
    made = []
    if inputs.search:
        made.append(f"python -m synth search {question.name}")
    if cited:
        made.append(f"python -m synth fetch {shlex.join(cited)}")
    if question.experiment:
        made.append(f"python -m replicate run {question.experiment} --scale nano")
    verify = shlex.join(["python", "-m", "synth", "verify", question.name, *taken])
    return (*made, verify, command, f"python -m synth report --check {name}")


def _taken(command: str) -> list[str]:
    """The options of the command that say where claims, papers and results were taken from."""
    made: list[str] = []
    for option, value in pairwise(shlex.split(command)):
        if option in INPUTS:
            made += [option, value]
        elif value.partition("=")[0] in INPUTS and "=" in value:
            made += list(value.split("=", 1))
    return made
