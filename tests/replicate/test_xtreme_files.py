"""What the source `xtreme:DIR` says of files that are not there or are bad, and the text that it takes out of all of them."""

from __future__ import annotations

import pytest

from replicate.problems import Problem
from replicate.sources import Source, open_source
from replicate.sources.xtreme import text
from tests.xtreme_files import COPA, DOWNLOAD, PARIS, folder, lines, opened, squad, tsv


@pytest.fixture
def download(tmp_path) -> Source:
    return opened(tmp_path, DOWNLOAD)


# ---- what is not there ----


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (
            ("xnli", "dev", "fr"),
            "no xnli/dev-fr.tsv in download; XTREME's scripts/download_data.sh leaves it there; or take the hub",
        ),
        (
            ("mnli", "train", "fr", True),
            "no xnli/translate-train/en-fr-translated.tsv in download; XTREME hands out",
        ),
        (("pawsx", "train", "de"), "PAWS-X has training data in English alone; in German at most translations"),
        (("hellaswag", "train", "en"), "HellaSwag is not in XTREME's download; take the hub"),
        (("xquad", "dev", "de"), "XQuAD has no dev set"),
        (("xquad", "test", "fi"), "XQuAD is not in Finnish"),
        (("squad1", "test", "en"), "SQuAD v1.1 has no test set in XTREME"),
        (("squad2", "dev", "en"), "no squad/dev-v2.0.json in download; XTREME's own download has SQuAD v1.1 alone"),
        (("tatoeba", "train", "de"), "Tatoeba has no training data"),
        (("tatoeba", "test", "en"), "Tatoeba pairs other languages with English"),
        (("bucc2018", "dev", "fr"), "no bucc2018/fr-en.dev.fr in download; XTREME's scripts/download_data.sh leaves it there"),
        (("wikipedia", "train", "de"), "XTREME's folder has the text of its own files alone"),
        (("text", "train", "yo"), "none of the files in download has text in yo"),
    ],
)
def test_what_is_missing_is_said_in_one_line_with_what_to_do(download, part, says):
    assert download.missing(*part).startswith(says) and "\n" not in download.missing(*part)
    assert download.fingerprint(*part) == ""
    with pytest.raises(Problem) as error:
        download.text(part[2]) if part[0] == "text" else download.examples(*part[:3], translated=len(part) > 3)
    documents = "Wikipedia has no examples but documents"  # it is no task, wherever it were taken from
    assert (documents if part[0] == "wikipedia" else f"{download.name.removeprefix('xtreme:')}: {says}") in str(error.value)


def test_text_is_no_task_with_examples(download):
    with pytest.raises(Problem, match="has no examples but documents"):
        download.examples("text", "train", "de")


def test_a_folder_without_any_of_xtremes_is_no_source(tmp_path):
    folder(tmp_path, {"xnli/dev-de.tsv": "a\tb\tneutral\n"})
    with pytest.raises(
        Problem, match=r"has none of the folders of XTREME's download \(bucc2018, .*\); did you mean .*download\?"
    ):
        open_source(f"xtreme:{tmp_path}")


def test_mistyped_names_are_answered_with_the_nearest(download):
    for part, says in [
        (("xnil", "dev", "de"), "unknown task 'xnil'; did you mean xnli"),
        (("xnli", "validation", "de"), "unknown split 'validation'; valid: dev, test, train"),
        (("xnli", "dev", "a1a"), "unknown language 'a1a'"),
    ]:
        with pytest.raises(Problem) as error:
            download.missing(*part)
        assert str(error.value).startswith(says)


# ---- bad files ----


@pytest.mark.parametrize(
    ("task", "name", "content", "says"),
    [
        ("udpos", "udpos/dev-en.tsv", "A\tDET\ndog\tNOUN\tx\n", ", line 2: 3 columns; expected a word, a tab and its tag"),
        ("udpos", "udpos/dev-en.tsv", "A\tDET\n\ndog NOUN\n", ", line 3: 1 columns; expected a word, a tab and its tag"),
        ("udpos", "udpos/dev-en.tsv", "A\tDET\ndog\tNN\n", ", line 2: the tag 'NN'; expected one of ADJ, ADP"),
        ("panx", "panx/dev-en.tsv", "A\tO\nBonn\tB-GPE\n", ", line 2: the tag 'B-GPE'; expected one of B-LOC"),
        ("xnli", "xnli/dev-en.tsv", "a\tb\tneutral\na\n", ", line 2: 1 columns; expected two sentences and their label"),
        (
            "xnli",
            "xnli/dev-en.tsv",
            "a\tb\tneutral\na\tb\tmaybe\n",
            ", line 2: column 'label' holds the label 'maybe'; expected one of entailment",
        ),
        ("pawsx", "pawsx/dev-en.tsv", "a\tb\t1\na\tb\t2\n", ", line 2: column 'label' holds the label '2'; expected one of 0, 1"),
        ("squad1", "squad/dev-v1.1.json", squad(PARIS)[:-30], ", line 1, column "),
        ("squad1", "squad/dev-v1.1.json", "[]", ": no list 'data'; expected SQuAD's form"),
        (
            "squad1",
            "squad/dev-v1.1.json",
            '{"data": [{"title": "x"}]}',
            ", after paragraph 0: an article without",
        ),
        ("squad1", "squad/dev-v1.1.json", '{"data": [{"paragraphs": [{"qas": []}]}]}', ", paragraph 1: no 'context'"),
        ("xcopa", "xcopa/val.en.jsonl", lines(COPA) + '{"premise": ', ", line 2: no JSON"),
        ("xcopa", "xcopa/val.en.jsonl", lines({**COPA, "label": 2}), ", line 1: column 'label' holds the label 2"),
        (
            "xcopa",
            "xcopa/val.en.jsonl",
            lines({"label": 0, "premise": "p", "question": "cause"}),
            ", line 1: no column 'choice1'",
        ),
        ("udpos", "udpos/dev-en.tsv", "A\tDET\ncafé\tNOUN\n".encode("latin-1"), ", line 2: byte 4 (0xe9) is not UTF-8"),
        ("udpos", "udpos/dev-en.tsv", "A\tDET\n".encode("utf-16"), ": not UTF-8 text (a zero byte at 4); is it UTF-16?"),
        ("udpos", "udpos/dev-en.tsv", "A\tDET\n".encode("utf-16-le"), ": not UTF-8 text (a zero byte at 2); is it UTF-16?"),
        ("squad1", "squad/dev-v1.1.json", b'{"data": "caf\xe9"}', ", line 1: byte 14 (0xe9) is not UTF-8"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(tmp_path, task, name, content, says):
    source = opened(tmp_path, {name: content})
    with pytest.raises(Problem) as error:
        source.examples(task, "dev", "en")
    assert str(error.value).startswith(f"{tmp_path / 'download' / name}{says}") and "\n" not in str(error.value)


def test_an_empty_file_is_said_before_it_is_read(tmp_path):
    source = opened(tmp_path, {"udpos/dev-en.tsv": "", "xnli/dev-en.tsv": "\n\n"})
    assert source.missing("udpos", "dev", "en") == "udpos/dev-en.tsv is empty"
    assert source.missing("xnli", "dev", "en") == "xnli/dev-en.tsv is empty"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bucc2018/de-en.dev.gold", "de-1\ten-3\nde-2\n"),
        ("bucc2018/de-en.dev.gold", "de-1\ten-3\nde-2\ten-9\n"),
        ("bucc2018/de-en.dev.de", "de-1\tHund\nde-1\tKatze\n"),
        ("bucc2018/de-en.dev.en", "en-1\tcat\nen-2 house\n"),
    ],
)
def test_a_collection_that_does_not_fit_its_gold_is_a_problem_with_its_line(tmp_path, name, content):
    source = opened(tmp_path, {**DOWNLOAD, name: content})
    with pytest.raises(Problem, match=f"{name}, line 2: "):
        source.examples("bucc2018", "dev", "de")


def test_files_that_are_aligned_have_as_many_lines(tmp_path):
    source = opened(tmp_path, {"tatoeba/tatoeba.deu-eng.deu": "Eins.\n", "tatoeba/tatoeba.deu-eng.eng": "One.\nTwo.\n"})
    with pytest.raises(Problem, match=r"tatoeba\.deu-eng\.deu has 1 lines, .*tatoeba\.deu-eng\.eng 2; expected each other's"):
        source.examples("tatoeba", "test", "de")


def test_a_sentence_with_no_tokens_is_left_out_and_counted(tmp_path):
    source = opened(tmp_path, {"udpos/dev-en.tsv": "A\tDET\n\n\n \nB\tNOUN\n\n"})
    found = source.examples("udpos", "dev", "en")
    assert [one.words for one in found] == [("A",), ("B",)] and found.skipped == {"sentence with no tokens": 2}


def test_a_word_without_a_character_stays_and_is_noted(tmp_path):
    """XTREME reads it as an unknown word; without it the tags would no longer stand where they stood."""
    source = opened(tmp_path, {"udpos/dev-en.tsv": "A\tDET\n\u200c\tX\n\tX\n"})
    found = source.examples("udpos", "dev", "en")
    assert found[0].words == ("A", "\u200c", "") and found.notes == ("2 words without a character were kept",)


def test_marks_and_ends_that_are_no_text_do_not_matter(tmp_path):
    plain = b"A\tDET\ndog\tNOUN\n\nGo\tVERB\n"
    odd = (
        b"\xef\xbb\xbf" + plain,
        plain.replace(b"\n", b"\r\n"),
        plain.rstrip(b"\n"),
        plain.replace(b"NOUN", b"NOUN  "),
        plain + b"\n",
        b"-DOCSTART-\n\n" + plain,
    )
    wanted = [("A", "dog"), ("Go",)]
    for number, content in enumerate((plain, *odd)):
        found = opened(tmp_path / str(number), {"udpos/dev-en.tsv": content}).examples("udpos", "dev", "en")
        assert [one.words for one in found] == wanted and found[0].tags == ("DET", "NOUN") and not found.skipped


def test_ids_that_come_again_are_numbered_and_noted(tmp_path):
    """XTREME's TyDiQA training files keep the last part of the id alone, which is not unique."""
    source = opened(tmp_path, {"squad/dev-v1.1.json": squad(PARIS, PARIS, PARIS)})
    found = source.examples("squad1", "dev", "en")
    assert [one.id for one in found] == ["q1", "q1-2", "q1-3"] and found.notes == ("2 duplicated ids were numbered",)


def test_an_answer_that_is_not_at_its_offset_is_left_out_of_training_alone(tmp_path):
    wrong = squad(PARIS, ("q2", "Who?", "Ann", [(0, "Bob")]))
    source = opened(tmp_path, {"squad/dev-v1.1.json": wrong, "squad/train-v1.1.json": wrong})
    assert sum(source.examples("squad1", "train", "en").skipped.values()) == 1
    assert [one.start for one in source.examples("squad1", "dev", "en")] == [9, -1]


def test_a_file_without_a_usable_example_is_a_problem(tmp_path):
    source = opened(tmp_path, {"xnli/dev-en.tsv": "a\tb\t-\n"})
    with pytest.raises(Problem, match=r"dev-en\.tsv: no example of xnli \(1 of: no gold label\)"):
        source.examples("xnli", "dev", "en")


def test_quotes_are_those_of_the_sentence(tmp_path):
    """XTREME writes with Python's csv module and reads without quoting, so its own text has the quotes doubled; ours has not."""
    said = ['He said "no".', '"Quoted"', 'A "half', '""', '" "', "plain", '"']
    source = opened(tmp_path, {"xnli/dev-en.tsv": tsv(*((one, "x", "neutral") for one in said))})
    assert [one.first for one in source.examples("xnli", "dev", "en")] == said
    # A file that was not written so stands as it is.
    raw = opened(
        tmp_path / "raw",
        {"xnli/dev-en.tsv": "".join(f"{one}\tx\tneutral\n" for one in ('"Quoted"', 'A "half', '"Two" "quotes"'))},
    )
    assert [one.first for one in raw.examples("xnli", "dev", "en")] == ['"Quoted"', 'A "half', '"Two" "quotes"']


def test_a_limit_takes_the_first_and_stops_there(tmp_path):
    source = opened(
        tmp_path, {"udpos/dev-en.tsv": "A\tDET\n\nB\tNOUN\n\nC\tBROKEN\n", "xnli/dev-en.tsv": "a\tb\tneutral\n" * 2 + "broken\n"}
    )
    assert [one.words for one in source.examples("udpos", "dev", "en", limit=2)] == [("A",), ("B",)]
    assert len(source.examples("xnli", "dev", "en", limit=1)) == 1
    with pytest.raises(Problem, match="BROKEN"):
        source.examples("udpos", "dev", "en")


# ---- text ----


def test_text_is_taken_from_all_files_of_a_language_once_and_never_from_labels(download):
    de = " ".join(download.text("de"))
    for said in (
        "Es ist in Paris.",
        "Es ist in Bonn.",
        "Es ist in Ulm.",
        "Ja",
        "Nein",
        "Ein Mann schläft.",
        "Katze",
        "Baum",
        "Zwei.",
    ):
        assert de.count(said) == 1, said
    assert "Wo?" not in de and "entailment" not in de and "INTJ" not in de and "de-1" not in de
    en = " ".join(download.text("en"))
    assert "It is in Paris." in en and "A dog" in en and "tree" in en and "One." in en and "It flew." in en
    assert 'He said "no".' in en and "B-PER" not in en and "Where?" not in en
    assert list(download.text("en")) == list(download.text("en"))


def test_translations_by_machine_are_no_text(download):
    assert "Ä" not in " ".join(download.text("de")) and "d c" not in " ".join(download.text("de"))


def test_of_tydiqas_file_with_all_languages_only_the_passages_of_one_are_its_text(download):
    assert " ".join(download.text("fi")) == "Se on Turussa. Hän on Anni."


def test_documents_are_divided_at_sentences_and_short_ones_joined(tmp_path):
    long = " ".join(f"This is sentence number {number}." for number in range(40))
    source = opened(
        tmp_path,
        {"squad/train-v1.1.json": squad(("q", "?", long, [(0, "This")])), "udpos/dev-en.tsv": "Go\tVERB\n\nStay\tVERB\n"},
    )
    documents = list(source.text("en"))
    assert all(len(one) <= text.LENGTH and one.endswith(".") for one in documents[:-1]) and len(documents) == 5
    assert " ".join(documents[:-1]) == long and documents[-1] == "Go Stay"


def test_languages_without_spaces_get_none(tmp_path):
    source = opened(tmp_path, {"udpos/dev-zh.tsv": "我\tPRON\n走\tVERB\n", "panx/test-th.tsv": "ก\nข\n"})
    assert list(source.text("zh")) == ["我走"] and list(source.text("th")) == ["กข"]
