"""Tiny data sets in the schemas, configs and layouts that the hub's own have (`facts` of 2026-11; none was downloaded).

A few dozen rows stand for millions. What differs between the sets is kept: classes by number or by name, labels that are
strings, -1 for what has no gold label, scripts whose rows are Parquet only at refs/convert/parquet, JSON Lines, rows of nine
languages in one config, ends of lines in sentences, two collections in a single row.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from functools import cache

from . import answered, collected, labelled
from .table import Rows, Table

# id, where its files lie, what makes them. "script": only as the hub converted it.
SETS: tuple[tuple[str, str, Callable[[], Iterator[Table]]], ...] = (
    ("facebook/anli", "", labelled.anli),
    ("stanfordnlp/snli", "", labelled.snli),
    ("nyu-mll/multi_nli", "", labelled.multi_nli),
    ("nyu-mll/glue", "", labelled.glue),
    ("facebook/xnli", "", labelled.xnli),
    ("google-research-datasets/paws-x", "", labelled.paws_x),
    ("unimelb-nlp/wikiann", "", labelled.wikiann),
    ("commul/universal_dependencies", "", labelled.universal_dependencies),
    ("rajpurkar/squad", "", answered.squad),
    ("rajpurkar/squad_v2", "", answered.squad_v2),
    ("google/xquad", "", answered.xquad),
    ("facebook/mlqa", "script", answered.mlqa),
    ("google-research-datasets/tydiqa", "", answered.tydiqa),
    ("Rowan/hellaswag", "", answered.hellaswag),
    ("allenai/cosmos_qa", "script", answered.cosmos_qa),
    ("lighteval/siqa", "", answered.siqa),
    ("tau/commonsense_qa", "", answered.commonsense_qa),
    ("aps/super_glue", "", answered.super_glue),
    ("cambridgeltl/xcopa", "", answered.xcopa),
    ("mteb/tatoeba-bitext-mining", "", collected.tatoeba),
    ("mteb/BUCC", "", collected.bucc),
    ("google/xtreme", "", collected.xtreme),
    ("wikimedia/wikipedia", "", collected.wikipedia),
    ("allenai/c4", "", collected.c4),
)


@cache
def datasets() -> dict[tuple[str, str], dict[str, dict[str, bytes]]]:
    """All of them as repositories: `main`, and the revisions that `replicate.tasks` pins."""
    from replicate.tasks import TASKS, TEXTS

    known = [one for task in (*TASKS.values(), *TEXTS.values()) for place in task.hub for one in (place, *place.mirrors)]
    found = {}
    for id, where, make in SETS:
        if where == "script":
            name = id.partition("/")[2]
            found["dataset", id] = {
                "main": {"README.md": b"# a card without configs\n", f"{name}.py": b"raise SystemExit('never run')\n"},
                "refs/convert/parquet": {f"{one.config}/{one.split}/0000.parquet": parquet(one) for one in make()},
            }
            continue
        files = repository(list(make()))
        pinned = {one.revision for one in known if one.id == id and one.revision}
        found["dataset", id] = dict.fromkeys(("main", *sorted(pinned - {"refs/convert/parquet"})), files)
    return found


def repository(tables: list[Table]) -> dict[str, bytes]:
    """The files of a set with a README that says which file is which."""
    files: dict[str, bytes] = {}
    configs: dict[str, dict[str, list[str]]] = {}
    for one in tables:
        path = one.path or f"{one.config}/{one.split}-00000-of-00001.parquet"
        files[path] = parquet(one) if path.endswith(".parquet") else lines(one.rows)
        pattern = path.replace("00000-of-00001", "*").replace("00000-of-00002", "*").replace("00001-of-00002", "*")
        patterns = configs.setdefault(one.config, {}).setdefault(one.split, [])
        if pattern not in patterns:
            patterns.append(pattern)
    written = ["---", "configs:"]
    for config, splits in configs.items():
        written += [f"- config_name: {config}", "  data_files:"]
        for split, patterns in splits.items():
            written += [f"  - split: {split}", f"    path: {json.dumps(patterns[0] if len(patterns) == 1 else patterns)}"]
    return {"README.md": "\n".join([*written, "---", "# A tiny copy", ""]).encode(), **files}


def parquet(table: Table) -> bytes:
    """As the `datasets` library writes it, with the features in the file's own metadata."""
    import pyarrow
    import pyarrow.parquet
    from datasets import Features

    out = io.BytesIO()
    schema = Features(table.features).arrow_schema
    rows = [{name: row.get(name) for name in table.features} for row in table.rows]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), out)
    return out.getvalue()


def lines(rows: Rows) -> bytes:
    """JSON Lines, compressed, the same bytes every time."""
    return gzip.compress("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(), mtime=0)
