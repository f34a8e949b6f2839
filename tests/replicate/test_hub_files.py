"""Sets of a hub that are not as expected, and which of a set's files hold what is asked for; against a hub on loopback."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import Client, Said, asked, serve
from tests.loopback.sets import datasets, parquet
from tests.loopback.table import Table, classes, integer, string

MNLI = "examples('mnli', 'train', 'en')"
REVISION = "da70db2af9d09693783c3320c4249840212ee221"  # of nyu-mll/multi_nli; its mirror is nyu-mll/glue
ENTAILMENT = ("entailment", "neutral", "contradiction")
CARD = b"""---
configs:
- config_name: default
  data_files:
  - split: train
    path: train.parquet
---
"""


def pairs(names: tuple[str, ...] = ENTAILMENT) -> bytes:
    """Six pairs whose labels count 0 1 2 through classes of these names."""
    rows = [{"premise": "a", "hypothesis": "b", "label": number % 3} for number in range(6)]
    return parquet(Table("", "", rows, {"premise": string(), "hypothesis": string(), "label": classes(*names)}))


def mnli(train: bytes, card: bytes = CARD) -> dict[tuple[str, str], dict[str, dict[str, bytes]]]:
    """MNLI as the only set of a hub."""
    return {("dataset", "nyu-mll/multi_nli"): {REVISION: {"README.md": card, "train.parquet": train}}}


# -- what is in the files --


def test_classes_in_another_order_keep_their_meaning(tmp_path: Path):
    with asked(mnli(pairs(("contradiction", "entailment", "neutral"))), tmp_path) as (_, client):
        assert [one["label"] for one in client.ask(MNLI)["rows"]][:3] == ["contradiction", "entailment", "neutral"]


def test_a_class_of_another_name_is_a_problem(tmp_path: Path):
    where = "nyu-mll/multi_nli at da70db2af9d0, row 1: column 'label' holds the label 'yes'; expected one of"
    with asked(mnli(pairs(("yes", "maybe", "no"))), tmp_path) as (_, client), pytest.raises(Said, match=where):
        client.ask(MNLI)


def test_classes_are_named_by_the_card_where_the_file_does_not(tmp_path: Path):
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([{"premise": "a", "hypothesis": "b", "label": 2}]), out)
    names = "{'0': neutral, '1': contradiction, '2': entailment}"
    about = f"dataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n        names: {names}\n---\n"
    with asked(mnli(out.getvalue(), CARD.removesuffix(b"---\n") + about.encode()), tmp_path) as (_, client):
        assert client.ask(MNLI)["rows"][0]["label"] == "entailment"


def test_a_column_that_is_not_there_is_a_problem_with_those_that_are(tmp_path: Path):
    rows = [{"premise": "a", "sentence": "b", "label": 0}]
    held = parquet(Table("", "", rows, {"premise": string(), "sentence": string(), "label": integer()}))
    said = "train.parquet: no column 'hypothesis'; there are premise, sentence, label"
    with asked(mnli(held), tmp_path) as (_, client), pytest.raises(Said, match=said):
        client.ask(MNLI)


def test_a_file_that_is_not_whole_is_a_problem_that_says_which_to_remove(tmp_path: Path):
    said = "train.parquet: not a whole Parquet file .*; remove .*blobs.* and run again"
    with asked(mnli(pairs()[:-40]), tmp_path) as (_, client), pytest.raises(Said, match=said):
        client.ask(MNLI)


def test_json_in_lines_or_in_one_list(tmp_path: Path):
    rows = [{"text": "one"}, {"text": "two"}]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    held = {"a.json": json.dumps(rows).encode(), "b.jsonl": lines, "c.json.gz": gzip.compress(lines), "d.json": lines[:-5]}
    read = "__import__('replicate.sources.hub.read', fromlist=['rows'])"
    one = f"list({read}.rows(snapshot('dataset', 'maker/set'), '', ['%s'], {read}.Wanted(('text',))))"
    with asked({("dataset", "maker/set"): {"main": held}}, tmp_path) as (_, client):
        assert [client.ask(one % name) for name in ("a.json", "b.jsonl", "c.json.gz")] == [rows] * 3
        with pytest.raises(Said, match="maker/set at .*, d.json, line 2: .*; remove .* and run again"):
            client.ask(one % "d.json")


# -- sets that cannot be had --


def test_a_mirror_stands_in_and_says_so(tmp_path: Path):
    whole = datasets()
    with asked({key: whole[key] for key in whole if key[1] != "nyu-mll/multi_nli"}, tmp_path) as (_, client):
        found = client.ask("examples('mnli', 'train', 'en', limit=5)")
    assert len(found["rows"]) == 5
    assert found["notes"] == [
        "read nyu-mll/glue at bcdcba79d07b",
        "nyu-mll/glue stands for nyu-mll/multi_nli, which could not be read: dataset nyu-mll/multi_nli at da70db2af9d0: the hub "
        "has no such dataset, or shows it only to those who are logged in (HF_TOKEN)",
    ]


def test_the_ends_of_lines_in_a_mirror_of_tatoeba_are_cut_off(tmp_path: Path):
    key = ("dataset", "google/xtreme")
    with asked({key: datasets()[key]}, tmp_path) as (_, client):
        (one,) = client.ask("examples('tatoeba', 'test', 'de')")["rows"]
    assert (one["queries"][0], one["candidates"][0]) == ("Anna reads a-book in-Rome.", "Anna liest ein-Buch in-Rom.")


def test_a_set_that_is_nowhere_says_what_was_tried_and_what_to_do(tmp_path: Path):
    with asked({}, tmp_path) as (_, client), pytest.raises(Said) as said:
        client.ask(MNLI)
    assert "nyu-mll/multi_nli at da70db2af9d0: the hub has no such dataset" in str(said.value)
    assert "nor its mirror: dataset nyu-mll/glue" in str(said.value) and "--source folder:DIR,hub" in str(said.value)


def test_a_script_that_was_never_converted_is_named(tmp_path: Path):
    held = {("dataset", "maker/set"): {"main": {"README.md": b"# none", "set.py": b"1"}}}
    said = "maker/set at .*: it is a loading script, which is no longer run, and the hub has not converted it to Parquet"
    with asked(held, tmp_path) as (_, client), pytest.raises(Said, match=said):
        client.ask("opened('maker/set', '', '', 'train')")


def test_a_revision_that_is_gone_is_named(tmp_path: Path):
    held = {("dataset", "nyu-mll/multi_nli"): {"main": {"train.parquet": pairs()}}}
    said = "multi_nli at da70db2af9d0: the hub has no such revision"
    with asked(held, tmp_path) as (_, client), pytest.raises(Said, match=said):
        client.ask(MNLI)


def test_a_set_behind_terms_says_how_to_accept_them(tmp_path: Path):
    said = "accept them on its page there, then log in with `hf auth login` or set HF_TOKEN"
    with asked(mnli(pairs()), tmp_path) as (running, client), pytest.raises(Said, match=said):
        running.gated.add("nyu-mll/multi_nli")
        client.ask(MNLI)


def test_an_id_without_a_namespace_is_never_asked_for(tmp_path: Path):
    with asked({}, tmp_path) as (running, client):
        with pytest.raises(Said, match="'glue': the hub knows no ids without a namespace; write namespace/name"):
            client.ask("snapshot('dataset', 'glue')")
        assert not running.requests


def test_a_hub_that_is_out_of_order_is_named_and_a_warm_cache_serves(tmp_path: Path):
    with serve({("dataset", "maker/set"): {"main": {"train.parquet": pairs()}}}, tmp_path) as running:
        running.fail = 503
        with Client(running.environment) as client:
            with pytest.raises(Said, match="is not reached .*503.*and it is not in the cache") as said:
                client.ask("opened('maker/set', '', '', 'train')")
            assert said.value.kind == "Failure"
            running.fail = 0
            held = client.ask("opened('maker/set', '', '', 'train')")
        running.fail = 503
        with Client(running.environment) as client:
            again = client.ask("opened('maker/set', '', '', 'train')")
    assert held[0]["commit"] == again[0]["commit"] and (held[0]["cached"], again[0]["cached"]) == (False, True)


def test_a_hub_that_does_not_answer_is_not_waited_for(tmp_path: Path):
    with asked(mnli(pairs()), tmp_path) as (running, client):
        client.ask("setattr(__import__('replicate.sources.hub.snapshots', fromlist=['it']), 'PATIENCE', 0.1)")
        running.slow = 1.0
        with pytest.raises(Said, match=r"is not reached \(timed out\), and it is not in the cache"):
            client.ask(MNLI)


def test_a_download_that_breaks_off_leaves_no_half_file(tmp_path: Path):
    with asked(mnli(pairs()), tmp_path) as (running, client):
        running.cut = ".parquet"
        with pytest.raises(Said, match="multi_nli.*train.parquet: .*; the same command goes on where it stopped") as said:
            client.ask(MNLI)
        assert said.value.kind == "Failure"
        running.cut = ""
        assert len(client.ask(MNLI)["rows"]) == 6


# -- which files hold a split --

NAMES: dict[str, tuple[tuple[str, ...], str, str, tuple[str, ...]]] = {
    # what is shown -> files, config, split, the files of that split
    "converted": (
        ("default/train/0000.parquet", "default/train/0001.parquet", "default/test/0000.parquet"),
        "", "train", ("default/train/0000.parquet", "default/train/0001.parquet"),
    ),
    "converted in part": (("big/partial-train/0000.parquet",), "big", "train", ("big/partial-train/0000.parquet",)),
    "an only config": (("only/validation/0000.parquet",), "", "validation", ("only/validation/0000.parquet",)),
    "dev for validation": (("one/dev/0000.parquet", "two/dev/0000.parquet"), "two", "validation", ("two/dev/0000.parquet",)),
    "shards": (("data/train-0-of-1.parquet", "data/test-0-of-1.parquet"), "", "train", ("data/train-0-of-1.parquet",)),
    "whole words": (("train.jsonl", "dev.jsonl", "training_notes.json"), "", "train", ("train.jsonl",)),
    "a folder for a config": (("de/test.jsonl.gz", "fr/test.jsonl.gz"), "fr", "test", ("fr/test.jsonl.gz",)),
}  # fmt: skip


def test_files_are_found_by_their_names_where_no_card_names_them(tmp_path: Path):
    sets = {("dataset", f"maker/{n}"): {"main": dict.fromkeys(files, b"x")} for n, (files, *_) in enumerate(NAMES.values())}
    with asked(sets, tmp_path) as (_, client):
        for number, (what, (_, config, split, expected)) in enumerate(NAMES.items()):
            assert (what, client.ask(f"opened('maker/{number}', '', '{config}', '{split}')[1]")) == (what, list(expected))


def test_a_card_names_files_in_any_of_its_forms(tmp_path: Path):
    written = """---
configs:
- config_name: patterns
  default: true
  data_files:
  - split: train
    path: ["b/*.parquet", "a/part-?.parquet"]
- config_name: plain
  data_files: "a/**"
- config_name: table
  data_files: {test: "deep/**/last.jsonl"}
- config_name: folder
  data_dir: b
---
"""
    files = "a/part-1.parquet a/part-2.parquet a/part-10.parquet b/train.parquet deep/er/still/last.jsonl b/c/no.parquet".split()
    held = {"README.md": written.encode(), **dict.fromkeys(files, b"x")}
    with asked({("dataset", "maker/set"): {"main": held}}, tmp_path) as (_, client):

        def found(config: str, split: str) -> Any:
            return client.ask(f"opened('maker/set', '', '{config}', '{split}')[1]")

        assert found("", "train") == found("patterns", "train") == ["b/train.parquet", "a/part-1.parquet", "a/part-2.parquet"]
        assert found("plain", "train") == ["a/part-1.parquet", "a/part-10.parquet", "a/part-2.parquet"]
        assert found("table", "test") == ["deep/er/still/last.jsonl"]
        assert found("folder", "train") == ["b/train.parquet"]
        with pytest.raises(Said, match="it has no files for other, train; it has the configs patterns, plain, table, folder"):
            found("other", "train")


def test_a_large_set_is_listed_page_by_page(tmp_path: Path):
    files = {f"data/train-{number:05}-of-00120.parquet": b"x" for number in range(120)}
    with asked({("dataset", "maker/set"): {"main": files}}, tmp_path) as (running, client):
        assert client.ask("opened('maker/set', '', '', 'train')[1]") == sorted(files)
        assert running.requests["GET tree"] == 3
