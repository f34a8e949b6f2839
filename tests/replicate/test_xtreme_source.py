"""`xtreme:DIR`: the folder that XTREME's own script leaves, and raw forms of its files, read in their true formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replicate import tasks
from replicate.problems import Problem
from replicate.sources import Source, open_source
from replicate.sources.examples import Choice, Mining, Pair, Span, Tagged
from replicate.sources.xtreme import sentences, text
from tests.xtreme_files import COPA, DOWNLOAD, PARIS, lines, opened, squad

SHARED = Path(__file__).resolve().parents[3] / "shared"
needs_shared = pytest.mark.skipif(not (SHARED / "real").is_dir(), reason="../shared/real is absent")


@pytest.fixture
def download(tmp_path) -> Source:
    return opened(tmp_path, DOWNLOAD)


# ---- the layout of XTREME's own script ----


def test_it_is_a_source_of_the_real_world_with_the_languages_that_files_are_there_for(download, tmp_path):
    assert (download.id, download.world, download.pivot) == ("xtreme", "real", "en")
    assert download.name == f"xtreme:{tmp_path / 'download'}"
    assert download.languages == ("ar", "bn", "de", "en", "fi", "id", "it", "ko", "ru", "sw", "te")
    assert open_source(download.name).languages == download.languages


def test_pairs(download):
    found = download.examples("mnli", "train", "en")
    assert list(found) == [
        Pair("mnli-train-0", "A man sleeps.", "He rests.", "entailment"),
        Pair("mnli-train-1", 'He said "no".', "Yes.", "contradiction"),
    ]
    assert [one.label for one in download.examples("xnli", "train", "en")] == ["entailment", "contradiction"]
    assert [one.first for one in download.examples("xnli", "dev", "de")] == ["Ein Mann schläft."]
    assert [one.label for one in download.examples("pawsx", "train", "en")] == ["different", "paraphrase"]
    assert [one.label for one in download.examples("pawsx", "dev", "de")] == ["paraphrase"]


def test_translated_training_data(download):
    found = download.examples("mnli", "train", "de", translated=True)
    assert list(found) == [Pair("mnli-train-0", '"Ä"', "B.", "contradiction")]
    assert found.skipped == {sentences.NO_COLUMNS: 1}
    assert [one.first for one in download.examples("pawsx", "train", "de", translated=True)] == ["c d"]
    assert [one.context for one in download.examples("squad1", "train", "de", translated=True)] == ["Es ist in Paris."]
    assert len(download.examples("pawsx", "dev", "de", translated=True)) == 1  # translated by people
    # Nothing is translated into the pivot.
    assert list(download.examples("pawsx", "train", "en", translated=True)) == list(download.examples("pawsx", "train", "en"))


def test_tags(download):
    assert list(download.examples("udpos", "train", "en")) == [
        Tagged("udpos-train-0", ("A", "dog"), ("DET", "NOUN")),
        Tagged("udpos-train-1", ("Go",), ("VERB",)),
    ]
    assert list(download.examples("panx", "train", "en")) == [
        Tagged("panx-train-0", ("Ann", "Lee", "ran"), ("B-PER", "I-PER", "O"))
    ]
    assert download.labels("udpos") == tasks.TASKS["udpos"].labels


def test_questions_on_passages(download):
    assert list(download.examples("squad1", "train", "en")) == [Span("q1", "Where?", "It is in Paris.", ("Paris",), 9)]
    assert list(download.examples("squad1", "dev", "en")) == [Span("q2", "Who?", "Ann ran.", ("Ann", "Ann ran"), 0)]
    assert [(one.answers, one.start) for one in download.examples("squad2", "train", "en")] == [(("Paris",), 9), ((), -1)]
    assert [one.answers for one in download.examples("mlqa", "dev", "de")] == [("Bonn",)]
    assert [one.id for one in download.examples("tydiqa", "train", "en")] == ["q1"]


def test_tydiqas_own_file_with_all_languages_serves_those_that_have_no_file_of_their_own(download):
    assert [one.id for one in download.examples("tydiqa", "train", "fi")] == ["finnish-1-0"]


def test_choices(download):
    assert list(download.examples("xcopa", "train", "en")) == [Choice("7", "It fell.", "effect", ("It broke.", "It flew."), 0)]
    assert [one.label for one in download.examples("xcopa", "dev", "it")] == [1]
    assert len(download.examples("copa", "train", "en")) == len(download.examples("copa", "dev", "en")) == 1
    assert list(download.examples("siqa", "train", "en")) == [Choice("siqa-train-0", "C", "Q?", ("a", "b", "c"), 2)]


def test_bucc_has_its_collections_and_the_pairs_of_its_gold_file(download):
    """As in XTREME the foreign sentences ask."""
    (one,) = download.examples("bucc2018", "dev", "de")
    assert one == Mining("bucc2018-dev", ("Hund", "Katze", "Maus"), ("cat", "house", "dog"), ((0, 2), (1, 0)))
    (few,) = download.examples("bucc2018", "dev", "de", limit=1)
    assert few == Mining("bucc2018-dev", ("Hund", "Katze"), ("cat", "dog"), ((0, 1),))


# ---- test sets without labels ----


@pytest.mark.parametrize(
    ("task", "split", "language", "file"),
    [
        ("xnli", "test", "de", "xnli/test-de.tsv"),
        ("pawsx", "test", "de", "pawsx/test-de.tsv"),
        ("udpos", "test", "de", "udpos/test-de.tsv"),
        ("panx", "test", "en", "panx/test-en.tsv"),
        ("xquad", "test", "de", "xquad/xquad.de.json"),
        ("mlqa", "test", "de", "mlqa/MLQA_V1/test/test-context-de-question-de.json"),
        ("tydiqa", "dev", "fi", "tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.goldp.fi.dev.json"),
        ("tydiqa", "test", "fi", "tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.goldp.fi.dev.json"),
        ("xcopa", "test", "en", "xcopa/test.en.jsonl"),
    ],
)
def test_a_file_whose_labels_xtreme_removed_is_said_to_have_none(download, task, split, language, file):
    why = f"{file} has no labels: XTREME removes those of its test sets; put the original file there, or let the hub give it"
    assert download.missing(task, split, language).startswith(why) and "\n" not in download.missing(task, split, language)
    assert download.fingerprint(task, split, language) == ""
    with pytest.raises(Problem, match=f"download: {file} has no labels"):
        download.examples(task, split, language)


@pytest.mark.parametrize(("task", "file"), [("bucc2018", "bucc2018/de-en.test.de"), ("tatoeba", "tatoeba/de-en.de")])
def test_a_collection_whose_pairs_xtreme_removed_is_said_to_have_none(download, task, file):
    assert download.missing(task, "test", "de").startswith(f"{file} has no gold pairs: XTREME removes those of its test sets")


@pytest.mark.parametrize(
    ("task", "files", "says"),
    [
        ("squad1", {"squad/dev-v1.1.json": squad(PARIS, ("q2", "Who?", "Ann", [(0, "")]))}, "squad/dev-v1.1.json has no labels"),
        ("xnli", {"xnli/dev-en.tsv": "a\tb\tneutral\nc\td\n"}, "xnli/dev-en.tsv has no labels"),
        ("xcopa", {"xcopa/val.en.jsonl": lines(COPA, {"premise": "p"})}, "xcopa/val.en.jsonl has no labels"),
    ],
)
def test_a_label_that_is_gone_further_down_is_found_on_reading(tmp_path, task, files, says):
    source = opened(tmp_path, files)
    assert source.missing(task, "dev", "en") == ""
    with pytest.raises(Problem, match=says):
        source.examples(task, "dev", "en")


def test_a_labelled_form_beside_a_file_without_labels_is_taken(tmp_path):
    """An unprocessed treebank has the tags that XTREME's own file lost."""
    treebank = "1\tNein\t_\tINTJ\t_\t_\t0\troot\t_\t_\n\n"
    source = opened(tmp_path, {"udpos/test-de.tsv": "Nein\n", "ud-treebanks-v2.5/UD_German-PUD/de_pud-ud-test.conllu": treebank})
    found = source.examples("udpos", "test", "de")
    assert list(found) == [Tagged("udpos-test-0", ("Nein",), ("INTJ",))]
    assert found.notes == ("converted from Universal Dependencies 2.5",)


# ---- raw forms ----


def test_lasers_tatoeba_asks_in_english_for_the_foreign_sentence_of_the_same_line(tmp_path):
    source = opened(tmp_path, {"tatoeba/tatoeba.cmn-eng.cmn": "二。 \n一。", "tatoeba/tatoeba.cmn-eng.eng": "Two.\nOne.\n"})
    assert list(source.examples("tatoeba", "test", "zh")) == [
        Mining("tatoeba-test", ("Two.", "One."), ("二。", "一。"), ((0, 0), (1, 1)))
    ]
    (one,) = source.examples("tatoeba", "test", "zh", limit=1)
    assert one.queries == ("Two.",) and one.gold == ((0, 0),)
    assert source.languages == ("en", "zh") and list(source.text("en")) == ["Two. One."]


def test_the_accuracy_of_tatoeba_is_that_of_xtreme(tmp_path):
    """XTREME sorts the English side and scores the number of the foreign line. A text that comes twice is found once."""
    english, found = ["b", "a", "a", "c"], {"a": 2, "b": 0, "c": 1}  # the foreign line that is nearest to each English text
    source = opened(tmp_path, {"tatoeba/tatoeba.deu-eng.deu": "B\nA\nÄ\nC\n", "tatoeba/tatoeba.deu-eng.eng": "\n".join(english)})
    (one,) = source.examples("tatoeba", "test", "de")
    labels = [line for _, line in sorted(zip(english, range(4), strict=True))]
    official = sum(found[text] == line for text, line in zip(sorted(english), labels, strict=True))
    assert sum(found[one.queries[query]] == line for query, line in one.gold) == official == 2


def test_treebanks_are_read_in_the_order_of_xtremes_script(tmp_path):
    """By the name of their file, whatever their folder; ancient stages of a language and other releases are left aside."""

    def word(form: str) -> str:
        return f"1\t{form}\t_\tNOUN\t_\t_\t0\troot\t_\t_\n\n"

    source = opened(tmp_path, {
        "udpos/ud-treebanks-v2.5/UD_Greek-ZZZ/el_aaa-ud-test.conllu": word("first"),
        "udpos/ud-treebanks-v2.5/UD_Greek-GDT/el_gdt-ud-test.conllu": word("second"),
        "udpos/ud-treebanks-v2.5/UD_Ancient_Greek-X/grc_x-ud-test.conllu": word("ancient"),
        "udpos/ud-treebanks-v2.7/UD_Greek-GDT/el_gdt-ud-test.conllu": word("later"),
        "udpos/ud-treebanks-v2.7/UD_Polish-LFG/pl_lfg-ud-train-a.conllu": word("polish"),
    })  # fmt: skip
    assert [one.words for one in source.examples("udpos", "test", "el")] == [("first",), ("second",)]
    assert [one.id for one in source.examples("udpos", "test", "el")] == ["udpos-test-0", "udpos-test-1"]
    assert source.examples("udpos", "train", "pl").notes == ("converted from Universal Dependencies 2.7",)
    assert set(source.languages) == {"el", "pl"}


def test_sentences_that_a_treebank_withholds_are_counted(tmp_path):
    rows = "".join(f"{k}\t_\t_\tNOUN\t_\t_\t0\troot\t_\t_\n" for k in (1, 2, 3))
    source = opened(tmp_path, {"UD_X/en_x-ud-dev.conllu": f"{rows}\n1\tGo\t_\tVERB\t_\t_\t0\troot\t_\t_\n"})
    found = source.examples("udpos", "dev", "en")
    assert len(found) == 1 and found.skipped == {"sentence whose words are withheld (_)": 1}


def test_panx_as_it_is_handed_out(tmp_path):
    source = opened(
        tmp_path, {"panx_dataset/de-dev": "de:Ulm\tB-LOC\nde::\tO\n\nde:Bonn\tB-LOC\n", "panx/fi/test": "fi:Turku\tB-LOC\n"}
    )
    assert [one.words for one in source.examples("panx", "dev", "de")] == [("Ulm", ":"), ("Bonn",)]
    assert [one.words for one in source.examples("panx", "test", "fi")] == [("Turku",)]
    with pytest.raises(Problem, match=r"panx_dataset/de-dev, line 1: the word 'Ulm' has no language before it"):
        opened(tmp_path, {"panx_dataset/de-dev": "Ulm\tB-LOC\n"}).examples("panx", "dev", "de")


def test_flat_files_of_tydiqa_and_folders_of_xcopa(tmp_path):
    source = opened(tmp_path, {
        "tydiqa/tydiqa.goldp.ko.train.json": squad(("k", "?", "서울", [(0, "서울")])),
        "tydiqa/tydiqa.goldp.ko.dev.json": squad(("k", "?", "부산", [(0, "부산")])),
        "xcopa/it/val.it.jsonl": lines(COPA),
        "xcopa/copa-en/train-en.jsonl": lines(COPA),
    })  # fmt: skip
    assert [one.context for one in source.examples("tydiqa", "train", "ko")] == ["서울"]
    for split in ("dev", "test"):
        found = source.examples("tydiqa", split, "ko")
        assert [one.context for one in found] == ["부산"]
        assert found.notes == ("XTREME tests on TyDiQA's dev set: dev and test are the same questions",)
    assert len(source.examples("xcopa", "train", "en")) == len(source.examples("xcopa", "dev", "it")) == 1


def test_a_part_of_a_file_stands_in_for_it_and_is_noted(tmp_path):
    source = opened(tmp_path, {"udpos/train-en.first20k.tsv": "Go\tVERB\n", "udpos/train-de.mine.tsv": "Geh\tVERB\n"})
    found = source.examples("udpos", "train", "en")
    assert found.notes == ("udpos/train-en.first20k.tsv is a part of udpos/train-en.tsv",)
    assert source.missing("udpos", "train", "de").startswith("no udpos/train-de.tsv in download")


def test_lareqa_asks_in_one_language_for_the_sentences_of_all(tmp_path):
    def file(context: str, cut: int, at: int) -> str:
        asked = {"id": "q", "question": f"{context[0]}?", "answers": [{"answer_start": at, "text": "x"}]}
        held = {"context": context, "sentence_breaks": [[0, cut], [cut, len(context)]], "qas": [asked]}
        return json.dumps({"data": [{"paragraphs": [held]}]})

    source = opened(tmp_path, {"lareqa/xquad-r/de.json": file("Ja.Nein.", 3, 4), "lareqa/xquad-r/en.json": file("Yes.No.", 4, 0)})
    (one,) = source.examples("lareqa", "test", "en")
    assert one.queries == ("Y?",)
    assert one.candidates == ("Ja.Ja.Nein.", "Nein.Ja.Nein.", "Yes.Yes.No.", "No.Yes.No.")
    assert one.gold == ((0, 1), (0, 2))


def test_ccgbank_lies_in_a_folder_of_its_own(tmp_path):
    source = opened(tmp_path, {"ccg/train.tsv": "Go home\tS NP\n"})
    assert [one.tags for one in source.examples("ccg", "train", "en")] == [("S", "NP")]
    assert source.labels("ccg") == ("NP", "S") and source.fingerprint("ccg", "train", "en")
    assert "LDC2005T13" in opened(tmp_path / "none", {"xnli/dev-de.tsv": "a\tb\tneutral\n"}).missing("ccg", "train", "en")


# ---- the real files ----


@pytest.fixture
def real() -> Source:
    return open_source(f"xtreme:{SHARED / 'real'}")


@needs_shared
def test_real_questions(real):
    dev = {"ar": 921, "bn": 113, "en": 440, "fi": 782, "id": 565, "ko": 276, "ru": 812, "sw": 499, "te": 669}
    for split in ("dev", "test"):
        assert {code: len(real.examples("tydiqa", split, code)) for code in dev} == dev
    assert [len(real.examples("tydiqa", "train", code)) for code in ("en", "ko", "sw")] == [3696, 1625, 2755]
    for code in (*tasks.TASKS["xquad"].languages, "ro"):
        found = real.examples("xquad", "test", code)
        assert len(found) == 1190 and not found.skipped
        assert all(one.context.startswith(one.answers[0], one.start) for one in found)


@needs_shared
def test_real_tags(real):
    counts = {"en": 5440, "es": 3147, "fi": 4422, "id": 1557, "ja": 2372, "ta": 120, "tr": 4785, "vi": 800}
    assert {code: len(real.examples("udpos", "test", code)) for code in counts} == counts
    train = real.examples("udpos", "train", "en")
    assert len(train) == 844 and train.notes == ("udpos/train-en.first20k.tsv is a part of udpos/train-en.tsv",)
    assert sum(len(one.words) for one in real.examples("udpos", "test", "es")) == 86_988
    assert real.missing("udpos", "dev", "en").startswith("no udpos/dev-en.tsv in real; ")


@needs_shared
def test_real_tatoeba_and_xcopa(real):
    few = {"jv": 205, "te": 234, "ta": 307, "sw": 390, "th": 548, "kk": 575, "ml": 687, "ka": 746}
    task = tasks.TASKS["tatoeba"]
    assert len(task.languages) == 36
    for code in (*task.languages, *task.wider):
        (one,) = real.examples("tatoeba", "test", code)
        assert len(one.queries) == len(one.candidates) == len(one.gold) == few.get(code, 1000)
        assert all(one.queries) and all(said == said.strip() for said in one.candidates)
    assert len(real.examples("xcopa", "train", "en")) == 400
    for code in tasks.TASKS["xcopa"].languages:
        assert [len(real.examples("xcopa", split, code)) for split in ("dev", "test")] == [100, 500]


@needs_shared
def test_real_text(real):
    assert set(real.languages) >= {*tasks.TASKS["tatoeba"].languages, "en", "ht", "qu"}
    sizes = {code: sum(len(one) for one in real.text(code)) for code in real.languages}
    assert sizes["en"] == max(sizes.values()) and min(sizes.values()) > 5_000
    assert all("\n" not in one and 0 < len(one) <= text.LENGTH for one in real.text("fi"))
