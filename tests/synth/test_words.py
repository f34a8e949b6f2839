"""The source's words: what supports a claim, what refutes it, and what never does. Laws of 5.4 of the facts on claims."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.checks.hand import Hand
from synth.evidence import index
from synth.words.answers import OPEN, REFUTES, SUPPORTS, WIDER
from synth.words.compare import compare
from synth.words.opposites import opposite
from synth.words.said import said, stated

from . import worded
from .worded import PAPER, SUPPORTED, shelf, verdict


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    with worded.read_here(tmp_path_factory.mktemp("cache")):
        yield worded.at_hand(tmp_path_factory.mktemp("papers"))


# --- one statement against another


@pytest.mark.parametrize(
    ("claim", "passage", "expected"),
    [
        ("SQuAD raises the average by 8.2 points.", "SQuAD improves the average by 8.2 points.", SUPPORTS),
        ("SQuAD raises the average by 8.2 points.", "The average is 8.2 points higher with SQuAD.", SUPPORTS),
        ("SQuAD raises the average by 8 points.", "SQuAD improves the average by 8.2 points.", SUPPORTS),
        ("SQuAD raises the average by 8.20 points.", "SQuAD improves the average by 8.2 points.", REFUTES),
        ("SQuAD raises the average by 8.3 points.", "SQuAD improves the average by 8.2 points.", REFUTES),
        ("SQuAD lowers the average by 8.2 points.", "SQuAD improves the average by 8.2 points.", REFUTES),
        ("SQuAD does not raise the average.", "SQuAD improves the average.", REFUTES),
        ("MNLI raises the average by 8.2 points.", "SQuAD improves the average by 8.2 points.", OPEN),
        ("SQuAD raises F1 on XQuAD.", "SQuAD improves accuracy on XNLI.", OPEN),
        ("SQuAD raises the average by 8.2 points.", "SQuAD improves the average.", OPEN),
        ("SQuAD raises the average by 8.3 points.", "SQuAD and MNLI improve the average by 8.2 points.", OPEN),
        ("BERT outperforms XLNet.", "XLNet is outperformed by BERT.", SUPPORTS),
        ("BERT outperforms XLNet.", "XLNet outperforms BERT.", REFUTES),
        ("BERT is better than XLNet.", "XLNet is worse than BERT.", SUPPORTS),
        ("XLNet underperforms BERT.", "BERT outperforms XLNet.", SUPPORTS),
        ("BERT helps all languages.", "BERT helps most languages.", WIDER),
        ("BERT helps all four languages.", "BERT helps every one of the four languages.", SUPPORTS),
        ("BERT helps some languages.", "BERT helps most languages.", SUPPORTS),
        ("BERT helps no language.", "BERT helps all languages.", REFUTES),
        ("BERT helps retrieval.", "BERT may help retrieval.", WIDER),
        ("BERT may help retrieval.", "BERT helps retrieval.", SUPPORTS),
        ("BERT helps retrieval.", "Does BERT help retrieval?", OPEN),
        ("BERT helps retrieval.", "We ask whether BERT helps retrieval.", OPEN),
        ("It covers more than 40 languages.", "It covers 50 languages.", SUPPORTS),
        ("It covers 40 languages.", "It covers more than 40 languages.", OPEN),
        ("Annotation is faster with hints.", "Annotation is slower with hints.", OPEN),
        ("The parser depends on hints.", "The parser is independent of hints.", OPEN),
        ("The PDFs are parsed with GROBID.", "GROBID parses the PDF files.", SUPPORTS),
    ],
)
def test_a_statement_against_another(claim, passage, expected):
    found = compare(said(claim), said(passage), lambda term: 1.0)
    assert (found.says, bool(found.why)) == (expected, expected != SUPPORTS)


def test_words_that_exclude_each_other():
    assert opposite("fast", "slow") and opposite("depend", "independ") and opposite("supervis", "unsupervis")
    assert not opposite("fast", "fast") and not opposite("port", "import_") and not opposite("task", "languag")


def test_who_says_it_is_no_part_of_what_is_said():
    assert stated("According to the paper, BERT helps.") == stated("We find that BERT helps.") == "BERT helps."
    assert stated("The paper is short.") == "The paper is short."


# --- a claim against a paper


@pytest.mark.parametrize("text", SUPPORTED)
def test_what_the_paper_says_is_supported_with_its_place(hand, text):
    found = verdict(text, hand)
    assert found.verdict == "supported"
    (evidence,) = found.evidence
    printed = PAPER[PAPER.index(" ".join(evidence.value.split()[:3])) :]
    assert " ".join(printed.split()).startswith(evidence.value)
    assert evidence.origin == "paper:2005.13013v1.txt" and evidence.page == 1 and evidence.end > evidence.start
    assert evidence.sha256 == hand.index.papers[0].sha256


def test_the_paper_supports_its_own_sentences(hand):
    own = [one for one in hand.index.find("2005.13013v1") if one.label in ("abstract", "body") and not one.text.endswith("?")]
    assert [one.text for one in own if verdict(one.text, hand).verdict != "supported"] == []


def test_a_part_that_does_not_stand_there_is_named(hand):
    found = verdict("XNLI does not benefit from intermediate training, whereas F1 on TyDiQA improves by 5.2 points.", hand)
    assert found.verdict == "partly"
    assert [one["verdict"] for one in found.data["statements"]] == ["supported", "refuted"]
    assert "4.2 points" in found.line and "5.2 points" in found.line


def test_what_lacks_is_listed(hand):
    found = verdict("Intermediate training on SQuAD raises the average of dialects by 8.3 points.", hand)
    assert found.verdict == "not enough information" and "dialects" in found.line
    assert found.data["statements"][0]["missing"] == ["dialects"]


def test_this_points_back_to_the_sentence_before(hand):
    assert verdict("The corpus of dialogues is small.", hand).verdict == "supported"
    assert verdict("The small corpus holds 512 dialogues.", hand).verdict == "supported"
    assert verdict("The large corpus holds 512 dialogues.", hand).verdict != "supported"


def test_wider_than_the_source_is_partly_supported(hand):
    assert verdict("HellaSwag outperforms CosmosQA on all target tasks.", hand).verdict == "partly"
    assert verdict("Longer training helps the retrieval tasks.", hand).verdict == "partly"


@pytest.mark.parametrize("text", ["QQP raises accuracy on PAWS-X by 9.9 points.", "CommonsenseQA improves XCOPA by 3.3 points."])
def test_what_only_others_say_supports_nothing(hand, text):
    found = verdict(text, hand)
    assert found.verdict == "not enough information" and "others' words" in found.line


def test_a_claim_that_is_cut_is_partly_supported_at_best(hand):
    found = verdict("Intermediate training on SQuAD raises the average by 8.3 poi", hand, cut=True)
    assert found.verdict == "partly" and "cut off" in found.line
    assert verdict("Intermediate training on SQuAD raises the average by 8.4 poi", hand, cut=True).verdict == "refuted"


# --- sources


def test_without_a_source_there_is_a_reason_and_no_score(hand, tmp_path):
    for where in (Hand(), Hand(index=index.open(tmp_path))):
        found = verdict(SUPPORTED[0], where, "2104.07412v2")
        assert (found.verdict, found.line) == ("not enough information", "not enough information: run synth fetch 2104.07412v2")
    assert "not among the papers" in verdict(SUPPORTED[0], hand, "nowhere.pdf").line


def test_another_version_is_shown_and_decides_nothing(hand):
    found = verdict(SUPPORTED[0], hand, "2005.13013v2")
    assert found.verdict == "other version" and found.line.startswith("not enough information: run synth fetch 2005.13013v2")
    assert found.data["other_version"] == {"paper": "2005.13013v1.txt", "verdict": "supported"} and found.evidence
    assert verdict("Nothing of the kind stands anywhere.", hand, "2005.13013v2").verdict == "not enough information"


def test_unrelated_papers_and_their_order_change_nothing(hand, tmp_path):
    alone = {text: verdict(text, hand) for text in SUPPORTED}
    texts = {
        f"{letter}__txt": f"{PAPER[:60]}\nSQuAD and HellaSwag lower the average by {n} points.\n"
        for n, letter in enumerate("azm")
    }
    many = shelf(tmp_path, **texts, **{"2005": "Nothing."}, **{"2005__13013v1__txt": PAPER})
    for text, found in alone.items():
        again = verdict(text, many)
        assert (again.verdict, again.line, again.data) == (found.verdict, found.line, found.data)


@pytest.mark.parametrize("cited", [" (2005.13013v1)", " [arXiv:2005.13013v1]", " (arXiv 2005.13013)"])
def test_the_number_of_the_cited_paper_is_no_word_of_the_claim(hand, cited):
    said = SUPPORTED[0].removesuffix(".")
    assert verdict(f"{said}{cited}.", hand).verdict == "supported"
    assert verdict(f"{said} (2104.07412v2).", hand).verdict != "supported", "another paper's number is left where it stands"


def test_without_a_cited_paper_any_paper_may_say_it(hand):
    assert verdict(SUPPORTED[0], hand, "").verdict == "supported"


@pytest.mark.parametrize("text", ["", " \x00\x1b[31m ", "?!", "8.3", "x" * 10_000, "SQuAD " * 2_000])
def test_what_is_no_claim_is_said_to_be_none(hand, text):
    found = verdict(text, hand)
    assert found.verdict == "not enough information" and found.line


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80))
def test_any_text_gets_a_verdict(hand, text):
    found = verdict(text, hand)
    assert found.verdict in ("supported", "refuted", "partly", "not enough information") and found.line
    assert found.verdict != "supported" or said(text).things


# --- laws


@settings(max_examples=80, deadline=None)
@given(text=st.sampled_from(SUPPORTED), data=st.data())
def test_a_flipped_digit_is_never_supported(hand, text, data):
    places = [match.start() for match in re.finditer(r"(?<![\w-])\d[\d.]*", text)]
    if places:
        digits = [
            place for start in places for place in range(start, len(text)) if text[start : place + 1].replace(".", "").isdigit()
        ]
        place = data.draw(st.sampled_from([place for place in digits if text[place].isdigit()]))
        digit = data.draw(st.sampled_from([one for one in "0123456789" if one != text[place]]))
        flipped = text[:place] + digit + text[place + 1 :]
        found = verdict(flipped, hand)
        assert found.verdict in ("refuted", "not enough information"), flipped


DENIALS = (
    (r"\braises\b", "does not raise"), (r"\byields\b", "does not yield"), (r"\bdoes not\b", "does"),
    (r"\bis evaluated\b", "is not evaluated"),
    (r"\bimproves\b", "does not improve"), (r"\bfalls\b", "does not fall"), (r"\bgains more\b", "does not gain more"),
    (r"^", "It is not true that "),
)  # fmt: skip
TURNS = (
    (r"\braises\b", "lowers"), (r"\bgains of\b", "losses of"), (r"\bimproves\b", "worsens"), (r"\bfalls\b", "rises"),
    (r"\bmore than\b", "less than"), (r"^BUCC gains more than Tatoeba", "Tatoeba gains more than BUCC"),
)  # fmt: skip


@pytest.mark.parametrize("text", SUPPORTED)
def test_a_denied_or_turned_claim_is_never_supported(hand, text):
    made = [re.sub(pattern, new, text, count=1) for pattern, new in (*DENIALS, *TURNS) if re.search(pattern, text)]
    assert len(made) > 1
    assert [one for one in made if verdict(one, hand).verdict == "supported"] == []


NEUTRAL = ("According to the paper, ", "We find that ", "In this work, ", "The authors report that ", "The results show that ")


@pytest.mark.parametrize("text", [*SUPPORTED, "Intermediate training on SQuAD raises the average by 8.4 points."])
def test_neutral_words_change_no_verdict(hand, text):
    plain = verdict(text, hand).verdict
    inner = text if text.split()[0].isupper() or text.startswith(("XLM", "BUCC", "XNLI")) else text[:1].lower() + text[1:]
    assert {verdict(frame + inner, hand).verdict for frame in NEUTRAL} == {plain}


def test_a_claim_with_the_name_of_another_task_metric_or_set_is_not_supported(hand):
    for text, one, other in (
        (SUPPORTED[0], "SQuAD", "MNLI"), (SUPPORTED[1], "HellaSwag", "CCG"), (SUPPORTED[4], "F1", "accuracy"),
        (SUPPORTED[5], "PAWS-X", "TyDiQA"), (SUPPORTED[3], "XLM-R Large", "mBERT"), (SUPPORTED[3], "languages", "tasks"),
    ):  # fmt: skip
        assert verdict(text.replace(one, other), hand).verdict in ("refuted", "not enough information")
