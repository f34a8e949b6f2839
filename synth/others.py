"""Claims of others: JSON Lines with an id, a claim and the paper that it cites -> a Question."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from replicate.problems import Problem

from .english import reading
from .ingest import clean
from .records import Claim, Question

FIELDS = ("id", "claim", "paper")
LONGEST_LINE = 2**20
LONGEST = 2_000  # characters of a claim that is read; of a longer one the checks say that it is too long


def read(path: str | Path, say: Callable[[str], None] | None = None) -> Question:
    """The claims of a file, one on each line: {"id": ..., "claim": ..., "paper": a file name or an id}.

    Without a paper any paper at hand is meant. A bad line is left out: `say` is told of each, by its number, and
    `reported` of the question counts them under `left_out`. Mark-up and control characters are taken out of a claim, which
    `say` is told too. A Problem where no line has a claim.
    """
    path = Path(path)
    if not path.is_file():
        raise Problem(f"{path}: no such file of claims; a line of it is {_example()}")
    claims, bad, cleaned = dict[str, Claim](), list[str](), list[str]()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                taken: Counter[str] = Counter()
                claim = _claim(line, taken)
                if claim.id in claims:
                    raise ValueError(f"the id {claim.id!r} stands in an earlier line too")
                claims[claim.id] = claim
                cleaned += [f"{path}, line {number}: {_left(taken)} left out of the claim"] if taken else []
            except (ValueError, RecursionError) as error:
                bad.append(f"{path}, line {number}: {error}; left out")
    if not claims:
        why = bad[0].removeprefix(f"{path}, ").removesuffix("; left out") if bad else "the file is empty"
        raise Problem(f"{path}: no claim in it ({why}); a line is {_example()}")
    if say is not None:
        for one in (*bad, *cleaned):
            say(one)
    papers = tuple(dict.fromkeys(claim.paper for claim in claims.values() if claim.paper))
    return Question(
        name=path.stem,
        question=f"Do the papers say what is claimed in {path.name}?",
        experiment="",
        papers=papers,
        margin=0.5,
        claims=tuple(claims.values()),
        reported={"left_out": len(bad)} if bad else {},
        path=str(path),
    )


def at_hand(question: Question, papers: str | Path | None) -> Question:
    """The question with papers that are cited by the path of a file under `papers`, from here or from the file of claims, under
    the name that they have there."""
    if papers is None:
        return question
    folder = Path(papers).resolve()
    folder = folder.parent if folder.is_file() else folder

    def named(paper: str) -> str:
        for start in (Path(), Path(question.path).parent):
            path = start / paper
            if paper and os.path.isfile(path) and path.resolve().is_relative_to(folder):
                return path.resolve().relative_to(folder).as_posix()
        return paper

    claims = tuple(replace(one, paper=named(one.paper)) for one in question.claims)
    return replace(question, claims=claims, papers=tuple(dict.fromkeys(map(named, question.papers))))


def _left(taken: Counter[str]) -> str:
    return ", ".join(f"{number} {what}{'s' * (number != 1)}" for what, number in taken.items())


def _claim(line: bytes, taken: Counter[str]) -> Claim:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"{len(line):,} bytes, more than a claim has")
    try:
        data: Any = json.loads(line)
    except UnicodeDecodeError:
        raise ValueError("no UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON ({error.msg} at character {error.pos + 1})") from None
    if not isinstance(data, dict):
        raise ValueError(f"{type(data).__name__} instead of an object with {', '.join(FIELDS)}")
    for name in FIELDS[:2]:
        if name not in data:
            raise ValueError(f"no {name!r}")
    id, text, paper = data["id"], data["claim"], data.get("paper") or ""
    if isinstance(id, bool) or not isinstance(id, (str, int)) or not str(id).strip():
        raise ValueError(f"'id' is {id!r}, no name and no number")
    if not isinstance(text, str):
        raise ValueError(f"'claim' is {text!r:.40}, no text")
    if isinstance(paper, bool) or not isinstance(paper, (str, int)):
        raise ValueError(f"'paper' is {paper!r:.40}, no file name and no id")
    text = clean.plain(text, taken)
    asserts = reading.read(text).asserts if len(text) <= LONGEST else ()
    return Claim(str(id).strip(), text, str(paper).strip(), asserts)


def _example() -> str:
    return '{"id": "1", "claim": "Training on SQuAD helps.", "paper": "2005.13013v1"}'
