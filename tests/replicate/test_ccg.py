"""CCGbank from the LDC's folder and from tab-separated files. The sentences and their categories are made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from replicate.problems import Problem
from replicate.sources import ccg
from replicate.sources.examples import Tagged
from replicate.sources.folder import source

TABLE = '[[data]]\ntask = "ccg"\nfiles = "{name}"\n'


def leaf(word: str, tag: str) -> str:
    return f"(<L {tag} NN NN {word} {tag}>)"


def auto(at: Path, section: str, number: int, *sentences: str) -> Path:
    """A file of the treebank with these sentences, each `word|category word|category`."""
    path = at / "data" / "AUTO" / section / f"wsj_{section}{number:02d}.auto"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for count, sentence in enumerate(sentences, 1):
        leaves = [leaf(*word.rsplit("|", 1)) for word in sentence.split()]
        lines += [f"ID={path.stem}.{count} PARSER=GOLD NUMPARSE=1", f"(<T S[dcl] 0 2> (<T NP 1 2> {' '.join(leaves)} ) )"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def treebank(tmp_path: Path) -> Path:
    auto(tmp_path, "02", 1, "Ada|N sang|(S[dcl]\\NP)/NP", "songs|N")
    auto(tmp_path, "10", 3, "old|N/N songs|N")
    auto(tmp_path, "01", 1, "never|read")
    auto(tmp_path, "22", 1, "never|read")
    auto(tmp_path, "00", 1, "Ada|N slept|S[dcl]\\NP")
    auto(tmp_path, "23", 1, "<|N (|LRB >|.")
    return tmp_path


def tsv(at: Path, **splits: str) -> Path:
    for split, held in splits.items():
        (at / f"{split}.tsv").write_text(held, encoding="utf-8")
    return at


def test_leaves_are_words_and_categories_and_sections_are_the_customary_splits(treebank):
    assert list(ccg.read(treebank, "train")) == [
        Tagged("wsj_0201.1", ("Ada", "sang"), ("N", "(S[dcl]\\NP)/NP")),
        Tagged("wsj_0201.2", ("songs",), ("N",)),
        Tagged("wsj_1003.1", ("old", "songs"), ("N/N", "N")),
    ]
    assert [one.id for one in ccg.read(treebank, "dev")] == ["wsj_0001.1"]
    assert len(ccg.read(treebank, "train", limit=2)) == 2


def test_brackets_may_be_words(treebank):
    assert ccg.read(treebank, "test")[0] == Tagged("wsj_2301.1", ("<", "(", ">"), ("N", "LRB", "."))


def test_supertags_are_those_of_the_training_data(treebank):
    assert ccg.supertags(treebank) == ("(S[dcl]\\NP)/NP", "N", "N/N")
    # What is met only later cannot be learnt; the example keeps it, so that it counts as wrong.
    assert ccg.read(treebank, "dev")[0].tags == ("N", "S[dcl]\\NP")


def test_a_treebank_in_part_says_so(treebank):
    absent = " ".join(f"{number:02d}" for number in range(3, 22) if number != 10)
    assert ccg.read(treebank, "train").notes == (f"sections {absent} of CCGbank are not there",)
    assert ccg.read(treebank, "dev").notes == ()


@pytest.mark.parametrize("part", ["", "data", "data/AUTO"])
def test_the_treebank_is_found_from_any_of_its_upper_folders(treebank, part):
    assert len(ccg.read(treebank / part, "train")) == 3


def test_tab_separated_files_are_words_a_tab_and_tags(tmp_path):
    held = tsv(tmp_path, train="Ada sang\tN S\\NP\n", val="songs\tN\n")
    assert list(ccg.read(held, "train")) == [Tagged("train-1", ("Ada", "sang"), ("N", "S\\NP"))]
    assert list(ccg.read(held, "dev")) == [Tagged("dev-1", ("songs",), ("N",))]
    assert ccg.supertags(held) == ("N", "S\\NP")


def test_a_sentence_with_no_tokens_is_skipped_and_counted(tmp_path):
    found = ccg.read(tsv(tmp_path, train="Ada sang\tN S\\NP\n\n\t\nsongs\tN\n"), "train")
    assert (len(found), found.skipped) == (2, {"sentence with no tokens": 2})


def test_without_the_treebank_the_reason_names_it_and_what_would_do(tmp_path):
    why = ccg.missing(tmp_path)
    assert "LDC2005T13" in why and "data/AUTO/02" in why and "train.tsv" in why and "\n" not in why
    with pytest.raises(Problem, match="holds no supertags; expected CCGbank, LDC2005T13"):
        ccg.read(tmp_path, "train")


def test_what_is_missing_of_a_treebank_is_named(treebank, tmp_path_factory):
    assert ccg.missing(treebank) == ""
    (treebank / "data" / "AUTO" / "23" / "wsj_2301.auto").unlink()
    assert ccg.missing(treebank, "test").endswith("data/AUTO has no section 23; copy it from CCGbank (LDC2005T13) again")
    other = tsv(tmp_path_factory.mktemp("tsv"), train="songs\tN\n")
    assert ccg.missing(other, "dev") == f"{other} has no dev.tsv or val.tsv"
    with pytest.raises(Problem, match="unknown split 'valid'"):
        ccg.missing(treebank, "valid")


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (
            "(<T S 0 2> (<L N NN NN Ada N>) (<L N/N NN NN songs>) )",
            r"line 2: \(<L N/N NN NN songs> is no leaf; expected one like",
        ),
        ("(<T S 0 2> (<L N NN NN Ada N", r"line 2: \(<L N NN NN Ada N> is no leaf"),
        ("Ada sang", "line 2: Ada sang is no leaf"),
    ],
)
def test_a_malformed_leaf_names_file_and_line(treebank, broken, says):
    path = treebank / "data" / "AUTO" / "02" / "wsj_0201.auto"
    path.write_text(f"ID=wsj_0201.1 PARSER=GOLD NUMPARSE=1\n{broken}\n", encoding="utf-8")
    with pytest.raises(Problem, match=f"wsj_0201.auto, {says}"):
        ccg.read(treebank, "train")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Ada sang", "line 2: 0 tabs; expected the words of a sentence, one tab, their tags"),
        ("Ada\tN\tN", "line 2: 2 tabs"),
        ("Ada sang\tN", "line 2: 2 words and 1 tags; expected a tag for each word"),
    ],
)
def test_a_malformed_line_names_file_and_line(tmp_path, line, says):
    with pytest.raises(Problem, match=f"train.tsv, {says}"):
        ccg.read(tsv(tmp_path, train=f"songs\tN\n{line}\n"), "train")


def test_mixed_encodings_name_file_and_line(tmp_path):
    (tmp_path / "train.tsv").write_bytes(b"songs\tN\n" + "Füße\tN\n".encode("latin-1"))
    with pytest.raises(Problem, match="train.tsv, line 2: byte 2"):
        ccg.read(tmp_path, "train")


def test_the_fingerprint_is_that_of_the_split(treebank):
    before = {split: ccg.fingerprint(treebank, split) for split in ccg.SECTIONS}
    assert len(set(before.values())) == 3
    auto(treebank, "00", 1, "Ada|N slept|S[dcl]\\NP", "more|N")
    assert {split for split in before if ccg.fingerprint(treebank, split) != before[split]} == {"dev"}


def test_a_folder_of_ones_own_may_name_the_treebank(treebank):
    (treebank / "source.toml").write_text(TABLE.replace("{name}", "data"), encoding="utf-8")
    held = source(treebank)
    assert (held.languages, held.labels("ccg")) == (("en",), ("(S[dcl]\\NP)/NP", "N", "N/N"))
    assert (len(held.examples("ccg", "train", "en")), held.missing("ccg", "dev", "en")) == (3, "")
    assert held.missing("ccg", "train", "de") == "source.toml names no files of ccg for train in de"
    assert held.fingerprint("ccg", "train", "en") != held.fingerprint("ccg", "dev", "en")
    (treebank / "data" / "AUTO" / "23" / "wsj_2301.auto").unlink()
    assert "has no section 23" in held.missing("ccg", "test", "en")


def test_a_folder_that_names_an_empty_treebank_says_what_is_needed(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "source.toml").write_text(TABLE.replace("{name}", "data"), encoding="utf-8")
    held = source(tmp_path)
    assert "LDC2005T13" in held.missing("ccg", "train", "en")


def test_a_treebank_that_is_not_where_the_toml_says_is_named(tmp_path):
    (tmp_path / "source.toml").write_text(TABLE.replace("{name}", "ccgbank_1_1"), encoding="utf-8")
    with pytest.raises(Problem, match=r"\[\[data\]\] 1 \(ccg\): .*ccgbank_1_1 is not there; expected CCGbank, LDC2005T13"):
        source(tmp_path)
