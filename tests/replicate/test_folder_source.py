"""A folder of one's own: its file formats, what it says of what it lacks, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from replicate.problems import Problem
from replicate.sources import open_source, version
from replicate.sources.examples import Pair, Tagged
from replicate.sources.folder import source

SHARED = Path(__file__).resolve().parents[3] / "shared"
needs_shared = pytest.mark.skipif(not (SHARED / "real").is_dir(), reason="../shared/real is absent")

NLI = """
[[data]]
task = "xnli"
files = "nli/{split}-{language}.csv"
columns = { first = "premise", second = "hypothesis", label = "gold" }
"""
CSV = 'premise,hypothesis,gold\n"It rains, it pours.",It is wet.,entailment\n"He said ""no"".",He spoke.,neutral\n'


def folder(at: Path, toml: str, **files: str | bytes):
    """A folder with these files, opened. In names `__` stands for `/` and the last `_` for the dot."""
    write(at, **files)
    (at / "source.toml").write_text(toml, encoding="utf-8")
    return source(at)


def write(at: Path, **files: str | bytes) -> None:
    for name, held in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        path = at / f"{stem.replace('_', '-')}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held if isinstance(held, bytes) else held.encode())


# --- what it serves


def test_files_are_found_by_split_and_language(tmp_path):
    held = folder(tmp_path, NLI, nli__train_de_csv=CSV, nli__test_de_csv=CSV, nli__test_ur_csv=CSV)
    assert held.languages == ("de", "ur")
    assert (held.world, held.pivot, held.id, held.name) == ("real", "en", "folder", f"folder:{tmp_path}")
    found = held.examples("xnli", "train", "de")
    assert list(found) == [
        Pair("xnli-train-0", "It rains, it pours.", "It is wet.", "entailment"),
        Pair("xnli-train-1", 'He said "no".', "He spoke.", "neutral"),
    ]
    assert len(held.examples("xnli", "test", "ur", limit=1)) == 1
    assert held.labels("xnli") == ("entailment", "neutral", "contradiction")


def test_a_folder_is_opened_by_its_name(tmp_path):
    folder(tmp_path, NLI, nli__train_de_csv=CSV)
    assert not open_source(f"folder:{tmp_path}").missing("XNLI", "train", "German")


def test_what_is_not_there_is_said_with_the_name_of_the_file(tmp_path):
    held = folder(tmp_path, NLI, nli__train_de_csv=CSV)
    assert held.missing("xnli", "train", "de") == ""
    assert held.missing("xnli", "dev", "de") == "nli/dev-de.csv is not there (xnli, dev, de)"
    assert held.missing("xnli", "train", "ur") == "nli/train-ur.csv is not there (xnli, train, ur)"
    assert held.missing("pawsx", "train", "de") == "source.toml names no files of pawsx; add a [[data]] table for it"
    with pytest.raises(Problem, match="nli/dev-de.csv is not there"):
        held.examples("xnli", "dev", "de")
    with pytest.raises(Problem, match="unknown split 'validation'"):
        held.missing("xnli", "validation", "de")
    with pytest.raises(Problem, match="unknown language 'xx'"):
        held.missing("xnli", "train", "xx")


def test_splits_and_languages_may_have_other_names_in_the_paths(tmp_path):
    toml = NLI + 'splits = { train = "training", dev = "valid" }\nlanguages = { de = "deu", English = "eng" }\n'
    held = folder(tmp_path, toml, nli__training_deu_csv=CSV, nli__valid_eng_csv=CSV, nli__test_deu_csv=CSV)
    assert held.languages == ("de", "en")
    assert (len(held.examples("xnli", "train", "de")), len(held.examples("xnli", "dev", "en"))) == (2, 2)
    assert held.missing("xnli", "test", "de") == "source.toml names no files of xnli for test in de"


def test_translated_training_data_is_another_part_except_in_the_pivot(tmp_path):
    toml = NLI + NLI.replace("nli/", "mt/") + "translated = true\n"
    held = folder(tmp_path, toml, nli__train_de_csv=CSV, mt__train_ur_csv=CSV, nli__train_en_csv=CSV)
    assert held.missing("xnli", "train", "ur") == "xnli in ur is here only as a translation (train)"
    assert held.missing("xnli", "train", "de", translated=True) == "xnli in de is here not as a translation (train)"
    assert len(held.examples("xnli", "train", "ur", translated=True)) == 2
    assert len(held.examples("xnli", "train", "en", translated=True)) == 2


def test_several_files_are_one_after_the_other_and_so_are_several_tables(tmp_path):
    toml = """
    [[data]]
    task = "anli"
    files = "r*.jsonl"
    split = "train"
    language = "en"
    columns = { first = "p", second = "h", label = "label", id = "uid" }
    labels = ["e", "n", "c"]
    [[data]]
    task = "anli+"
    files = "snli.tsv"
    split = "train"
    language = "en"
    header = false
    columns = { first = 1, second = 2, label = 0 }
    """
    lines = [json.dumps({"p": f"p{k}", "h": "h", "label": "enc"[k], "uid": f"u{k % 2}"}) for k in range(3)]
    held = folder(tmp_path, toml, r1_jsonl=lines[0] + "\n", r2_jsonl="\n".join(lines[1:]), snli_tsv='neutral\tx "y\tz\n-\tx\ty\n')
    found = held.examples("anli+", "train", "en")
    assert [(one.id, one.first, one.label) for one in found] == [
        ("u0", "p0", "entailment"),
        ("u1", "p1", "neutral"),
        ("u0-2", "p2", "contradiction"),
        ("anli+-train-3", 'x "y', "neutral"),
    ]
    assert found.skipped == {"no gold label": 1}
    assert found.notes == ("1 duplicated ids were numbered",)
    assert [one.first for one in held.examples("anli+", "train", "en", limit=2)] == ["p0", "p1"]


def test_parquet_is_read_by_columns_and_structs(tmp_path):
    rows = [
        {"q": "Who sat?", "c": {"text": "The cat sat."}, "a": {"text": ["cat"], "answer_start": [4]}, "more": k} for k in range(3)
    ]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "squad.parquet")
    toml = """
    [[data]]
    task = "squad"
    files = "squad.parquet"
    split = "train"
    language = "en"
    columns = { question = "q", context = "c.text", answers = "a" }
    """
    found = folder(tmp_path, toml).examples("squad1", "train", "en")
    assert [(one.answers, one.start, one.context) for one in found] == [(("cat",), 4, "The cat sat.")] * 3


CONLL = """
[[data]]
task = "pos"
files = "{split}-{language}.tsv"
[data.conll]
"""


def test_conll_is_a_word_and_a_tag_a_line_and_a_line_between_sentences(tmp_path):
    held = folder(tmp_path, CONLL + "word = 0\ntag = 1\n", test_tr_tsv="O\tPRON\nher\tDET\n\n\nSus\tVERB\n")
    assert list(held.examples("udpos", "test", "tr")) == [
        Tagged("udpos-test-0", ("O", "her"), ("PRON", "DET")),
        Tagged("udpos-test-1", ("Sus",), ("VERB",)),
    ]


def test_conll_may_have_other_columns_separators_and_comments(tmp_path):
    toml = CONLL + 'word = 1\ntag = 2\nseparator = ""\ncomment = "# "\n'
    held = folder(tmp_path, toml, test_tr_tsv="# text = # her\n1  #  SYM\n2  her  DET\n")
    assert held.examples("udpos", "test", "tr")[0] == Tagged("udpos-test-0", ("#", "her"), ("SYM", "DET"))


def test_a_treebank_is_read_in_the_form_of_xtreme(tmp_path):
    rows = ["1-2 del _ _", "1 de ADP 2", "2 el DET 3", "3 mundo NOUN 0"]
    lines = []
    for row in rows:
        number, form, tag, head = row.split()
        lines.append("\t".join([number, form, "_", tag, "_", "_", head, "dep" if head != "_" else "_", "_", "_"]))
    toml = '[[data]]\ntask = "udpos"\nfiles = "{language}-{split}.conllu"\n'
    held = folder(tmp_path, toml, es_test_conllu="\n".join(lines) + "\n\n")
    (one,) = held.examples("udpos", "test", "es")
    assert (one.words, len(one.tags), one.tags[1]) == (("del", "mundo"), 2, "NOUN")


def test_text_is_a_document_a_line_or_a_document_a_block(tmp_path):
    toml = '[[data]]\ntask = "text"\nfiles = "{language}.txt"\n[[data]]\ntask = "text"\nfiles = "more.jsonl"\nlanguage = "de"\n'
    held = folder(tmp_path, toml, de_txt="eins\nzwei\n\ndrei\n", more_jsonl='{"text": "vier\\nfünf"}\n')
    assert list(held.text("de")) == ["eins", "zwei", "drei", "vier\nfünf"]
    assert held.missing("text", "train", "en") == "en.txt is not there (text, train, en)"
    blocks = folder(tmp_path, '[[data]]\ntask = "text"\nfiles = "{language}.txt"\ndocument = "block"\n')
    assert list(blocks.text("de")) == ["eins\nzwei", "drei"]


def test_labels_of_supertags_are_those_of_the_training_data(tmp_path):
    toml = '[[data]]\ntask = "ccg"\nfiles = "{split}.tsv"\nlanguage = "en"\ncolumns = { words = "text", tags = "tags" }\n'
    train, dev = "text\ttags\nAda sang\tNP S\\NP\n", "text\ttags\nAda sang\tN S\\NP\n"
    held = folder(tmp_path, toml, train_tsv=train, dev_tsv=dev)
    assert held.labels("ccg") == ("NP", "S\\NP")
    assert held.examples("ccg", "dev", "en")[0].tags == ("N", "S\\NP")


def test_the_artificial_world_may_lie_in_a_folder_too(tmp_path):
    toml = 'world = "artificial"\n[[data]]\ntask = "qqp"\nfiles = "qqp.csv"\nsplit = "train"\nlanguage = "a1a"\n'
    held = folder(tmp_path, toml, qqp_csv="first,second,label\na,b,duplicate\n")
    assert (held.world, held.pivot, held.languages) == ("artificial", "a1a", ("a1a",))
    assert held.examples("qqp", "train", "a1a")[0].label == "duplicate"


# --- what it is


def test_the_fingerprint_is_that_of_the_data_and_not_of_its_place(tmp_path):
    part = ("xnli", "train", "de", False)
    one = folder(tmp_path / "one", NLI, nli__train_de_csv=CSV)
    other = folder(tmp_path / "two", NLI.replace("nli/", "x/"), x__train_de_csv=CSV)
    assert version(one, [part]) == version(other, [part])
    assert one.fingerprint("xnli", "dev", "de") == ""
    changed = folder(tmp_path / "three", NLI, nli__train_de_csv=CSV.replace("wet", "dry"))
    read_so = folder(tmp_path / "four", NLI.replace('"premise"', '"hypothesis"'), nli__train_de_csv=CSV)
    assert len({one.fingerprint(*part), changed.fingerprint(*part), read_so.fingerprint(*part)}) == 3


# --- what is wrong with the files


def broken(tmp_path, held, says):
    with pytest.raises(Problem, match=says) as caught:
        folder(tmp_path, NLI, nli__train_de_csv=held).examples("xnli", "train", "de")
    assert str(tmp_path / "nli" / "train-de.csv") in str(caught.value)


def test_a_wrong_column_names_the_file_and_the_columns_that_are_there(tmp_path):
    broken(
        tmp_path,
        CSV.replace("premise", "premises"),
        r"line 2: no column 'premise'; there are premises, hypothesis, gold; did you",
    )


def test_an_unknown_label_names_its_line(tmp_path):
    broken(tmp_path, CSV + "a,b,maybe\n", "line 4: column 'gold' holds the label 'maybe'; expected one of entailment, neutral")


def test_the_line_of_a_row_is_where_it_begins_even_if_fields_hold_line_ends(tmp_path):
    broken(tmp_path, 'premise,hypothesis,gold\n"a\n\nb",c,neutral\n"a\nb",c,maybe\n', "line 5: column 'gold'")


def test_mixed_encodings_name_the_line_and_the_byte(tmp_path):
    broken(tmp_path, CSV.encode() + "Füße,b,neutral\n".encode("latin-1"), r"line 4: byte 2 \(0xfc\) is not UTF-8")


def test_rows_with_too_many_or_too_few_fields_are_not_dropped(tmp_path):
    broken(tmp_path, CSV + "a,b\n", "line 4: 2 fields; expected 3: premise, hypothesis, gold")
    broken(tmp_path, CSV + "a,b,c,d\n", "line 4: 4 fields; expected 3")


def test_a_quote_that_is_never_closed_does_not_swallow_rows(tmp_path):
    broken(tmp_path, CSV + '"a,b,neutral\nc,d,neutral\n', "line 4: unexpected end of data")
    broken(tmp_path, CSV + '"a"b,c,neutral\n', "line 4: .*a field with quotes in it has to stand in quotes")


def test_two_columns_of_one_name_are_refused(tmp_path):
    broken(tmp_path, "premise,gold,gold\na,b,neutral\n", "line 1: two columns are called 'gold'")


def test_a_byte_order_mark_and_windows_line_ends_are_no_data(tmp_path):
    held = folder(tmp_path, NLI, nli__train_de_csv=b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode())
    assert held.examples("xnli", "train", "de")[1] == Pair("xnli-train-1", 'He said "no".', "He spoke.", "neutral")


def test_passages_longer_than_the_csv_modules_limit_are_read(tmp_path):
    long = "word " * 50_000
    held = folder(tmp_path, NLI, nli__train_de_csv=f"premise,hypothesis,gold\n{long},b,neutral\n")
    assert held.examples("xnli", "train", "de")[0].first == long


def test_a_truncated_parquet_is_one_clear_line(tmp_path):
    path = tmp_path / "nli" / "train-de.parquet"
    path.parent.mkdir()
    rows = [{"premise": f"{k}", "hypothesis": "b", "gold": 0} for k in range(1000)]
    parquet.write_table(pa.Table.from_pylist(rows), path)
    whole = path.read_bytes()
    held = folder(tmp_path, NLI.replace(".csv", ".parquet"))
    assert len(held.examples("xnli", "train", "de")) == 1000
    for cut in (whole[: len(whole) // 2], whole[:10], b"", whole[:100] + b"\0" * 200 + whole[300:]):
        path.write_bytes(cut)
        with pytest.raises(Problem, match=r"train-de.parquet: this is no whole Parquet file \(.*\); it may be cut off") as caught:
            held.examples("xnli", "train", "de")
        assert "\n" not in str(caught.value)


def test_a_parquet_file_without_the_column_names_those_it_has(tmp_path):
    (tmp_path / "nli").mkdir()
    table = pa.Table.from_pylist([{"premises": "a", "hypothesis": "b", "gold": 0}])
    parquet.write_table(table, tmp_path / "nli" / "train-de.parquet")
    with pytest.raises(
        Problem, match="train-de.parquet: no column 'premise'; there are premises, hypothesis, gold; did you mean"
    ):
        folder(tmp_path, NLI.replace(".csv", ".parquet")).examples("xnli", "train", "de")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"premise": "a"', "line 2: no JSON"),
        ("[1, 2]", r"line 2: \[1, 2\]; expected one object a line"),
        ('{"premise": "a", "gold": 0}', "line 2: no column 'hypothesis'; there are premise, gold"),
        ("[" * 100_000, "line 2: no JSON"),
    ],
)  # fmt: skip
def test_a_bad_line_of_json_names_its_line(tmp_path, line, says):
    held = f'{{"premise": "a", "hypothesis": "b", "gold": 0}}\n{line}\n'
    with pytest.raises(Problem, match=f"train-de.jsonl, {says}"):
        folder(tmp_path, NLI.replace(".csv", ".jsonl"), nli__train_de_jsonl=held).examples("xnli", "train", "de")


def test_a_conll_line_without_a_tag_names_its_line(tmp_path):
    held = folder(tmp_path, CONLL, test_tr_tsv="O\tPRON\n\nher\n")
    with pytest.raises(
        Problem, match="test-tr.tsv, line 3: 1 columns; expected at least 2, a word in column 0 and its tag in column 1"
    ):
        held.examples("udpos", "test", "tr")


def test_an_unknown_tag_names_the_sentence(tmp_path):
    held = folder(tmp_path, CONLL, test_tr_tsv="O\tPRON\n\nher\tDET\nyer\tFOO\n")
    with pytest.raises(Problem, match="test-tr.tsv, line 3: column 'tags' holds the label 'FOO'; expected one of ADJ"):
        held.examples("udpos", "test", "tr")


def test_a_word_that_is_only_a_blank_does_not_end_the_sentence(tmp_path):
    found = folder(tmp_path, CONLL, test_tr_tsv="O\tPRON\n \tX\nher\tDET\n").examples("udpos", "test", "tr")
    assert found[0].words == ("O", " ", "her")
    assert found.notes == ("1 words without a character were kept",)


def test_a_wrong_answer_offset_is_counted_in_training(tmp_path):
    toml = """
    [[data]]
    task = "tydiqa"
    files = "{language}.jsonl"
    split = "train"
    columns = { question = "q", context = "c", answer = "a", start = "s" }
    """
    rows = [{"q": "?", "c": "The cat sat.", "a": "cat", "s": 4}, {"q": "?", "c": "The cat sat.", "a": "dog", "s": 4}]
    found = folder(tmp_path, toml, en_jsonl="\n".join(map(json.dumps, rows))).examples("tydiqa", "train", "en")
    assert (len(found), found.skipped) == (1, {"answer is not in the passage at its offset": 1})


def test_a_collection_is_one_set(tmp_path):
    table = (
        '[[data]]\ntask = "tatoeba"\nfiles = "{language}.tsv"\nsplit = "test"\ncolumns = { query = "en", candidate = "own" }\n'
    )
    held = folder(tmp_path, table, de_tsv="en\town\na dog\tein Hund\na cat\teine Katze\n")
    (one,) = held.examples("tatoeba", "test", "de")
    assert (one.queries, one.candidates, one.gold) == (("a dog", "a cat"), ("ein Hund", "eine Katze"), ((0, 0), (1, 1)))
    with pytest.raises(Problem, match=r"\[\[data\]\] 2 \(tatoeba\): a second set of tatoeba for test in de"):
        folder(tmp_path, table + table).examples("tatoeba", "test", "de")


# --- real data


@needs_shared
def test_the_files_of_xcopa_are_read_as_they_are_published(tmp_path):
    toml = f"""
    [[data]]
    task = "xcopa"
    files = "{SHARED / "real" / "xcopa"}/{{language}}/{{split}}.{{language}}.jsonl"
    splits = {{ dev = "val", test = "test" }}
    columns = {{ context = "premise", question = "question", option0 = "choice1", option1 = "choice2", label = "label" }}
    """
    held = folder(tmp_path, toml)
    assert held.languages == tuple(sorted("et ht id it qu sw ta th tr vi zh".split()))
    assert {(len(held.examples("xcopa", "dev", code)), len(held.examples("xcopa", "test", code))) for code in held.languages} == {
        (100, 500)
    }


@needs_shared
def test_the_files_of_xtremes_parts_of_speech_are_read_as_conll(tmp_path):
    toml = CONLL.replace('"{split}', f'"{SHARED / "real" / "udpos"}/{{split}}')
    held = folder(tmp_path, toml)
    found = held.examples("udpos", "test", "tr")
    lines = (SHARED / "real" / "udpos" / "test-tr.tsv").read_text(encoding="utf-8").split("\n")
    assert [f"{word}\t{tag}" for one in found for word, tag in zip(one.words, one.tags, strict=True)] == list(filter(None, lines))
