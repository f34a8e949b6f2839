"""CPU time of encoding a training set and of reading it again, against `datasets.map` with the same tokenizer.

python -m benchmarks.encoding --json

Both write what they made to disk: ours as flat arrays that are mapped, the peer as Arrow. "again" opens what was written and
takes the tokens of every example once, in random batches of 32, as training does. One thread each.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from . import _asked

os.environ |= {
    "TOKENIZERS_PARALLELISM": "false",
    "RAYON_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
}

BATCH, LIMIT = 32, 128
OVERLAP = 70  # of two windows of a passage: about what ours have at this limit
CASES = {"pairs": 20_000, "tags": 10_000, "spans": 4_000}
TASKS = {"pairs": "anli+", "tags": "udpos", "spans": "squad1"}


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what the work returned."""
    before = time.process_time()
    found = work()
    return time.process_time() - before, found


# What is imported is not measured, so it stands up here.
from replicate.tasks import TASKS as tasks  # noqa: E402
from replicate.tasks.kinds import KINDS  # noqa: E402
from replicate.training import encoding  # noqa: E402


def ours(case: str, examples: Any, labels: tuple[str, ...], tokenizer: Any) -> Any:
    """The way of a training step, cache and all."""
    task = tasks[TASKS[case]]
    return encoding.kept(
        {"case": case}, lambda: (encoding.encode(KINDS[task.kind], task, examples, labels, tokenizer, LIMIT), {})
    )[0]


def peer(case: str, rows: Any, labels: tuple[str, ...], tokenizer: Any, folder: Path) -> Any:
    """The usual way: a function on batches of rows, mapped over a data set, with the library's own padding-free output."""
    numbers = {label: number for number, label in enumerate(labels)}

    def pairs(rows: dict[str, list[Any]]) -> dict[str, Any]:
        made = tokenizer(rows["first"], rows["second"], truncation=True, max_length=LIMIT)
        return {"input_ids": made["input_ids"], "labels": [numbers[one] for one in rows["label"]]}

    def tags(rows: dict[str, list[Any]]) -> dict[str, Any]:
        made = tokenizer(rows["words"], is_split_into_words=True, truncation=True, max_length=LIMIT)
        found = []
        for place, given in enumerate(rows["tags"]):
            words, before = made.word_ids(place), None
            row = []
            for word in words:
                row.append(-100 if word is None or word == before else numbers[given[word]])
                before = word
            found.append(row)
        return {"input_ids": made["input_ids"], "labels": found}

    def spans(rows: dict[str, list[Any]]) -> dict[str, Any]:
        made = tokenizer(
            rows["question"], rows["context"], truncation="only_second", max_length=LIMIT, stride=OVERLAP,
            return_overflowing_tokens=True, return_offsets_mapping=True,
        )  # fmt: skip
        starts, ends = [], []
        for row, example in enumerate(made["overflow_to_sample_mapping"]):
            begin = rows["start"][example]
            stop = begin + len(rows["answers"][example][0])
            held = [
                k
                for k, (a, b) in enumerate(made["offset_mapping"][row])
                if made.sequence_ids(row)[k] == 1 and a < stop and b > begin
            ]
            starts.append(held[0] if held else 0)
            ends.append(held[-1] if held else 0)
        return {"input_ids": made["input_ids"], "offsets": made["offset_mapping"], "starts": starts, "ends": ends}

    made = rows.map(
        {"pairs": pairs, "tags": tags, "spans": spans}[case], batched=True, remove_columns=rows.column_names,
        cache_file_name=str(folder / f"{case}.arrow"), load_from_cache_file=False,
    )  # fmt: skip
    return made


def measured(case: str, folder: Path) -> dict[str, dict[str, float]]:
    """Ours and the peer on one kind of task."""
    import datasets
    import numpy as np
    import transformers

    from replicate import resources
    from replicate.models import tokens
    from replicate.sources import open_source

    source = open_source("world")
    count = CASES[case]
    examples = source.examples(TASKS[case], "train", source.pivot, limit=count)
    if case == "spans":  # the world's passages are short: these are four of them, and so are read in windows
        examples = [
            replace(one, context=" ".join([one.context, *(examples[n - k].context for k in range(1, 4))]))
            for n, one in enumerate(examples)
        ]
    labels = source.labels(TASKS[case])
    where = next((resources.data() / "checkpoints").glob("*/"))
    own, theirs = (
        tokens.load(where),
        transformers.PreTrainedTokenizerFast(
            tokenizer_file=str(where / "tokenizer.json"), bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>"
        ),
    )
    order = np.random.default_rng(0).permutation(count)
    first, data = seconds(lambda: ours(case, examples, labels, own))
    given = datasets.Dataset.from_list([asdict(one) for one in examples])
    other, rows = seconds(lambda: peer(case, given, labels, theirs, folder))

    def again() -> int:
        data = ours(case, None, labels, own)
        return sum(len(np.concatenate([data.ids[row] for row in order[at : at + BATCH]])) for at in range(0, count, BATCH))

    def again_there() -> int:
        rows = datasets.Dataset.from_file(str(folder / f"{case}.arrow")).select_columns(["input_ids"]).with_format("numpy")
        return sum(sum(map(len, rows[order[at : at + BATCH]]["input_ids"])) for at in range(0, count, BATCH))

    second, read = seconds(again)
    second_there, read_there = seconds(again_there)
    assert read and read_there, f"{len(data)} and {len(rows)} rows, and nothing was read"
    return {
        f"{case}, encode": {"ratio": first / other, "ours": first, "peer": other},
        f"{case}, again": {"ratio": second / second_there, "ours": second, "peer": second_there},
    }


def main() -> None:
    """Measure and print, as a table or as JSON."""
    arguments = _asked.parser("encoding", __doc__, "").parse_args()
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_CACHE_HOME"] = os.environ["HF_HOME"] = name
        for case in CASES:
            rows |= measured(case, Path(name))
    rows = {name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()}
    plain = "{:16} {ours:7.3f} s of CPU, {ratio:5.3f} of datasets.map ({peer:.3f} s)"
    _asked.show("encoding", rows, arguments.json, lambda name, row: plain.format(name, **row))


if __name__ == "__main__":
    main()
