"""The hub as a source, against a hub on loopback: what is read, what is fetched, and what is said when something is missing.

The libraries read their environment once, so the questions go to a process of their own (`Client`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import Client, Hub, Said, commit, environment, serve
from tests.loopback.sets import datasets

NOWHERE = "http://127.0.0.1:9"  # the port where nobody listens


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with serve(datasets(), tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture(scope="module")
def client(here: Hub) -> Iterator[Client]:
    with Client(here.environment) as asking:
        yield asking


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Client]:
    """A process without a network and without a cache."""
    with Client(environment(NOWHERE, tmp_path)) as asking:
        yield asking


# -- what is read --

PARTS = {
    # task, split, language -> how many examples of the tiny sets
    "anli+ train en": 3 * 48 + 48 + 47,  # ANLI's three rounds, MNLI, SNLI less the pair without a gold label
    "mnli train en": 48,
    "qqp train en": 48,
    "squad1 train en": 48,
    "squad2 train en": 48,
    "hellaswag train en": 48,
    "cosmosqa train en": 48,
    "csqa train en": 48,
    "xnli dev de": 12,
    "pawsx test ko": 12,
    "udpos dev fi": 12,
    "panx dev sw": 12,
    "xquad test el": 12,
    "mlqa dev vi": 12,
    "tydiqa dev te": 12,
    "bucc2018 test fr": 1,
    "tatoeba test zh": 1,
    "xcopa test qu": 12,
}


@pytest.mark.parametrize("part", PARTS)
def test_every_task_of_the_paper_is_read(client: Client, part: str):
    assert len(client.ask(f"examples(*{part.split()})")["rows"]) == PARTS[part]


def test_the_record_says_at_which_commit_each_set_was_read(client: Client):
    read = client.ask("examples('anli+', 'train', 'en')")["notes"]
    assert read == [
        "read facebook/anli at 8e4813d81f46",
        "read nyu-mll/multi_nli at da70db2af9d0",
        "read stanfordnlp/snli at cdb5c3d5eed6",
    ]
    # No revision is pinned: what `main` stood for is what is said.
    (note,) = client.ask("examples('panx', 'test', 'en')")["notes"]
    assert note == f"read unimelb-nlp/wikiann at {commit('main', datasets()['dataset', 'unimelb-nlp/wikiann']['main'])[:12]}"


def test_labels_are_read_by_the_names_of_their_classes(client: Client):
    pairs = client.ask("examples('mnli', 'train', 'en', limit=3)")["rows"]
    assert [one["label"] for one in pairs] == ["entailment", "neutral", "contradiction"]
    assert pairs[0]["first"] == pairs[0]["second"]
    # The set says "not_duplicate", PAWS-X says "0": the task's own labels stand for both.
    assert {one["label"] for one in client.ask("examples('qqp', 'train', 'en')")["rows"]} == {"different", "duplicate"}
    assert {one["label"] for one in client.ask("examples('pawsx', 'test', 'ja')")["rows"]} == {"different", "paraphrase"}


def test_pairs_without_a_gold_label_are_left_out_and_counted(client: Client):
    assert client.ask("examples('anli+', 'train', 'en')")["skipped"] == {"no gold label": 1}


def test_tags_are_read_by_the_names_of_their_classes(client: Client):
    (one,) = client.ask("examples('panx', 'train', 'de', limit=1)")["rows"]
    assert one["tags"] == ["B-PER", "O", "O", "B-LOC"] and len(one["words"]) == 4


def test_treebanks_of_a_language_are_joined_in_the_form_of_xtreme(client: Client):
    """The hub splits the first word, `Anna` and `'s`; XTREME writes it as one, with the tag of its head."""
    found = client.ask("examples('udpos', 'train', 'en')")
    first = found["rows"][0]
    assert first["words"][0].endswith("'s") and first["tags"] == ["PROPN", "VERB", "NOUN", "ADV"]
    # Six English treebanks have a test set here and one a training set.
    assert len(client.ask("examples('udpos', 'test', 'en')")["rows"]) == 12 * len(client.ask("tasks.treebanks.TREEBANKS['en']"))


def test_rows_of_one_language_are_told_from_the_others_by_their_id(client: Client):
    rows = client.ask("examples('tydiqa', 'dev', 'fi')")["rows"]
    assert len(rows) == 12 and all(one["id"].startswith("finnish-") for one in rows)


def test_answers_stand_where_they_are_said_to(client: Client):
    for part in ("'mlqa', 'test', 'zh'", "'tydiqa', 'train', 'en'", "'squad2', 'dev', 'en'"):
        for one in client.ask(f"examples({part})")["rows"]:
            if one["answers"]:
                assert one["context"][one["start"] :].startswith(one["answers"][0])
    assert sum(not one["answers"] for one in client.ask("examples('squad2', 'dev', 'en')")["rows"]) == 4


def test_options_and_labels_in_each_form(client: Client):
    """HellaSwag's labels are digits as text, CommonsenseQA's are letters, Cosmos QA has a column for each option."""
    for task, options in (("hellaswag", 4), ("csqa", 5), ("cosmosqa", 4), ("xcopa", 2)):
        rows = client.ask(f"examples('{task}', 'dev', 'en')")["rows"]
        assert [one["label"] for one in rows] == [number % options for number in range(12)]
        assert {len(one["options"]) for one in rows} == {options}


def test_a_set_that_was_a_script_is_read_as_the_hub_converted_it(client: Client):
    (note,) = client.ask("examples('cosmosqa', 'train', 'en')")["notes"]
    assert note.startswith("read allenai/cosmos_qa at ") and note.endswith("(refs/convert/parquet)")
    # Here no revision is named: the script is found first, and is not run.
    (note,) = client.ask("examples('squad1', 'train', 'vi', translated=True)")["notes"]
    assert note.endswith("(refs/convert/parquet)")


def test_tatoeba_asks_in_english_and_finds_the_other_language(client: Client):
    (one,) = client.ask("examples('tatoeba', 'test', 'de', limit=10)")["rows"]
    assert one["queries"][0] == "Anna reads a-book in-Rome." and one["candidates"][0] == "Anna liest ein-Buch in-Rom."
    assert one["gold"] == [[number, number] for number in range(10)]


def test_bucc_is_two_collections_and_the_foreign_one_asks(client: Client):
    (one,) = client.ask("examples('bucc2018', 'test', 'de')")["rows"]
    assert (len(one["queries"]), len(one["candidates"]), len(one["gold"])) == (40, 50, 20)
    assert one["gold"][0] == [0, 30]  # the hub counts from 1
    assert one["queries"][0] == "Anna liest ein-Buch in-Rom." and one["candidates"][30] == "Anna reads a-book in-Rome."


def test_a_limit_on_bucc_keeps_pairs_that_belong_together(client: Client):
    (whole,) = client.ask("examples('bucc2018', 'test', 'de')")["rows"]
    (one,) = client.ask("examples('bucc2018', 'test', 'de', limit=5)")["rows"]
    assert (len(one["queries"]), len(one["candidates"]), len(one["gold"])) == (10, 10, 5)
    told = [(one["queries"][i], one["candidates"][j]) for i, j in one["gold"]]
    assert told == [(whole["queries"][i], whole["candidates"][j]) for i, j in whole["gold"][:5]]


def test_translations_are_read_only_where_they_are_asked_for(client: Client):
    assert client.ask("examples('mnli', 'train', 'de', translated=True)")["notes"] == ["read facebook/xnli at b8dd5d7af511"]
    with pytest.raises(Said, match="mnli: the hub has it in de only as a translation"):
        client.ask("examples('mnli', 'train', 'de')")
    # Nothing is translated into English.
    assert client.ask("examples('mnli', 'train', 'en', limit=1, translated=True)")["notes"] == [
        "read nyu-mll/multi_nli at da70db2af9d0"
    ]


def test_text_is_read_document_by_document(client: Client):
    documents = client.ask("text('ru', 200)")
    assert len(documents) == 100 and documents[0].startswith("Анна читает книгу")


def test_text_of_another_set(client: Client):
    """mC4 is JSON Lines, and its Hebrew goes by the code iw."""
    expression = "__import__('replicate.sources.hub', fromlist=['source']).source('mc4')"
    assert client.ask(f"{expression}.name") == "hub:mc4"
    assert len(client.ask(f"list({expression}.text('he'))")) == 60


@pytest.mark.parametrize(
    ("part", "ours", "theirs"),
    [
        ("'qqp', 'dev', 'en'", "first second", "('nyu-mll/glue', 'qqp', split='validation') question1 question2"),
        ("'xnli', 'test', 'hi'", "first second", "('facebook/xnli', 'hi', split='test') premise hypothesis"),
        ("'panx', 'dev', 'yo'", "words words", "('unimelb-nlp/wikiann', 'yo', split='validation') tokens tokens"),
        ("'cosmosqa', 'dev', 'en'", "context question",
         "('allenai/cosmos_qa', split='validation', revision='refs/convert/parquet') context question"),
    ],
)  # fmt: skip
def test_what_is_read_is_what_the_datasets_library_reads(client: Client, part: str, ours: str, theirs: str):
    """It is not used (`snapshots.py` says why), and the rows are the same."""
    call, _, columns = theirs.rpartition(") ")
    first, second = (client.ask(f"list(__import__('datasets').load_dataset{call})[{name!r}])") for name in columns.split())
    rows = client.ask(f"examples({part})")["rows"]
    assert [[one[name] for one in rows] for name in ours.split()] == [first, second]


# -- what is fetched --


def test_only_the_files_of_the_split_are_fetched(here: Hub, client: Client):
    here.fetched.clear()
    client.ask("examples('xnli', 'test', 'th')")
    assert set(here.fetched) <= {"README.md", "th/test-00000-of-00001.parquet"} and here.fetched["th/test-00000-of-00001.parquet"]


def test_no_more_is_fetched_than_the_limit_asks_for(tmp_path: Path, here: Hub):
    here.fetched.clear()
    with Client(environment(here.url, tmp_path)) as asking:
        assert len(asking.ask("examples('anli+', 'train', 'en', limit=20)")["rows"]) == 20
        assert len(asking.ask("text('de', 30)")) == 30
    assert sorted(here.fetched) == [
        "20231101.de/train-00000-of-00002.parquet", "README.md", "plain_text/train_r1-00000-of-00001.parquet",
    ]  # fmt: skip


def test_the_same_is_fetched_once(here: Hub, client: Client):
    client.ask("examples('xquad', 'test', 'ro')")
    before = sum(here.requests.values())
    client.ask("examples('xquad', 'test', 'ro')")
    assert sum(here.requests.values()) == before


def test_a_pinned_set_that_is_in_the_cache_is_not_asked_for(here: Hub, client: Client):
    client.ask("examples('xquad', 'test', 'ro')")
    before = sum(here.requests.values())
    with Client(here.environment) as another:
        assert another.ask("examples('xquad', 'test', 'ro')")["notes"] == ["read google/xquad at 51adfef1c128"]
    assert sum(here.requests.values()) == before


# -- without a network --


def test_what_the_hub_lacks_is_known_without_asking_it(offline: Client):
    assert "LDC2005T13" in offline.ask("missing('ccg', 'train', 'en')")
    assert "--source xtreme:DIR" in offline.ask("missing('bucc2018', 'dev', 'de')")
    assert offline.ask("missing('xquad', 'dev', 'de')") == "XQuAD has no dev set"
    assert "in de only as a translation" in offline.ask("missing('mnli', 'train', 'de')")
    assert "in de en es fr ja ko zh, not in sw" in offline.ask("missing('pawsx', 'test', 'sw')")
    assert offline.ask("missing('text', 'train', 'sw')") == ""
    assert not offline.ask("[part for part in ('anli+', 'squad1', 'csqa', 'tydiqa', 'panx') if missing(part, 'train', 'en')]")


def test_a_fingerprint_names_set_config_revision_split_and_language(offline: Client):
    lines = offline.ask("fingerprint('anli+', 'train', 'en')").splitlines()
    assert [line.split()[0] for line in lines] == ["facebook/anli", "nyu-mll/multi_nli", "stanfordnlp/snli"]
    assert lines[0].startswith("facebook/anli plain_text 8e4813d81f46d313dac7892e1c28076917cfcdf9 train_r1+train_r2+train_r3 en ")
    assert offline.ask("fingerprint('tydiqa', 'dev', 'fi')") != offline.ask("fingerprint('tydiqa', 'dev', 'sw')")
    assert offline.ask("fingerprint('ccg', 'train', 'en')") == ""


def test_neither_network_nor_cache_is_one_line_with_what_to_do(offline: Client, tmp_path: Path):
    with pytest.raises(Said) as said:
        offline.ask("examples('panx', 'test', 'sw')")
    assert said.value.kind == "Failure"
    line = str(said.value)
    assert line.startswith(f"panx (test, sw): dataset unimelb-nlp/wikiann: {NOWHERE} is not reached ([Errno ")
    assert (
        f"and it is not in the cache {tmp_path / 'hub'}; run it once with a network, or set HF_HOME to a cache that has it"
        in line
    )
    assert "--source folder:DIR,hub" in line and "\n" not in line


def test_a_warm_cache_serves_without_the_hub(tmp_path: Path):
    """Pinned sets, sets without a pin, converted ones, text: all as before, though the hub is gone."""
    sets = ("'xnli', 'test', 'de'", "'panx', 'test', 'sw'", "'cosmosqa', 'dev', 'en'", "'udpos', 'dev', 'en'")
    parts = (*sets, "'tatoeba', 'test', 'de'")
    with serve(datasets(), tmp_path) as running:
        with Client(running.environment) as asking:
            before = [asking.ask(f"examples({part})") for part in parts] + [asking.ask("text('sw', 100)")]
        running.stop()
        with Client(running.environment) as asking:
            after = [asking.ask(f"examples({part})") for part in parts] + [asking.ask("text('sw', 100)")]
            notes = after[1]["notes"]
            with pytest.raises(
                Said, match="dataset facebook/xnli at b8dd5d7af511, zh/test.*: .* is not reached .* not in the cache"
            ):
                asking.ask("examples('xnli', 'test', 'zh')")
    assert [one["rows"] for one in after[:-1]] == [one["rows"] for one in before[:-1]] and after[-1] == before[-1]
    assert notes == [before[1]["notes"][0] + ", from the cache: the hub was not reached"]


def test_a_cache_that_holds_a_part_of_a_set_is_not_taken_for_the_whole(tmp_path: Path):
    with serve(datasets(), tmp_path) as running:
        with Client(running.environment) as asking:
            assert len(asking.ask("text('hi', 10)")) == 10  # the first of two files
        running.stop()
        with Client(running.environment) as asking:
            assert len(asking.ask("text('hi', 50)")) == 50
            with pytest.raises(Said, match="20231101.hi/train-00001-of-00002.parquet: .* not in the cache"):
                asking.ask("text('hi', 51)")


def test_offline_mode_asks_nobody(tmp_path: Path, here: Hub):
    with Client({**environment(here.url, tmp_path), "HF_HUB_OFFLINE": "1"}) as asking:
        before = sum(here.requests.values())
        with pytest.raises(Said, match="HF_HUB_OFFLINE forbids to ask the hub, and it is not in the cache .*; unset it"):
            asking.ask("examples('xnli', 'test', 'de')")
        assert sum(here.requests.values()) == before
