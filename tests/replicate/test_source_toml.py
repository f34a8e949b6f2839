"""`source.toml`: what is refused in it, before anything is read, and the example that the documentation gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from replicate.problems import Problem
from replicate.sources import entries
from replicate.sources.folder import source
from replicate.sources.forms import FIELDS

NLI = """
[[data]]
task = "xnli"
files = "nli/{split}-{language}.csv"
columns = { first = "premise", second = "hypothesis", label = "gold" }
"""
CONLL = """
[[data]]
task = "pos"
files = "{split}-{language}.tsv"
[data.conll]
"""


def write(path: Path, held: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(held, encoding="utf-8")


def test_a_folder_without_its_toml_says_what_to_write(tmp_path):
    with pytest.raises(
        Problem, match=r"source.toml is not there; it has to say what the files of the folder hold, for example \[\["
    ):
        source(tmp_path)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("data = [", "source.toml: no TOML"),
        ("", r"no \[\[data\]\] table; expected one for each set of files"),
        ('wrld = "real"', "unknown key 'wrld'; did you mean world"),
        ('world = "reel"' + NLI, "unknown world 'reel'; did you mean real"),
        (NLI.replace("columns", "colums"), r"\[\[data\]\] 1: unknown key 'colums'; did you mean columns"),
        (NLI.replace("xnli", "xnly"), r"\[\[data\]\] 1 \(xnly\): unknown task 'xnly'; did you mean xnli"),
        (NLI.replace('task = "xnli"', ""), r"\[\[data\]\] 1: no 'task'; expected the name of a task, or text"),
        (NLI.replace('"xnli"', "1"), "task is 1; expected the name of a task"),
        (NLI.replace("{split}", "train"), r"no 'split', and no \{split\} in files"),
        (NLI + 'split = "train"', r"both split = 'train' and \{split\}"),
        (NLI.replace("{split}", "train") + 'split = "training"', "unknown split 'training'; did you mean train"),
        (NLI.replace("{language}", "de") + 'language = "deu"', "unknown language 'deu'"),
        (NLI.replace("{language}", "de") + 'language = "de"\nlanguages = { de = "deu" }', r"languages, but no \{language\}"),
        (NLI + "splits = { train = 1 }", "splits: train is 1; expected the name that stands in the paths"),
        (NLI.replace("{language}", "{lang}"), r"holds \{lang\}; expected \{split\} or \{language\}"),
        (NLI.replace("first", "frist"), "the field 'frist'; fields of pairs: first, second, label"),
        (NLI.replace('first = "premise", ', ""), "no column is named for the field first"),
        (NLI.replace('"premise"', "0"), "columns: first is 0; expected a column's name, or its number where header = false"),
        (NLI + 'labels = ["yes", "no"]', "2 labels are named; xnli has 3"),
        (NLI.replace(".csv", ".xls"), r"ends in none of .csv, .tsv, .jsonl.*; say format = one of"),
        (NLI + 'format = "excel"', "the format 'excel'; say format = one of conll"),
        (NLI + 'format = "conll"', "conll files hold no xnli"),
        (NLI + 'document = "line"', "document is for text files, and these are csv"),
        (NLI.replace("nli/", "xnli/"), r"no file of the name xnli/\{split\}-\{language\}.csv; there are nli/train-de.csv"),
        (CONLL + "wrd = 0", "unknown key 'wrd'; did you mean word"),
        (CONLL + "word = -1", "columns are counted from 0"),
        ('[[data]]\ntask = "squad"\nfiles = "{split}-{language}.csv"\nlabels = ["a"]\n', "labels, but squad1 has none"),
        ('[[data]]\ntask = "ccg"\nfiles = "{split}-{language}.csv"\nlabels = ["N"]\n', "labels, but those of ccg are"),
    ],
)  # fmt: skip
def test_a_wrong_toml_is_refused_before_anything_is_read(tmp_path, toml, says):
    write(tmp_path / "nli" / "train-de.csv", "premise,hypothesis,gold\na,b,neutral\n")
    write(tmp_path / "source.toml", toml)
    with pytest.raises(Problem, match=says) as caught:
        source(tmp_path)
    assert str(tmp_path / "source.toml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_example_of_the_documentation_is_read_and_its_keys_are_all_there_are(tmp_path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    files = {
        "nli/train-de.csv": "premise,hypothesis,gold_label\na,b,e\n",
        "translated/deu/part-1.jsonl": '{"s1": "a", "s2": "b", "label": "neutral"}\n',
        "ud/tr-valid.tsv": "her\tDET\n",
        "ccgbank_1_1/train.tsv": "Ada sang\tNP S\\NP\n",
        "text/de/one.txt": "ein Text\n",
        "source.toml": example,
    }
    for name, held in files.items():
        write(tmp_path / name, held)
    found = source(tmp_path)
    assert [one.label for one in found.examples("xnli", "train", "de")] == ["entailment"]
    assert [one.label for one in found.examples("xnli", "train", "de", translated=True)] == ["neutral"]
    assert (len(found.examples("udpos", "dev", "tr")), len(found.examples("ccg", "train", "en"))) == (1, 1)
    assert list(found.text("de")) == ["ein Text"]
    assert all(f"`{key}`" in page for key in (*entries.KEYS, *entries.CONLL))
    assert all(f"`{field}`" in page for fields in FIELDS.values() for group in fields for field in group)
