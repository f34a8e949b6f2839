"""The tasks as values: every one says where its data lies, in which form, or why it has none; and how people see that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from replicate import sources
from replicate.__main__ import main
from replicate.problems import Problem
from replicate.sources import rows
from replicate.sources.examples import Choice, Examples, Pair, Span
from replicate.sources.source import Source
from replicate.tasks import ALIASES, INTERMEDIATE, RETRIEVAL, TASKS, TEXTS, XTREME, Dataset, Task, find, size, treebanks

SHARED = Path(__file__).resolve().parents[3] / "shared"
needs_shared = pytest.mark.skipif(not (SHARED / "real").is_dir(), reason="../shared/real is absent")
EVERY: tuple[Task, ...] = (*TASKS.values(), *TEXTS.values())
SPLITS = {"train", "dev", "test"}


def sets() -> Iterator[tuple[Task, Dataset]]:
    """Every set of every task, mirrors included."""
    for task in EVERY:
        for one in task.hub:
            yield from ((task, place) for place in (one, *one.mirrors))


# ---- which tasks there are ----


def test_the_papers_tasks_stand_in_the_papers_order():
    assert INTERMEDIATE == ("anli+", "mnli", "qqp", "squad1", "squad2", "hellaswag", "ccg", "cosmosqa", "csqa")
    assert XTREME == ("xnli", "pawsx", "udpos", "panx", "xquad", "mlqa", "tydiqa", "bucc2018", "tatoeba")
    assert RETRIEVAL == ("bucc2018", "tatoeba")
    assert [id for id, task in TASKS.items() if task.benchmark == "XTREME-R"] == ["xcopa", "lareqa", "mewslix", "siqa", "copa"]
    assert list(TEXTS) == ["wikipedia", "mc4", "text"]


def test_a_text_is_found_by_name_and_is_no_task():
    assert find("Wikipedia") is TEXTS["wikipedia"] and find("NER") is TASKS["panx"]
    assert not set(TEXTS) & set(TASKS) and not set(TEXTS) & set(ALIASES.values())
    with pytest.raises(Problem, match="unknown task 'wikipedai'; did you mean wikipedia"):
        find("wikipedai")


def test_no_name_means_two_tasks():
    named = [name.lower() for task in EVERY for name in {task.id, task.title.lower(), *task.aliases}]
    assert len(named) == len(set(named))


# ---- where the data lies ----


@pytest.mark.parametrize("task", EVERY, ids=lambda task: task.id)
def test_a_task_names_its_data_or_says_why_it_cannot(task: Task):
    assert bool(task.hub) != bool(task.unavailable)
    offered = {split for one in task.hub for split in one.splits}
    assert offered <= SPLITS and not offered & set(task.absent)
    if task.role == "intermediate" and task.hub:
        assert {"train", "dev"} <= offered
    if task.role == "target" and task.hub:
        assert "test" in offered and "dev" in offered | set(task.absent)


def test_ids_have_a_namespace_and_revisions_are_commits():
    for task, one in sets():
        assert re.fullmatch(r"[\w-]+/[\w.-]+", one.id), f"{task.id}: the hub rejects a bare id"
        release = one.form == "ud" and one.revision in (treebanks.RELEASE, treebanks.LATER_RELEASE)
        assert release or re.fullmatch(r"[0-9a-f]{40}|", one.revision), f"{task.id}: {one.id} at {one.revision!r}"


def test_a_set_without_a_pinned_revision_says_so():
    assert {one.id for task in EVERY for one in task.hub if not one.revision and not one.doubt} == set()


def test_of_googles_xtreme_only_what_is_as_its_name_says_is_used():
    used = {one.config.partition(".")[0] for _, one in sets() if one.id == "google/xtreme"}
    assert used == {"SQuAD", "PAN-X", "XQuAD", "MLQA", "tydiqa", "tatoeba"}  # not udpos, bucc18, PAWS-X: see tasks/xtreme.py


def test_every_language_of_a_task_has_a_set_for_its_test():
    for task in EVERY:
        if task.role != "target" or not task.hub:
            continue
        tested = {code for one in task.hub if "test" in one.splits and not one.translated for code in one.languages}
        assert tested == set(task.languages) | set(task.wider), task.id


def test_every_config_and_every_rule_can_be_filled_in():
    for _, one in sets():
        for language in one.languages:
            configs = one.configs(language)
            assert configs and not any("{" in config for config in configs)
            assert one.kept(language) is None or all(one.kept(language) or ())


def test_a_language_may_lie_in_several_configs_or_in_some_rows_of_one():
    udpos, tydiqa, tatoeba = (TASKS[id].hub[0] for id in ("udpos", "tydiqa", "tatoeba"))
    assert udpos.configs("ru") == ("ru_gsd", "ru_pud", "ru_syntagrus", "ru_taiga")
    assert tydiqa.configs("sw") == ("secondary_task",) and tydiqa.kept("sw") == ("id", "swahili-")
    assert tatoeba.configs("zh") == ("cmn-eng",) and tatoeba.kept("zh") is None
    assert TEXTS["mc4"].hub[0].configs("he") == ("iw",)


# ---- labels and columns ----


def test_labels_stand_in_the_order_of_the_sets_numbers():
    assert all(TASKS[id].labels == ("entailment", "neutral", "contradiction") for id in ("anli+", "mnli", "xnli"))
    assert TASKS["panx"].labels == ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
    assert len(TASKS["udpos"].labels) == 17 and list(TASKS["udpos"].labels) == sorted(TASKS["udpos"].labels)
    assert (TASKS["qqp"].labels, TASKS["qqp"].hub[0].labels) == (("different", "duplicate"), ("not_duplicate", "duplicate"))
    assert (TASKS["pawsx"].labels, TASKS["pawsx"].hub[0].labels) == (("different", "paraphrase"), ("0", "1"))
    assert all(len(one.labels) in (0, len(task.labels)) for task, one in sets())


def test_every_set_names_the_columns_that_the_reader_of_rows_needs():
    read = [(task, one) for task, one in sets() if one.form == "rows" and task.kind != "text"]
    assert len(read) > 25
    for task, one in read:
        rows.Reader(task, one.columns, one.labels)  # raises for a field that is missing or unknown
    assert all(one.columns["text"] == "text" for task, one in sets() if task.kind == "text")


@pytest.mark.parametrize(
    ("id", "row", "label"),
    [
        ("qqp", {"question1": "a", "question2": "b", "label": 1, "idx": 0}, "duplicate"),
        ("pawsx", {"id": 7, "sentence1": "a", "sentence2": "b", "label": 1}, "paraphrase"),
        ("xnli", {"premise": "a", "hypothesis": "b", "label": 2}, "contradiction"),
        ("hellaswag", {"ctx": "a", "endings": ["b", "c", "d", "e"], "label": "3"}, 3),
        ("csqa", {"id": "x", "question": "a", "choices": {"label": [*"ABCDE"], "text": [*"bcdef"]}, "answerKey": "B"}, 1),
        ("siqa", {"context": "a", "question": "b", "answerA": "c", "answerB": "d", "answerC": "e", "label": "1"}, 0),
        ("copa", {"premise": "a", "choice1": "b", "choice2": "c", "question": "cause", "idx": 4, "label": 1}, 1),
        ("cosmosqa", {"id": "x", "context": "a", "question": "b", **{f"answer{k}": "c" for k in range(4)}, "label": 2}, 2),
    ],
)
def test_a_row_as_its_set_has_it_becomes_an_example_with_the_right_label(id: str, row: dict, label: str | int):
    one = TASKS[id].hub[0]
    made = rows.example(TASKS[id], one.columns, one.labels, row, one.id, 0)
    assert isinstance(made, Pair | Choice) and made.label == label


def test_a_pair_of_snli_without_gold_label_is_left_out():
    task, snli = TASKS["anli+"], TASKS["anli+"].hub[2]
    said = rows.example(task, snli.columns, snli.labels, {"premise": "a", "hypothesis": "b", "label": -1}, snli.id, 0)
    assert snli.id == "stanfordnlp/snli" and said == "no gold label"


# ---- sizes, translations, treebanks ----


def test_sizes_of_training_data_are_the_papers():
    paper = {
        "anli+": 1_104_934, "qqp": 363_846, "squad1": 87_599, "hellaswag": 39_905, "ccg": 38_015, "csqa": 9_741, "xnli": 392_702,
        "pawsx": 49_401, "udpos": 21_253, "panx": 20_000, "xquad": 87_599, "mlqa": 87_599, "tydiqa": 3_696,
    }  # fmt: skip
    assert {id: size(id) for id in paper} == paper
    assert TASKS["anli+"].size("dev") == 22_857  # its three dev sets, without the pairs that have no gold label
    assert [size(id) for id in ("bucc2018", "tatoeba", "wikipedia")] == [None, None, None]


def test_translated_training_data_is_marked_and_never_english():
    held = {task.id: set(one.languages) for task in EVERY for one in task.hub if one.translated}
    assert set(held) == {"mnli", "squad1", "pawsx"}
    assert held["mnli"] == set(TASKS["xnli"].languages) - {"en"} and held["pawsx"] == set(TASKS["pawsx"].languages) - {"en"}
    assert held["squad1"] == set(TASKS["mlqa"].languages) - {"en"}
    assert {code for one in TASKS["tydiqa"].hub for code in one.languages if "train" in one.splits} == set(
        TASKS["tydiqa"].languages
    )


def test_treebanks_are_those_of_the_language_and_stand_in_the_order_of_their_names():
    assert tuple(treebanks.TREEBANKS) == TASKS["udpos"].languages and tuple(treebanks.LATER) == TASKS["udpos"].wider
    for language, names in {**treebanks.TREEBANKS, **treebanks.LATER}.items():
        assert list(names) == sorted(names) and all(name.startswith(f"{language}_") for name in names)
    # Ancient Greek is grc, Classical Chinese lzh, Old Russian orv, Old French fro, Swiss German gsw.
    assert treebanks.TREEBANKS["el"] == ("el_gdt",) and len(treebanks.TREEBANKS["zh"]) == 5


def test_languages_without_training_or_dev_data_do_not_pretend_to_have_it():
    offered = {(code, split) for one in TASKS["udpos"].hub for code in one.languages for split in one.splits}
    assert {split for code, split in offered if code == "kk"} == {"train", "test"}
    assert {(code, split) for code, split in offered if code in ("th", "tl", "yo")} == {
        (code, "test") for code in ("th", "tl", "yo")
    }


@needs_shared
def test_sizes_are_those_of_the_files():
    def questions(path: str) -> int:
        data = json.loads((SHARED / "real" / path).read_text(encoding="utf-8"))["data"]
        return sum(len(passage["qas"]) for article in data for passage in article["paragraphs"])

    def lines(path: str) -> int:
        return len((SHARED / "real" / path).read_text(encoding="utf-8").splitlines())

    assert questions("tydiqa/tydiqa.goldp.en.train.json") == TASKS["tydiqa"].size()
    assert questions("tydiqa/tydiqa.goldp.en.dev.json") == TASKS["tydiqa"].size("test")
    assert questions("xquad/xquad.ro.json") == TASKS["xquad"].size("test")
    xcopa = TASKS["xcopa"].hub[0].sizes
    assert (lines("xcopa/et/val.et.jsonl"), lines("xcopa/et/test.et.jsonl")) == (xcopa["dev"], xcopa["test"])
    assert lines("tatoeba/tatoeba.deu-eng.eng") == TASKS["tatoeba"].size("test", "de")


# ---- what a person sees ----


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    return code, *capsys.readouterr()


def test_the_list_fits_a_wide_terminal_and_names_data_revision_licence_and_size(capsys):
    code, out, err = answer(capsys, "tasks")
    assert (code, err) == (0, "") and max(map(len, out.splitlines())) <= 160
    listed = {line.split()[0]: line for line in out.splitlines()[1:]}
    assert list(listed) == [task.id for task in EVERY]
    for word in ("facebook/anli@8e4813d +2", "CC BY-NC 4.0", "1,104,934"):
        assert word in listed["anli+"]


def test_the_list_as_json_holds_every_set_whole(capsys):
    data = json.loads(answer(capsys, "tasks", "--json")[1])
    assert data["schema"] == "replicate.tasks/1" and len(data["tasks"]) == len(EVERY)
    (pawsx,) = [task for task in data["tasks"] if task["id"] == "pawsx"]
    assert pawsx["size"] == 49_401 and [one["translated"] for one in pawsx["hub"]] == [False, False, True]
    assert pawsx["hub"][0]["columns"] == {"first": "sentence1", "second": "sentence2", "label": "label", "id": "id"}


def test_one_task_shows_its_data_and_examples_of_the_artificial_world(capsys):
    code, out, _ = answer(capsys, "tasks", "xnli", "--count", "2")
    assert code == 0
    for line in (
        "labels      entailment neutral contradiction",
        "data on the hub: facebook/xnli",
        "examples: artificial world, a1a, dev",
    ):
        assert line in out.splitlines()
    assert "revision    b8dd5d7af51114dbda02c0e3f6133f332186418e" in out and "dev: validation (2,490)  test: test (5,010)" in out
    assert out.count("  premise") == 0 and out.count("  first     ") == 2


def test_examples_of_one_task_as_json_say_their_world(capsys):
    data = json.loads(answer(capsys, "tasks", "squad1", "--json", "--count", "1", "--split", "test", "--language", "b1b")[1])
    assert [task["id"] for task in data["tasks"]] == ["squad1"]
    found = data["examples"]
    assert (found["world"], found["source"], found["language"], found["split"]) == ("artificial", "world", "b1b", "test")
    (row,) = found["rows"]
    assert row["context"][row["start"] :].startswith(row["answers"][0])


@pytest.mark.parametrize("task", ["tatoeba", "bucc2018"])
def test_a_collection_is_shown_as_its_pairs_and_never_in_itself(capsys, task):
    found = json.loads(answer(capsys, "tasks", task, "--json", "--count", "2")[1])["examples"]
    assert len(found["rows"]) == 2 and found["language"] != "a1a"
    assert all(row["query"] and row["candidate"] and min(row["of"]) > 2 for row in found["rows"])


def test_text_is_shown_as_documents(capsys):
    code, out, _ = answer(capsys, "tasks", "wikipedia", "--count", "2")
    assert code == 0 and "alpha 0.3" in out and out.count("  text      ") == 2


def test_a_task_that_the_artificial_world_does_not_speak_says_so_and_is_shown_all_the_same(capsys):
    code, out, _ = answer(capsys, "tasks", "siqa")
    assert code == 0 and "data on the hub: lighteval/siqa" in out
    assert "no examples: siqa is not spoken in the artificial world" in out


def test_a_task_without_data_says_why_and_what_to_do(capsys):
    _, out, _ = answer(capsys, "tasks", "ccg")
    assert "LDC2005T13" in out and "--source folder:DIR" in out
    assert "no dev " in answer(capsys, "tasks", "bucc2018")[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--source", "world"], "examples are shown of one task"),
        (["xnli", "--count", "0"], "--count 0: at least one example is needed"),
        (["xnli", "--split", "tets"], "unknown split 'tets'; did you mean test?"),
        (["xnli", "--source", "moon"], "unknown source 'moon'"),
        (["xnli", "--language", "xx"], "unknown language of the artificial world 'xx'"),
        (["xnli", "--language", "de"], "the artificial world does not speak 'de'; for real examples name a source: --source hub"),
        (["mewslix", "--source", "world"], "mewslix is not spoken in the artificial world"),
    ],
)
def test_bad_input_is_one_line(capsys, words, says):
    code, out, err = answer(capsys, "tasks", *words)
    assert (code, out) == (4, "") and err.startswith(f"replicate: {says}") and len(err.splitlines()) == 1


def test_examples_of_a_named_source_come_with_what_was_left_out(capsys, monkeypatch):
    def missing(task: str, split: str, language: str, translated: bool = False) -> str:
        return "" if (split, language) == ("test", "de") else f"{split}-{language}.json is not there"

    def read(task: str, split: str, language: str, limit: int | None = None, translated: bool = False) -> Examples:
        found = [Span(f"q{number}", "wer?", "Anna war da.", ("Anna",), 0) for number in range(limit or 9)]
        return Examples(found, {"no gold answer": 4}, ("a part of a file",))

    own = Source(
        id="folder", world="real", pivot="en", languages=("de", "en", "fr"), examples=read, text=lambda language: iter(()),
        labels=lambda task: (), missing=missing, fingerprint=lambda *part: "", name="folder:mine",
    )  # fmt: skip
    monkeypatch.setattr(sources, "open_source", lambda name: own)
    code, out, _ = answer(capsys, "tasks", "xquad", "--source", "folder:mine", "--count", "2")
    assert code == 0 and out.count("Anna war da.") == 2
    # The pivot has none and XQuAD has no French: the first that has some is shown.
    assert "examples: folder:mine, de, test\n  note: a part of a file\n  left out: 4 (no gold answer)\n" in out
    code, _, err = answer(capsys, "tasks", "xquad", "--source", "folder:mine", "--language", "en", "--split", "dev")
    assert (code, err) == (4, "replicate: dev-en.json is not there\n")
