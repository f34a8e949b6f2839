"""Numbers: results by the contract, and predictions that are scored."""

from __future__ import annotations

import functools
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from replicate.problems import Problem

from ..family import ANSWERS, Door, Family, seeds

# ---- results


def results(path: Path) -> None:
    """Rows of the contract; written in both forms they are the same again."""
    from replicate import results as held

    frame = held.read(path)
    for suffix in (".csv", ".parquet"):
        again = Path(os.environ["XDG_CACHE_HOME"]) / f"again{suffix}"
        held.write(frame, again)
        assert _same(held.read(again), frame), f"what was written as {suffix} is read as something else"
        again.unlink()
    try:
        held.wide(frame, mix_worlds=True)
    except Problem as problem:  # which knows rows, and no file
        raise Problem(f"{path}: {problem}") from problem


def _same(one: Any, other: Any) -> bool:
    import pandas as pd

    try:
        pd.testing.assert_frame_equal(one, other, check_dtype=False, check_exact=True)
    except AssertionError:
        return False
    return True


@functools.cache
def _frame() -> Any:
    from replicate import results as held

    runs = [
        {
            "origin": f"run:{'a' * 16}",
            "world": "real",
            "model": "hub:xlm-roberta-large",
            "seed": seed,
            "intermediate": name,
            "mlm": False,
            "target": target,
            "language": "de",
            "split": "dev",
            "metric": metric,
            "value": value,
            "n": 100,
        }
        for seed in (1, 2)
        for name, value in (("baseline", 70.25), ("mnli", 71.5))
        for target, metric in (("xnli", "accuracy"), ("xquad", "f1"), ("xquad", "em"))
    ]
    paper = {
        **runs[0],
        "origin": "paper:2005.13013v1#table2",
        "seed": None,
        "language": "all",
        "quantity": "gain",
        "over": "baseline",
        "intermediate": "squad1",
        "value": -2.5,
        "printed": "− 2.5",
        "n": None,
        "low": None,
    }
    return held.table([*runs, paper])


def _csv() -> tuple[bytes, ...]:
    from replicate import results as held

    return (f"# {held.SCHEMA}\n{_frame().to_csv(index=False, lineterminator=chr(10))}".encode(),)


def _parquet() -> tuple[bytes, ...]:
    import pyarrow
    import pyarrow.parquet

    from replicate import results as held

    table = pyarrow.Table.from_pandas(_frame(), preserve_index=False)
    out = io.BytesIO()
    pyarrow.parquet.write_table(table.replace_schema_metadata({b"schema": held.SCHEMA.encode()}), out)
    return (out.getvalue(),)


# ---- predictions


def predictions(task: str, side: str) -> Callable[[Path], None]:
    """`replicate score`: gold or predictions, with the other side as it should be."""

    def read(path: Path) -> None:
        from replicate.submissions import scoring
        from replicate.tasks import find

        other = path.parents[1] / ("gold" if side == "said" else "said") / path.name
        gold, said = (other, path) if side == "said" else (path, other)
        scoring.score_language(find(task), "de", gold, said)

    return read


SCORED = {
    "labels": ("xnli", "test-de.tsv", "neutral\nentailment\n", "neutral\nneutral\n", "lines"),
    "tags": ("panx", "test-de.tsv", "Ann\tB-PER\nran\tO\n\nGo\tO\n", "B-PER\nO\n\nO\n", "lines"),
    "answers": ("xquad", "test-de.json", json.dumps({"data": [{"paragraphs": [{"context": "Ann ran.", "qas": [
        {"id": "q1", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]}]}]}]}),
        '{"q1": "Ann", "q2": "x"}', "json"),
    "partners": ("tatoeba", "test-de.tsv", "1\n0\n", "1\n1\n", "lines"),
    "mined": ("bucc2018", "test-de.tsv", "de-1\ten-1\nde-2\ten-3\n", "de-1\ten-1\n", "lines"),
    "options": ("xcopa", "test-de.jsonl", '{"label": 1}\n{"label": 0}\n', '{"label": 1}\n1\n', "jsonl"),
    "ranked": ("mewslix", "test-de.json", '{"q1": ["Q1", "Q2"]}', '{"q1": ["Q2", "Q1"]}', "json"),
}  # fmt: skip


def _scored(name: str, side: str) -> Door:
    task, file, gold, said, form = SCORED[name]
    other, own = (("gold", gold), said) if side == "said" else (("said", said), gold)
    words, traced = ("O", "B-PER", "I-PER", "²", *ANSWERS), ("replicate.submissions", "replicate.metrics")
    beside = {f"{other[0]}/{file}": other[1].encode()}
    return Door(f"{name}-{side}", f"{side}/{file}", predictions(task, side), seeds(own), form, words, traced, beside)


def exported(path: Path) -> None:
    """The predictions of a run, as `replicate export` takes them."""
    from replicate.submissions import export
    from replicate.submissions.export import Evaluation

    export.rows(Evaluation("a" * 16, {"target": "xnli"}, path))


FAMILIES = (
    Family(
        "results",
        (
            Door(
                "csv",
                "results.csv",
                results,
                _csv,
                "csv",
                ("run:", "paper:x#y", "real", "artificial", "gain", "level", "all", "dev", "True", "1e2", "NA"),
                ("replicate.results",),
            ),
            Door("parquet", "results.parquet", results, _parquet, "text", (), ("replicate.results",)),
        ),
    ),
    Family(
        "predictions",
        (
            *(_scored(name, side) for name in SCORED for side in ("said", "gold")),
            Door(
                "run",
                "predictions.jsonl",
                exported,
                seeds('{"language": "de", "id": "1", "prediction": "neutral", "gold": "neutral"}\n'),
                "jsonl",
                ("prediction", "language"),
                ("replicate.submissions.export",),
            ),
        ),
    ),
)
