"""1,000,000 rows of results: written, read, put together, averaged, verified against and reported on.

They have the shape of `replicate results stilts --scale large`, with as many seeds as are wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .case import Case, Family

if TYPE_CHECKING:
    import pandas as pd

SIZE, PARTS = 1_000_000, 10
QUESTION = "stilts"
Noted = Iterator[dict[str, float] | None]


def cells() -> list[dict[str, Any]]:
    """The rows of one seed, without values."""
    from replicate import plan, tasks
    from replicate.experiments import find

    steps = plan.plan(find(QUESTION, "large"))
    first = min(step.settings["seed"] for step in steps if step.kind == "evaluate")
    return [
        {
            **step.settings["row"], "intermediate_languages": "+".join(step.settings["row"]["intermediate_languages"]),
            "origin": f"run:{step.id}", "target": step.settings["target"], "language": language,
            "split": step.settings["split"], "metric": metric, "n": 1000,
        }
        for step in steps if step.kind == "evaluate" and step.settings["seed"] == first
        for language in step.settings["languages"]
        for metric in tasks.TASKS[step.settings["target"]].metrics
    ]  # fmt: skip


def frame(size: int) -> pd.DataFrame:
    """So many rows, seed after seed."""
    import numpy as np
    import pandas as pd

    from replicate import results

    one = results.table([{**cell, "value": 0.0} for cell in cells()])
    seeds = -(-size // len(one))
    made = pd.concat([one] * seeds, ignore_index=True).iloc[:size]
    number = np.arange(len(made)) // len(one)
    draw = np.random.default_rng(0)
    level = 40 + 30 * draw.random(len(one))[np.arange(len(made)) % len(one)]
    gain = np.where(made["intermediate"] == "baseline", 0.0, 2.0)
    return made.assign(
        seed=pd.array(number + 1, dtype="Int64"),
        origin=made["origin"] + pd.Series(number).astype("string"),
        value=np.round(level + gain + draw.normal(0, 0.5, len(made)), 2),
    )


def make(folder: Path, size: int) -> None:
    from replicate import results

    made = frame(size)
    results.write(made, folder / "rows.parquet")
    made.to_csv(folder / "bare.csv", index=False)
    (folder / "rows.csv").write_text(f"# {results.SCHEMA}\n{(folder / 'bare.csv').read_text()}")


def kept(folder: Path) -> pd.DataFrame:
    import pandas as pd

    from replicate.results import COLUMNS

    return pd.read_parquet(folder / "rows.parquet").astype(COLUMNS)


def written(suffix: str) -> Case:
    def ours(folder: Path, size: int) -> Noted:
        from replicate import results

        rows = kept(folder)
        yield None
        results.write(rows, folder / f"written{suffix}")
        yield None

    def peer(folder: Path, size: int) -> Noted:
        rows = kept(folder)
        yield None
        if suffix == ".csv":
            rows.to_csv(folder / "peer.csv", index=False)
        else:
            rows.to_parquet(folder / "peer.parquet", index=False)
        yield None

    return Case(ours, peer, f"pandas' to_{suffix[1:]}")


def read(suffix: str) -> Case:
    def ours(folder: Path, size: int) -> Noted:
        from replicate import results

        yield None
        results.read(folder / f"rows{suffix}")
        yield None

    def peer(folder: Path, size: int) -> Noted:
        import pandas as pd
        import pyarrow.parquet  # noqa: F401

        yield None
        if suffix == ".csv":
            pd.read_csv(folder / "bare.csv")
        else:
            pd.read_parquet(folder / "rows.parquet")
        yield None

    return Case(ours, peer, f"pandas' read_{suffix[1:]}")


def together(folder: Path, size: int) -> Noted:
    from replicate import results

    parts = parted(folder)
    yield None
    import pandas as pd

    results.validate(pd.concat(parts, ignore_index=True))
    yield None


def concatenated(folder: Path, size: int) -> Noted:
    parts = parted(folder)
    yield None
    import pandas as pd

    pd.concat(parts, ignore_index=True)
    yield None


def parted(folder: Path) -> list[pd.DataFrame]:
    rows = kept(folder)
    step = -(-len(rows) // PARTS)
    return [rows.iloc[at : at + step] for at in range(0, len(rows), step)]


def averaged(folder: Path, size: int) -> Noted:
    """The table of `replicate results`: scores, gains, intervals."""
    from replicate.commands import results

    rows = kept(folder)
    yield None
    results.summary(rows)
    yield None


def grouped(folder: Path, size: int) -> Noted:
    """The same means without any check of what is missing."""
    rows = kept(folder)
    yield None
    key = ["model", "method", "split", "intermediate", "mlm", "target", "seed"]
    rows.groupby(key, dropna=False, sort=False)["value"].mean().groupby(key[:-1], dropna=False).agg(["mean", "std", "count"])
    yield None


def wide(folder: Path, size: int) -> Noted:
    from replicate import results

    rows = kept(folder)
    yield None
    results.wide(rows)
    yield None


def contrasts(folder: Path, size: int) -> Noted:
    """The contrasts of `replicate results`."""
    from replicate.commands import results
    from replicate.experiments import find

    rows = kept(folder)
    yield None
    results.contrasted(rows, find(QUESTION, "large"))
    yield None


def verified(folder: Path, size: int) -> Noted:
    from synth.__main__ import main

    yield None
    main(["verify", QUESTION, "--results", str(folder / "rows.parquet"), "--papers", str(empty(folder)), "--json"])
    yield None


def reported(folder: Path, size: int) -> Noted:
    from synth.__main__ import main

    out = folder / "out"
    yield None
    main(["report", QUESTION, "--results", str(folder / "rows.parquet"), "--papers", str(empty(folder)), "--out", str(out)])
    yield {"kilobytes": max(one.stat().st_size for one in out.rglob("*.html")) / 1000}


def empty(folder: Path) -> Path:
    """A folder without papers."""
    (folder / "none").mkdir(exist_ok=True)
    return folder / "none"


FAMILY = Family(
    "rows",
    SIZE,
    "rows",
    make,
    {
        "write Parquet": written(".parquet"),
        "read Parquet": read(".parquet"),
        "write CSV": written(".csv"),
        "read CSV": read(".csv"),
        "put ten tables together": Case(together, concatenated, "pandas' concat"),
        "replicate results: the table": Case(averaged, grouped, "pandas' groupby"),
        "replicate results: --wide": Case(wide),
        "replicate results: contrasts": Case(contrasts),
        "synth verify against them": Case(verified),
        "synth report on them": Case(reported),
    },
)
