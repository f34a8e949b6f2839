"""Several sources as one: who gives what, and what is said where nobody has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from replicate.problems import Problem
from replicate.sources import open_source, version, world
from replicate.sources.folder import source
from replicate.sources.several import several

TEXT = '[[data]]\ntask = "text"\nfiles = "{language}.txt"\n'
NLI = '[[data]]\ntask = "xnli"\nfiles = "{split}-{language}.csv"\n'
CCG = '[[data]]\ntask = "ccg"\nfiles = "ccg-{split}.tsv"\nlanguage = "en"\n'


def folder(at: Path, toml: str, **files: str) -> Path:
    at.mkdir()
    (at / "source.toml").write_text(toml, encoding="utf-8")
    for name, held in files.items():
        stem, _, suffix = name.rpartition("_")
        (at / f"{stem.replace('_', '-')}.{suffix}").write_text(held, encoding="utf-8")
    return at


def row(sentence: str) -> str:
    return f"first,second,label\n{sentence},b,neutral\n"


@pytest.fixture
def two(tmp_path: Path):
    """Two folders: the first has German training data, the second German and Urdu data and a German text."""
    one = folder(tmp_path / "one", NLI + CCG, train_de_csv=row("one"), ccg_dev_tsv="words\ttags\na\tX\n")
    other = folder(
        tmp_path / "two",
        NLI + TEXT + CCG,
        train_de_csv=row("two"),
        test_de_csv=row("two"),
        train_ur_csv=row("two"),
        de_txt="ein Text\n",
        ccg_train_tsv="words\ttags\na b\tZ Y\n",
    )
    return source(one), source(other)


def test_each_part_comes_from_the_first_that_has_it(two):
    both = several(two)
    assert both.examples("xnli", "train", "de")[0].first == "one"
    assert both.examples("xnli", "test", "de")[0].first == "two"
    assert both.examples("xnli", "train", "ur", limit=1)[0].first == "two"
    assert several(two[::-1]).examples("xnli", "train", "de")[0].first == "two"
    assert list(both.text("de")) == ["ein Text"]
    assert both.languages == ("de", "en", "ur")


def test_labels_are_those_of_the_source_that_gives_the_training_data(two):
    both = several(two)
    assert both.examples("ccg", "dev", "en")[0].tags == ("X",)
    assert both.labels("ccg") == ("Y", "Z")
    assert both.labels("xnli") == ("entailment", "neutral", "contradiction")


def test_what_nobody_has_is_said_with_the_reasons_of_all_in_one_line(two):
    both = several(two)
    why = both.missing("xnli", "dev", "de")
    assert why == "; ".join(f"{one.name}: dev-de.csv is not there (xnli, dev, de)" for one in two)
    for read in (lambda: both.examples("xnli", "dev", "de"), lambda: both.text("ur")):
        with pytest.raises(Problem, match="is not there"):
            read()
    assert both.fingerprint("xnli", "dev", "de") == ""


def test_the_same_data_has_the_same_fingerprint_alone_and_among_others(two):
    both = several(two)
    assert both.fingerprint("xnli", "train", "de") == two[0].fingerprint("xnli", "train", "de")
    assert both.fingerprint("xnli", "train", "ur") == two[1].fingerprint("xnli", "train", "ur")
    assert version(both, [("xnli", "train", "ur", False)]) == version(several(two[::-1]), [("xnli", "train", "ur", False)])


def test_the_names_of_all_open_it_again(two):
    both = several(two)
    assert (both.id, both.name) == ("folder+folder", f"{two[0].name},{two[1].name}")
    again = open_source(both.name)
    assert (again.name, again.languages) == (both.name, both.languages)
    assert again.examples("xnli", "train", "de")[0].first == "one"


def test_the_real_and_the_artificial_world_are_not_mixed(two):
    with pytest.raises(Problem, match="is of the real world with the pivot en, world of the artificial world with the pivot a1a"):
        several([two[0], world.source()])
