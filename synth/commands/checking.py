"""What the commands share that check claims: their options, and what lies at hand for the checks."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from replicate.terminal.usage import Parser

if TYPE_CHECKING:
    from ..checks.hand import Hand
    from ..records import Question, Verdict


AT_ONCE = 1.0  # seconds without a bar


def options() -> Parser:
    """The options of every command that checks claims."""
    common = Parser(add_help=False)
    common.add_argument("questions", metavar="QUESTION", nargs="*", help="names of question files (default: all)")
    common.add_argument(
        "--claims",
        metavar="PATH",
        help='a question file, a folder of them, or claims of others, FILE.jsonl with {"id", "claim", "paper"} on each line '
        "(default: the shipped questions and claims/)",
    )
    common.add_argument("--papers", metavar="DIR", help="a library or a folder of papers (default: what synth fetch fetched)")
    common.add_argument("--results", metavar="PATH", help="our results: a runs folder, .parquet or .csv (default: runs)")
    return common


@contextmanager
def counting(title: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for work that tells how much of how many is done; none where all is done at once."""
    from replicate.terminal.progress import Bar

    bars = list[Bar]()
    began = time.monotonic()

    def told(done: int, total: int) -> None:
        if not bars and time.monotonic() - began > AT_ONCE:
            bars.append(Bar(title, total, unit))
        for bar in bars:
            bar.total = total
            bar.update(done)

    try:
        yield told
    finally:
        for bar in bars:
            bar.close()


def questions(arguments: argparse.Namespace) -> tuple[Question, ...]:
    """The questions that are asked for: question files, or the claims of others (.jsonl), whose bad lines are named."""
    from replicate.problems import Problem, unknown

    from .. import others
    from ..questions import find

    kind = Path(arguments.claims or "").suffix.lower()
    if kind == ".json":
        raise Problem(f"{arguments.claims}: claims are question files (.toml), or a .jsonl file with one claim on each line")
    if kind not in (".jsonl", ".ndjson"):
        return find(arguments.questions, arguments.claims)
    made = others.read(arguments.claims, lambda line: print(f"synth: {line}", file=sys.stderr))
    for name in arguments.questions:
        if name != made.name:
            raise unknown("question", name, [made.name])
    if left := made.reported.get("left_out"):
        print(f"synth: {arguments.claims}: {left} of {left + len(made.claims)} lines left out", file=sys.stderr)
    return (made,)


@dataclass(frozen=True)
class Checked:
    """A question with what was at hand for its claims, and their verdicts."""

    question: Question
    hand: Hand
    verdicts: dict[str, Verdict]


def checked(arguments: argparse.Namespace, only: str = "", nli: str = "", embeddings: str = "") -> list[Checked]:
    """The questions that are asked for, each checked on the runs that can say anything of it; says what was left out.

    `nli` and `embeddings` name models of others whose votes are shown as well.
    """
    from replicate.problems import unknown

    from .. import others, verify

    asked = tuple(others.at_hand(one, arguments.papers) for one in questions(arguments))
    ids = [claim.id for question in asked for claim in question.claims]
    if only and only not in ids:
        raise unknown("claim", only, ids)
    asked = tuple(one for one in asked if not only or only in [claim.id for claim in one.claims])
    with counting("reading papers", "papers") as told:
        bare = verify.papers_at_hand(arguments.papers, told)
    if nli or embeddings:
        from ..words.votes import votes

        bare = replace(bare, votes=votes(nli, embeddings))
    for one in bare.index.skipped:
        print(f"synth: left out of the papers: {one.name}: {one.why}", file=sys.stderr)
    hands: dict[tuple[str, ...], Hand] = {}
    for names in {verify.experiments_for(question) for question in asked}:
        hands[names] = verify.with_runs(bare, arguments.results, names)
        if left := hands[names].left_out:
            said = f"{left} evaluation{'s' * (left != 1)} with other settings than those of {', '.join(names)}"
            print(f"synth: left out of {hands[names].where}: {said}", file=sys.stderr)
    if printed := max((one.of_papers for one in hands.values()), default=0):
        rows = "1 row of a paper, which is no run" if printed == 1 else f"{printed:,} rows of papers, which are no runs"
        where = arguments.results or verify.RUNS
        print(f"synth: left out of {where}: {rows}; --results takes what replicate measured", file=sys.stderr)
    total, done, found = 1 if only else len(ids), 0, list[Checked]()
    with counting("verifying", "claims") as told:
        for question in asked:

            def onward(one: int, before: int = done) -> None:
                told(before + one, total)

            hand = hands[verify.experiments_for(question)]
            found.append(Checked(question, hand, verify.verdicts(question, hand, only, onward)))
            done += len(found[-1].verdicts)
    return found
