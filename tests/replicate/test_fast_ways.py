"""Where a fast way took the place of a slow one it gives the same: the slow ones stand here."""

from __future__ import annotations

import csv
import io
import math
import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import results, tasks
from replicate.columns import uneven
from replicate.grouped import groups_of

LANGUAGES = ("en", "de", "sw", "ta")


def rows(seed: int) -> list[dict[str, Any]]:
    """Level rows with holes: of runs and of a paper, with means over languages, and with columns of an experiment."""
    draw, made = random.Random(seed), []
    for intermediate in ("baseline", "mnli", "squad1"):
        for target in ("xnli", "xquad", "udpos", "tatoeba"):
            for one in (1, 2, None):
                for language in (*LANGUAGES, results.ALL):
                    for metric in tasks.TASKS[target].metrics:
                        if draw.random() < 0.15 or (language == results.ALL and draw.random() < 0.8):
                            continue
                        run = f"run:{seed}{one}{intermediate}{target}"
                        made.append({
                            "origin": run if one else f"paper:2005.13013v1#table{draw.randint(1, 2)}", "world": "real",
                            "model": "xlmr", "seed": one, "intermediate": intermediate, "target": target, "language": language,
                            "split": draw.choice(["dev", "test"]), "metric": metric, "max_length": 128, "n": 100, "size": 1.5,
                            "value": round(100 * draw.random(), 2), "text": "native" if draw.random() < 0.5 else "",
                        })  # fmt: skip
    return made


def frame(seed: int) -> pd.DataFrame:
    made = pd.DataFrame(rows(seed))
    return results.table(
        made.drop_duplicates(["seed", "intermediate", "target", "language", "metric", "split", "text"]).to_dict("records")
    )


def slowly(given: pd.DataFrame) -> list[dict[str, Any]]:
    """The scores of tasks, group by group, as frames."""
    key = [
        name
        for name in given.columns
        if name not in ("origin", "value", "printed", "n", "language", "metric", "quantity", "over")
    ]
    found = []
    given = given.assign(source=[one.split("#")[0] if one.startswith("paper:") else "run" for one in given["origin"]])
    scored = [metric in results.score_metrics(target) for metric, target in zip(given["metric"], given["target"], strict=True)]
    given = given[scored]
    alike = ["source", "model", "target", "split"]
    spoken = {pair: set(group) - {results.ALL} for pair, group in given.groupby(alike)["language"]}
    for _, group in given.groupby([*key, "source"], dropna=False, sort=False):
        first = group.iloc[0]
        languages = spoken[tuple(first[name] for name in alike)] or {results.ALL}
        cells = group[group["language"].isin(languages)]
        there = set(zip(cells["language"], cells["metric"], strict=True))
        wanted = {(language, metric) for language in languages for metric in results.score_metrics(first["target"])}
        value = cells["value"].mean() if wanted <= there else math.nan
        origins = sorted(set(cells["origin"]))
        origin = origins[0] if len(origins) == 1 else f"{first['source']}:{len(origins)} origins"
        found.append({**{name: first[name] for name in key}, "origin": origin, "value": value, "lacks": len(wanted - there)})
    return found


@pytest.mark.parametrize("seed", range(6))
def test_scores_of_tasks_are_the_means_of_their_groups(seed: int):
    given = frame(seed)
    fast, slow = results.task_scores(given), slowly(given)
    assert len(fast) == len(slow) > 20
    for one, other in zip(fast.to_dict("records"), slow, strict=True):
        told = [name for name in other if name not in ("value", "lacks")]
        assert all(one[name] == other[name] or (pd.isna(one[name]) and pd.isna(other[name])) for name in told)
        assert one["value"] == other["value"] or (math.isnan(one["value"]) and math.isnan(other["value"]))
        assert len([part for part in one["missing"].split(", ") if part]) == other["lacks"]


def test_groups_come_as_they_begin_with_what_their_rows_share():
    given = pd.DataFrame({"a": ["y", "x", "y", "x", "y"], "b": pd.array([1, None, 1, None, 2], dtype="Int64")})
    found = [(named, places.tolist()) for named, places in groups_of(given, ["a", "b"])]
    assert found == [({"a": "y", "b": 1}, [0, 2]), ({"a": "x", "b": pd.NA}, [1, 3]), ({"a": "y", "b": 2}, [4])]
    assert not list(groups_of(given.iloc[:0], ["a"]))


@given(st.text(alphabet='ab,\n"', max_size=40))
def test_uneven_rows_of_a_csv_are_those_that_its_reader_finds(text: str):
    widths = [len(fields) for fields in csv.reader(io.StringIO(text))]
    expected = next(((row, width, widths[0]) for row, width in enumerate(widths) if width != widths[0]), None)
    assert uneven(text) == expected
