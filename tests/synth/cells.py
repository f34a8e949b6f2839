"""A few rows by the contract, for tests that look at single cells: printed ones of a paper, measured ones of runs."""

from __future__ import annotations

from typing import Any

from replicate import results
from synth.assertions import Selection, plain

XLMR, OTHER = "FacebookAI/xlm-roberta-large", "FacebookAI/xlm-roberta-base"


def cell(intermediate: str = "baseline", value: str = "50.0", **fields: Any) -> dict[str, Any]:
    """One printed cell of a paper: a mean over languages of XNLI on test; a gain where `quantity` says so."""
    made = {
        "origin": "paper:p#table1", "world": "real", "model": XLMR, "intermediate": intermediate, "target": "xnli",
        "language": "all", "split": "test", "metric": "accuracy", "quantity": "level", "value": float(value),
        "printed": value, "intermediate_languages": "" if intermediate == "baseline" else "en", **fields,
    }  # fmt: skip
    return made | ({"over": "baseline"} if made["quantity"] == "gain" and "over" not in fields else {})


def gained(intermediate: str, value: str, **fields: Any) -> dict[str, Any]:
    """One printed gain over the baseline."""
    return cell(intermediate, value, quantity="gain", **fields)


def run(intermediate: str = "baseline", value: float = 50.0, seed: int = 1, **fields: Any) -> dict[str, Any]:
    """One measured cell: German XNLI on test, by a model in the real world."""
    return cell(intermediate, "0") | {
        "origin": f"run:{intermediate}{seed}", "value": value, "printed": "", "seed": seed, "language": "de", "n": 100, **fields,
    }  # fmt: skip


def rows(*cells: dict[str, Any]) -> Selection:
    """Rows as the evaluators look at them, but for what `measured` makes of runs, which takes a hundred times as long."""
    frame = results.table(cells)
    usual = plain(frame)
    levels = usual[usual["quantity"] == "level"].assign(missing="")
    return Selection(usual[usual["quantity"] == "gain"], levels, frame)
