"""Claims, verdicts and what is at hand, made by hand: what the tests of the review look at."""

from __future__ import annotations

from typing import Any

from replicate import results
from synth.checks.hand import Hand
from synth.records import Assertion, Claim, Evidence, Question, Verdict

PAPER = "2005.13013v2"
ASKED = "Does intermediate training on English tasks improve zero-shot cross-lingual transfer?"
MODEL = "FacebookAI/xlm-roberta-large"
QUOTE = Evidence(f"paper:{PAPER}", "page 1", "improves by 8.2 points", page=1, start=10, end=32, sha256="ab" * 32)
CELL = Evidence(f"paper:{PAPER}#table2", "SQuAD, average", "8.2")
RUN = Evidence(f"run:{MODEL}", "SQuAD", "70.1", "mean of 5 seeds")
STEADY, SHAKY = (8.0, 8.1, 8.2, 8.3, 8.4), (1.0, 9.0)


def claim(
    id: str = "squad", paper: str = PAPER, text: str = "SQuAD training raises the average by 8.2 points.", **fields: Any
) -> Claim:
    given = {"kind": "gain", "intermediate": "squad1", "target": "average", "value": "8.2", **fields}
    return Claim(id, text, paper, (Assertion(**given),))


def question(*claims: Claim, asked: str = ASKED, **fields: Any) -> Question:
    return Question("asked", asked, fields.pop("experiment", ""), (PAPER,), fields.pop("margin", 0.5), claims, **fields)


def check(name: str, word: str, *evidence: Evidence, **fields: Any) -> Verdict:
    return Verdict(name, word, f"{name}: {word}", evidence=evidence, **fields)


def ran(word: str = "reproduced", values: tuple[float, ...] = STEADY, world: str = "real", model: str = MODEL) -> Verdict:
    """A check of the replication: the estimate of these seeds."""
    seeds = [{"seed": seed, "value": value} for seed, value in enumerate(values, 1)]
    data = {"world": world, "model": model, "estimate": {"mean": sum(values) / len(values), "level": 0.95, "seeds": seeds}}
    return check("replication", word, RUN, recomputation="70.1 less 61.9", data=data)


NOT_RUN = check("replication", "not run")
OPEN = {
    "words": check("words", "not enough information"),
    "tables": check("tables", "not enough information"),
    "replication": NOT_RUN,
}
WHOLE = {
    "words": check("words", "supported", QUOTE),
    "tables": check("tables", "supported", CELL, recomputation="mean of the 9 gains"),
    "replication": ran(),
}


def verdict(**checks: Verdict) -> Verdict:
    """A final verdict of these checks; one that is not given was made and found nothing."""
    return Verdict("final", "not enough information", "why", checks={**OPEN, **checks})


def at_hand(runs: bool = True) -> Hand:
    row = {
        "origin": "run:1", "world": "real", "model": MODEL, "intermediate": "squad1", "target": "xnli", "language": "en",
        "split": "dev", "metric": "accuracy", "value": 80.0, "seed": 1,
    }  # fmt: skip
    return Hand(runs=results.table([row] if runs else []))
