"""Results on disk: Parquet, CSV and a store are read back as they were written, or refused by name; rows are selected."""

from __future__ import annotations

import pandas as pd
import pytest

from replicate import results
from replicate.problems import Problem

from .cells import cell, grid


@pytest.mark.parametrize("name", ["cells.parquet", "cells.csv"])
def test_what_is_written_is_read_back_the_same(tmp_path, name):
    frame = results.table([*grid("baseline", 61.25), cell(target="xnli", split="test", seed=None, printed="61.3", rate=0.1)])
    results.write(frame, tmp_path / name)
    pd.testing.assert_frame_equal(results.read(tmp_path / name), frame)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_parquet_file_holds_the_columns_alone_and_those_of_an_experiment_as_they_were(tmp_path):
    import pyarrow.parquet

    frame = results.table([cell(), cell(language="bb")]).assign(width=pd.array([8, None], dtype="Int64"))
    results.write(frame, tmp_path / "cells.parquet")
    assert pyarrow.parquet.read_schema(tmp_path / "cells.parquet").names == [*results.COLUMNS, "width"]
    assert results.read(tmp_path / "cells.parquet")["width"].dtype == "Int64"


def test_a_refused_table_leaves_the_old_file(tmp_path):
    path = tmp_path / "cells.csv"
    results.write(results.table([cell()]), path)
    before = path.read_bytes()
    with pytest.raises(Problem):
        results.write(results.table([cell()]).assign(value=400.0), path)
    assert path.read_bytes() == before and [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("name", ["cells.parquet", "cells.csv"])
def test_a_cut_file_is_a_problem_and_no_short_table(tmp_path, name):
    path = tmp_path / name
    results.write(results.table(grid("baseline", 61.0)), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3 + 9])
    with pytest.raises(Problem, match=name):
        results.read(path)


def test_a_row_that_lost_its_end_in_the_middle_of_a_file_is_named(tmp_path):
    path = tmp_path / "cells.csv"
    results.write(results.table(grid("baseline", 61.0)), path)
    lines = path.read_text().splitlines()
    lines[4] = lines[4].rpartition(",")[0]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(Problem, match=r"cells\.csv: damaged, row 3 has 19 fields instead of 20"):
        results.read(path)


def test_a_parquet_file_with_damaged_pages_is_named(tmp_path):
    path = tmp_path / "cells.parquet"
    results.write(results.table(grid("baseline", 61.0)), path)
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 4] = b"\xff" * (len(data) // 4 - 4)
    path.write_bytes(bytes(data))
    with pytest.raises(Problem, match=r"cells\.parquet"):
        results.read(path)


def test_runs_with_other_settings_are_left_out_of_an_experiments_rows_and_counted(tmp_path):
    from replicate import experiments, plan, store
    from replicate.experiments import options

    runs = store.open_store(tmp_path / "runs")
    tiny = experiments.find("stilts", "tiny")
    other = options.choose(tiny, changes=["target.updates=3"])
    for one, value in ((tiny, 50.0), (other, 10.0)):
        step = next(step for step in plan.plan(one) if step.kind == "evaluate")
        cells = [{"language": "a1b", "metric": "accuracy", "value": value, "n": 8}]
        store.commit(runs, step, store.start(runs, step.id), {"cells": cells}, {})
    frame = results.read(tmp_path / "runs", ["stilts"])
    assert frame["value"].tolist() == [50.0] and frame.attrs["left_out"] == 1


def test_a_file_of_another_schema_is_named(tmp_path):
    results.write(results.table([cell()]), tmp_path / "old.csv")
    text = (tmp_path / "old.csv").read_text()
    (tmp_path / "old.csv").write_text(text.replace("results/1", "results/0"))
    with pytest.raises(Problem, match=r"has the schema 'replicate\.results/0'; this version reads 'replicate\.results/1'"):
        results.read(tmp_path / "old.csv")
    (tmp_path / "bare.csv").write_text(text.partition("\n")[2])
    with pytest.raises(Problem, match="names no schema"):
        results.read(tmp_path / "bare.csv")
    pd.DataFrame([cell()]).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(Problem, match="names no schema"):
        results.read(tmp_path / "other.parquet")


def test_a_parquet_file_whose_schema_is_no_text_is_named(tmp_path):
    import pyarrow.parquet

    data = pyarrow.table({"value": [1.0]}).replace_schema_metadata({b"schema": b"results\xff"})
    pyarrow.parquet.write_table(data, tmp_path / "cells.parquet")
    with pytest.raises(Problem, match="has the schema 'results\ufffd'; this version reads"):
        results.read(tmp_path / "cells.parquet")


def test_a_path_that_is_nothing_is_named(tmp_path):
    with pytest.raises(Problem, match="no such file or folder"):
        results.read(tmp_path / "nothing.csv")
    (tmp_path / "cells.xlsx").touch()
    with pytest.raises(Problem, match=r"not \.xlsx"):
        results.read(tmp_path / "cells.xlsx")


def test_select_takes_one_value_or_several_and_knows_its_columns():
    frame = results.table([cell(language=name) for name in ("aa", "bb", "cc")])
    assert list(results.select(frame, language="bb", seed=1)["language"]) == ["bb"]
    assert list(results.select(frame, language=["aa", "cc"])["language"]) == ["aa", "cc"]
    with pytest.raises(Problem, match="unknown column 'langage'; did you mean language"):
        results.select(frame, langage="aa")


def test_files_of_other_kinds_are_refused_by_name(tmp_path):
    frame = results.table([cell()])
    with pytest.raises(Problem, match=r"cells\.xlsx: results are written as \.parquet or \.csv, not \.xlsx"):
        results.write(frame, tmp_path / "cells.xlsx")
    with pytest.raises(Problem, match=r"cells: results are written as \.parquet or \.csv, not without suffix"):
        results.write(frame, tmp_path / "cells")
    (tmp_path / "cells").touch()
    with pytest.raises(Problem, match=r"cells: results are a runs folder, a \.parquet or a \.csv file, not without suffix"):
        results.read(tmp_path / "cells")
    assert list(tmp_path.iterdir()) == [tmp_path / "cells"]


def test_a_csv_file_names_its_schema_and_its_columns(tmp_path):
    results.write(results.table([cell(printed="50,0")]), tmp_path / "cells.csv")
    schema, head, row = (tmp_path / "cells.csv").read_text().splitlines()
    assert schema == "# replicate.results/1" and head == ",".join(results.COLUMNS)
    assert row == 'run:00aa,artificial,nano,full,1,baseline,,False,,xnli,aa,dev,,0.0,accuracy,level,,50.0,"50,0",100'


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text[:-1], "damaged, its last row breaks off; write it anew"),
        (lambda text: text.partition("\n")[0] + "\n", "damaged, its last row breaks off"),
        (lambda text: text.rstrip("\n") + ",more\n", "damaged, row 1 has 21 fields instead of 20"),
        (lambda text: text.replace("50.0", "\udcff"), "damaged, not a whole CSV file"),
        (lambda text: text.replace("50.0", "high"), "row 1, column value: 'high' is not a number"),
        (lambda text: text.replace("50.0", "400"), "row 1, column value: 400.0 is outside 0 to 100 points"),
    ],
)
def test_a_spoilt_csv_file_is_named(tmp_path, spoil, says):
    path = tmp_path / "cells.csv"
    results.write(results.table([cell()]), path)
    path.write_bytes(spoil(path.read_text()).encode(errors="surrogateescape"))
    with pytest.raises(Problem) as raised:
        results.read(path)
    assert str(raised.value).startswith(f"{path}: ") and says in str(raised.value) and "\n" not in str(raised.value)


def test_a_store_is_read_whole_and_by_experiment(tmp_path):
    from replicate import plan, store

    runs = store.open_store(tmp_path / "runs")
    row = {"world": "artificial", "model": "none", "seed": 1, "intermediate": "baseline"}
    for seed in (1, 2):
        step = plan.Step("evaluate", {"target": "xnli", "split": "test", "row": {**row, "seed": seed}}, (("model", "00"),), "x")
        cells = [{"language": "a1a", "metric": "accuracy", "value": 50.0, "n": 8}]
        store.commit(runs, step, store.start(runs, step.id), {"cells": cells}, {})
    frame = results.read(tmp_path / "runs")
    assert sorted(frame["seed"]) == [1, 2] and frame.attrs["left_out"] == 0
    assert len(results.read(f"file://{tmp_path}/runs")) == 2
    none = results.read(tmp_path / "runs", ["stilts"])
    assert none.empty and none.attrs["left_out"] == 2
    with pytest.raises(Problem, match=rf"^{tmp_path}/none: no such file or folder; name a runs folder"):
        results.read(tmp_path / "none")


def test_select_takes_any_collection():
    frame = results.table([cell(language=name) for name in ("aa", "bb", "cc")])
    for wanted in (["aa", "bb"], ("aa", "bb"), {"aa", "bb"}, frozenset(["aa", "bb"])):
        assert list(results.select(frame, language=wanted)["language"]) == ["aa", "bb"]
    assert results.select(frame, language="dd").empty
