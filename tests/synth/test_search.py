"""A systematic search: queries in each database's language, what the databases send, and the command with its record."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate.problems import BAD_INPUT, DONE, FAILED, Problem
from synth import questions
from synth.__main__ import main
from synth.literature import criteria, databases, plan, terms
from synth.literature.databases import acl, arxiv
from synth.records import Question
from tests.servers import Faults, serve, works

WORKS = works()
TABLE = """
question = "Does intermediate training with XLM-R improve zero-shot cross-lingual transfer?"
papers = ["2005.13013v2"]
[search]
terms = [["intermediate training", "adapter stacking"], ["XLM-R"]]
years = [2018, 2023]
languages = ["en"]
must = [["zero-shot", "low-resource"]]
should = ["question answering"]
exclude = [{ any = ["survey"], why = "reports no experiments of its own" }]
"""


# ---- queries


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        ("zero-shot transfer", (("zero-shot",), ("transfer",))),
        ('"zero shot" (XLM-R OR "mBERT")', (("zero shot",), ("XLM-R", "mBERT"))),
        ("a1 AND (b OR c OR d) AND e", (("a1",), ("b", "c", "d"), ("e",))),
        ("a OR b c", (("a", "b"), ("c",))),
        ("x | y", (("x", "y"),)),
    ],
)
def test_a_query_is_groups_of_which_each_is_a_choice(query: str, groups: terms.Groups):
    assert terms.parse(query) == groups


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "an empty query finds nothing"),
        ('"open', "a quotation mark has no partner"),
        ("(a OR b", "it ends in the middle"),
        ("a OR", "it ends in the middle"),
        ("a AND", "it ends in the middle"),
        ("a)", "a bracket that closes nothing"),
        ("()", "a bracket that closes nothing"),
        ("((a))", "brackets inside brackets"),
        ("OR a", "OR needs something on both sides"),
        ("a AND AND b", "AND stands between groups, not inside one"),
        ("(a b)", "in brackets there is an OR between any two"),
        ("a NOT b", "exclusions belong into the question's"),
        ("-a", "exclusions belong into the question's"),
        ('"..."', "'...' has no letters"),
    ],
)
def test_a_query_that_cannot_be_meant_is_a_problem(query: str, says: str):
    with pytest.raises(Problem) as raised:
        terms.parse(query)
    assert says in str(raised.value) and (not query or str(raised.value).startswith(f"query {query!r}: "))


phrases = st.lists(st.sampled_from(["xlm-r", "zero shot", "mT5", "transfer", "über"]), min_size=1, max_size=3, unique=True)


@given(st.lists(phrases, min_size=1, max_size=3))
def test_a_query_that_is_written_is_read_again(groups: list[list[str]]):
    made = tuple(tuple(group) for group in groups)
    assert terms.parse(terms.written(made)) == made


def test_each_database_gets_the_query_in_its_own_language():
    asked = plan.Plan("x", "?", (("intermediate training", "STILTs"), ("XLM-R",)), years=(2019, 2024), languages=("en", "fr"))
    written = {name: (one.ask(asked).query, dict(one.ask(asked).filters)) for name, one in databases.ALL.items()}
    assert written == {
        "arxiv": (
            '(all:"intermediate training" OR all:STILTs) AND all:"XLM-R" AND submittedDate:[201901010000 TO 202412312359]', {},
        ),
        "semanticscholar": ('("intermediate training" | STILTs) + "XLM-R"', {"year": "2019-2024", "sort": "citationCount:desc"}),
        "openalex": ('("intermediate training" OR STILTs) AND "XLM-R"', {"filter": "publication_year:2019-2024,language:en|fr"}),
        "acl": ('("intermediate training" OR STILTs) AND "XLM-R"', {}),
    }  # fmt: skip
    ranked = plan.Plan("x", "?", (("intermediate", "XLM-R"),), ranked=True)
    assert databases.ALL["semanticscholar"].ask(ranked).query == "intermediate XLM R"


# ---- the question file


def question(tmp_path, text: str) -> Question:
    path = tmp_path / "asked.toml"
    path.write_text(text)
    return questions.read(path)


def test_the_search_table_is_the_plan(tmp_path):
    made = plan.of_question(question(tmp_path, TABLE), databases.ALL)
    assert made.groups == (("intermediate training", "adapter stacking"), ("XLM-R",)) and made.years == (2018, 2023)
    assert made.exclude == (plan.Wanted(("survey",), "reports no experiments of its own"),)
    said = [one.says for one in criteria.of_plan(made)]
    assert "has not 'survey' in title or abstract (reports no experiments of its own)" in said


def test_without_a_table_the_questions_own_words_are_asked_for(tmp_path):
    made = plan.of_question(question(tmp_path, 'question = "Does the order of tasks change what mT5 transfers?"'), databases.ALL)
    assert made.groups == (("order", "task", "change", "mt5", "transfer"),) and made.ranked and made.least > 0


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("term = []", "unknown field 'term'; did you mean terms"),
        ("years = [2018]", "no field terms"),
        ("terms = []", "an empty list finds nothing"),
        ("terms = [[]]", "an empty list of phrases"),
        ('terms = ["..."]', "has no letters"),
        ('terms = ["a"]\nquery = "b"', "keep one of them"),
        ('query = "a NOT b"', "exclusions belong into"),
        ('terms = ["a"]\nyears = [2024, 2018]', "is not [first, last]"),
        ('terms = ["a"]\nleast = 2', "not a number from 0 to 1"),
        ('terms = ["a"]\nlimit = 0', "not a number from 1"),
        ('terms = ["a"]\ndatabases = ["arxif"]', "did you mean arxiv"),
        ('terms = ["a"]\nexclude = [{ all = ["x"] }]', "unknown field 'all'"),
        ('terms = ["a"]\ndecisions = [{ id = "2104.08645", keep = false }]', "is not { id ="),
        ('terms = ["a"]\ndecisions = [{ id = "no id!", keep = false, why = "x" }]', "is no id of a paper"),
    ],
)
def test_a_wrong_search_table_is_named_with_its_field(tmp_path, table: str, says: str):
    with pytest.raises(Problem) as raised:
        plan.of_question(question(tmp_path, f'question = "What?"\n[search]\n{table}'), databases.ALL)
    assert "asked.toml: [search]" in str(raised.value) or "query 'a NOT b'" in str(raised.value)
    assert says in str(raised.value)


# ---- what the databases send


@pytest.mark.parametrize(
    ("comment", "withdrawn"),
    [
        ("This paper has been withdrawn by the author due to a crucial error", True),
        ("Withdrawn due to an error in Table 2", True),
        ("This submission has been withdrawn by arXiv administrators", True),
        ("9 pages; the money withdrawn in Section 3 is fictional", False),
        ("Code at a link. Version 2 corrects Table 3", False),
    ],
)
def test_a_withdrawal_is_told_by_its_words(comment: str, withdrawn: bool):
    assert bool(arxiv.withdrawal(comment)) == withdrawn


def test_the_anthologys_bibtex_is_read_with_its_accents_braces_and_quotes():
    text = """% header
@proceedings{volume-2020,
    title = "Proceedings of It",
    url = "https://aclanthology.org/2020.acl-main.0/"
}
@inproceedings{dvorak-etal-2020-zero,
    title = "{Z}ero-Shot {\\textquotedblleft}Transfer{\\textquotedblright} for {I}celandic",
    author = "Dvo{\\v{r}}{\\'a}k, Anton{\\'\\i}n  and
      M{\\"u}ller, J. and O'Neil, B.",
    month = jul,
    year = "2020",
    url = "https://aclanthology.org/2020.acl-main.447/",
    doi = "10.18653/v1/2020.acl-main.447",
    abstract = "It rises by 8.2{\\%}, a "quoted" word included."
}
"""
    found = [one for block in acl._entries(text) if (one := acl._paper(block))]
    assert [one.id for one in found] == ["2020.acl-main.447"] and found[0].date == "2020-07"
    assert found[0].authors == ("Antonín Dvořák", "J. Müller", "B. O'Neil")
    assert (
        found[0].title == "Zero-Shot Transfer for Icelandic"
        and found[0].abstract == 'It rises by 8.2%, a "quoted" word included.'
    )


# ---- the command


@pytest.fixture
def searched(tmp_path, monkeypatch, capsys):
    """Search with these options against a server with these faults: (exit code, JSON, lines of the record, stderr, server)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "asked.toml").write_text(TABLE)

    def run(*options: str, faults: Faults | None = None, broken: str = ""):
        with serve(faults=faults) as here:
            for name, value in {**here.environment, "SYNTH_INTERVAL": "0.001"}.items():
                monkeypatch.setenv(name, value)
            if broken:
                monkeypatch.setenv(f"SYNTH_{broken.upper()}_URL", "http://127.0.0.1:9")
            code = main(["search", *(options or ("asked.toml",)), "--json", "--deadline", "5"])
        said = capsys.readouterr()
        data = json.loads(said.out)
        with open(data["record"], encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return code, data, rows, said.err, here

    return run


def expected() -> set[str]:
    """The titles of the works that meet TABLE's query and criteria."""
    found = set()
    for work in WORKS:
        text = f"{work.title} {work.abstract}".lower()
        asked = ("intermediate training" in text or "adapter stacking" in text) and "xlm-r" in text
        fits = ("zero-shot" in text or "low-resource" in text) and "survey" not in text
        stands = not work.retracted and not work.withdrawn
        if asked and fits and stands and 2018 <= work.year <= 2023 and work.language == "en":
            found.add(re.sub(r"\W", "", work.title.lower()))
    return found


def test_a_search_finds_the_works_that_fit_and_each_once(searched):
    code, data, *_ = searched()
    assert code == DONE and {one["outcome"] for one in data["databases"]} == {"complete"}
    kept = [re.sub(r"\W", "", one["title"].lower()) for one in data["studies"] if one["outcome"] != "excluded"]
    assert sorted(kept) == sorted(expected()) and len(kept) > 10
    counts = data["counts"]
    assert counts["duplicates"] > counts["screened"] / 2, "most are told of by several databases"
    assert len({one["title"].lower().replace("\u2010", "-") for one in data["studies"]}) == len(data["studies"]), (
        "and none stands twice"
    )
    assert all(len(one["words"]) and 0 < one["relevance"] < 1 for one in data["studies"])
    assert (ElementTree.parse("out/asked/flow.svg").getroot().tag).endswith("svg")


def test_every_query_page_and_id_is_on_record(searched, monkeypatch):
    monkeypatch.setenv("OPENALEX_API_KEY", "hush-hush")
    _, data, rows, err, here = searched("--query", "XLM-R", "--limit", "150")
    pages = [row for row in rows if row["kind"] == "query"]
    assert {row["database"] for row in pages} == set(databases.ALL)
    for row in pages:
        assert row["query"] and row["when"].startswith("20") and row["url"].startswith("http://127.0.0.1") and row["page"] >= 1
    for name in databases.ALL:
        mine = [row for row in pages if row["database"] == name]
        (outcome,) = [row for row in rows if row["kind"] == "outcome" and row["database"] == name]
        assert sum(len(row["ids"]) for row in mine) == outcome["records"] == min(outcome["total"], 150)
        assert outcome["outcome"] == ("cut at the limit" if outcome["total"] > 150 else "complete")
    assert len([row for row in pages if row["database"] == "arxiv"]) == 2, "a hundred and then fifty"
    assert here.keys["hush-hush"] == 2 and "hush" not in json.dumps(rows) + json.dumps(data) + err
    assert rows[0]["kind"] == "search" and rows[-1]["kind"] == "counts"


@pytest.mark.parametrize("broken", list(databases.ALL))
def test_a_database_that_is_down_is_an_outcome_and_no_failure(searched, broken: str):
    code, data, _, err, _ = searched(broken=broken)
    said = {one["database"]: one for one in data["databases"]}
    assert code == DONE and said[broken]["outcome"] == "no answer" and said[broken]["trouble"]["kind"] == "unreachable"
    assert {one["outcome"] for name, one in said.items() if name != broken} == {"complete"}
    assert "127.0.0.1:9 cannot be reached: connection refused" in err


@pytest.mark.parametrize(
    ("faults", "kind"),
    [
        (Faults({"429": 1}, retry_after="900"), "limited"),
        (Faults({"page": 1}), "page"),
        (Faults({"503": 1}), "down"),
        (Faults({"short": 1}), "damaged"),
    ],
)
def test_when_no_database_answers_the_record_says_why(searched, faults: Faults, kind: str):
    code, data, _, err, _ = searched(faults=faults)
    assert code == FAILED and {one["trouble"]["kind"] for one in data["databases"]} == {kind}
    assert data["counts"]["screened"] == 0 and "no database answered" in err


def test_a_database_that_fails_in_the_middle_keeps_what_it_gave(searched):
    second = "/works?search=%22XLM-R%22&per_page=100&page=2"
    code, data, *_ = searched("--query", "XLM-R", "--databases", "openalex", faults=Faults({"503": 1}, only=second))
    (one,) = data["databases"]
    assert code == DONE and (one["outcome"], one["records"], one["trouble"]["status"]) == ("partial", 100, 503)


def test_through_faults_that_pass_the_same_is_found(searched):
    whole = searched()[1]
    spoilt = searched(faults=Faults({"503": 0.2, "cut": 0.2, "drop": 0.1, "429-plain": 0.1, "short": 0.1}))[1]
    ports = re.compile(r"127\.0\.0\.1:\d+")
    assert spoilt["counts"] == whole["counts"]
    assert ports.sub("here", json.dumps(spoilt["studies"])) == ports.sub("here", json.dumps(whole["studies"]))


def test_an_earlier_record_is_moved_aside_and_the_flow_follows_the_fetching(searched, tmp_path, capsys, monkeypatch):
    first = searched()[1]
    assert len(list((tmp_path / "out" / "asked").glob("search*.jsonl"))) == 1
    searched()
    assert len(list((tmp_path / "out" / "asked").glob("search*.jsonl"))) == 2, "nothing is overwritten"
    with serve() as here:
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        code = main(["fetch", "asked.toml", "--papers", "papers"])
    said = capsys.readouterr()
    assert code == FAILED and "2005.13013v2: arXiv has no paper 2005.13013" in said.err, "what is cited does not exist here"
    sought, got = first["counts"]["sought"], said.out.count("  fetched  ")
    picture = "".join(ElementTree.parse("out/asked/flow.svg").getroot().itertext())
    assert 0 < got < sought and f"Papers retrieved: {got}" in picture and f"Not retrieved: {sought - got}" in picture
    assert "not fetched yet" not in picture


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "search what?"),
        (["asked.toml", "--query", "x"], "search what?"),
        (["nowhere.toml"], "no such question file"),
        (["--query", "(a OR"], "ends in the middle"),
        (["--query", "x", "--databases", "arxif"], "did you mean arxiv"),
        (["--query", "x", "--limit", "0"], "wanted a number from 1"),
        (["--query", "x", "--out", "asked.toml"], "asked.toml"),
    ],
)
def test_a_search_that_cannot_be_meant_is_one_line(options: list[str], says: str, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "asked.toml").write_text(TABLE)
    assert main(["search", *options]) != DONE
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and says in lines[0]


def test_a_file_that_is_no_record_is_not_moved_away(searched, tmp_path, capsys):
    mine = tmp_path / "out" / "asked" / "search.jsonl"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n")
    assert (
        main(["search", "asked.toml", "--databases", "acl", "--base", "acl=http://127.0.0.1:9", "--interval", "0"]) == BAD_INPUT
    )
    assert "this is no record of a search" in capsys.readouterr().err and mine.read_text() == "mine\n"
