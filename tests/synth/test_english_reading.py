"""Assertions read out of English. What is not understood is listed with its reason; nothing is guessed."""

from __future__ import annotations

import itertools
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.english.atoms import atoms
from synth.english.reading import read
from synth.records import Assertion

LARGE, MBERT = "FacebookAI/xlm-roberta-large", "google-bert/bert-base-multilingual-cased"
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"


def said(text: str) -> list[str]:
    """Assertions as 'kind field=value ...', defaults left out."""
    plain = Assertion("")
    made = []
    for one in read(text).asserts:
        given_fields = [(field.name, getattr(one, field.name)) for field in fields(one) if field.name != "kind"]
        told = [f"{name}={value}" for name, value in given_fields if value != getattr(plain, name)]
        made.append(" ".join([one.kind, *told]))
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # gains
        ("Training on SQuAD raises the average by 8.2 points.", ["gain intermediate=squad1 value=8.2"]),
        ("MNLI improves XNLI by 1.2 points over no intermediate training.", ["gain intermediate=mnli target=xnli value=1.2"]),
        ("We find that MNLI raises PAWS-X by 1.2 points.", ["gain intermediate=mnli target=pawsx value=1.2"]),
        # what a training gives is a gain
        ("Training on Cosmos QA gives 3.8 exact match points on TyDiQA.",
         ["gain intermediate=cosmosqa target=tydiqa metric=em value=3.8"]),
        ("SQuAD yields 5.6 F1 points on TyDiQA.", ["gain intermediate=squad1 target=tydiqa metric=f1 value=5.6"]),
        ("ANLI+ adds 49.8 points on Tatoeba.", ["gain intermediate=anli+ target=tatoeba value=49.8"]),
        ("MNLI brings 20.1 points on BUCC over SQuAD.", ["gain intermediate=mnli target=bucc2018 over=squad1 value=20.1"]),
        ("SQuAD yields 79.2 accuracy on XNLI.", ["level intermediate=squad1 target=xnli value=79.2"]),
        # a metric belongs to the tasks that have it
        ("SQuAD improves PAWS-X by 0.7 and XQuAD by 1.1 F1 points.",
         ["gain intermediate=squad1 target=pawsx value=0.7", "gain intermediate=squad1 target=xquad metric=f1 value=1.1"]),
        # MLM that is added is over the same training without
        ("Adding MLM to SQuAD training improves the average.", ["greater intermediate=squad1 mlm=True rival=squad1"]),
        ("Adding MLM to SQuAD hurts XNLI.", ["greater intermediate=squad1 target=xnli rival=squad1 rival_mlm=True"]),
        # above every other one is the best
        ("HellaSwag is better than every other intermediate task on BUCC.", ["best intermediate=hellaswag target=bucc2018"]),
        ("HellaSwag outperforms all other tasks on BUCC.", ["best intermediate=hellaswag target=bucc2018"]),
        # the baseline of one's own, however it is called
        ("SQuAD outperforms the XLM-R Large baseline by 8.3 points.", ["gain intermediate=squad1 value=8.3"]),
        ("Training on SQuAD alone gains 8.3 points over no intermediate training.", ["gain intermediate=squad1 value=8.3"]),
        ("CCG hurts XQuAD by 2.1 points.", ["gain intermediate=ccg target=xquad value=-2.1"]),
        ("SQuAD beats MNLI by 0.7 points on average.", ["gain intermediate=squad1 over=mnli value=0.7"]),
        ("SQuAD v2.0 gains up to 3.5 points on MLQA.",
         ["gain intermediate=squad2 target=mlqa value=3.5 relation=at most",
          "gain intermediate=squad2 target=mlqa value=0 relation=at least"]),
        ("CCG hurts XNLI by at most 6 points.",
         ["gain intermediate=ccg target=xnli value=-6 relation=at least",
          "gain intermediate=ccg target=xnli value=0 relation=at most"]),
        ("CCG hurts XNLI by at least 2 points.", ["gain intermediate=ccg target=xnli value=-2 relation=at most"]),
        ("MNLI improves BUCC by 3 to 5 points.",
         ["gain intermediate=mnli target=bucc2018 value=3 relation=at least",
          "gain intermediate=mnli target=bucc2018 value=5 relation=at most"]),
        ("Training on MNLI with MLM improves Tatoeba by 12.5 points.",
         ["gain intermediate=mnli target=tatoeba mlm=True value=12.5"]),
        ("With LoRA, SQuAD improves the average by 3.1 points on the dev set.",
         ["gain intermediate=squad1 split=dev value=3.1 method=lora"]),
        ("German MNLI as intermediate task improves XNLI by 2 points.",
         ["gain intermediate=mnli target=xnli value=2 intermediate_languages=de"]),
        ("MNLI improves XNLI in Swahili by 2.3 points.", ["gain intermediate=mnli target=xnli language=sw value=2.3"]),
        ("The best models for each target task improve the test scores by 5.4 points.",
         ["gain intermediate=best split=test chosen=best per target on dev value=5.4"]),
        ("SQuAD improves the average excluding retrieval by 4.2 points.",
         ["gain intermediate=squad1 target=average-without-retrieval value=4.2"]),
        ("XLM-R Large improves over mBERT by 13.8 points on XNLI.",
         [f"gain intermediate=baseline target=xnli over_model={MBERT} value=13.8 model={LARGE}"]),
        ("Training on all nine tasks at once raises the average by 8.7 points.", ["gain intermediate=multi value=8.7"]),
        ("The mean gain on XNLI is 1.2 points for MNLI.", ["gain intermediate=mnli target=xnli value=1.2"]),
        ("MNLI yields a mean gain of 5.4 points over all nine target tasks.", ["gain intermediate=mnli value=5.4"]),
        ("On the dev sets, exact match on MLQA falls by 1.7 points after training on all nine tasks together.",
         ["gain intermediate=multi target=mlqa metric=em split=dev value=-1.7"]),
        ("CCG is outperformed by SQuAD by 2.1 points on XNLI.", ["gain intermediate=squad1 target=xnli over=ccg value=2.1"]),
        ("XNLI is improved by 1.2 points by MNLI.", ["gain intermediate=mnli target=xnli value=1.2"]),
        # levels
        ("XLM-R Large reaches 79.2 accuracy on XNLI.", [f"level intermediate=baseline target=xnli value=79.2 model={LARGE}"]),
        ("Intermediate training on MNLI yields an F1 of 65.4 on TyDiQA.",
         ["level intermediate=mnli target=tydiqa metric=f1 value=65.4"]),
        ("Training on SQuAD raises BUCC from 70.1 to 78.3.",
         ["level intermediate=baseline target=bucc2018 value=70.1", "level intermediate=squad1 target=bucc2018 value=78.3"]),
        ("CCG lowers XNLI from 70.1% to 68.0% (-2.1%).",  # the difference of both, so it is in points
         ["level intermediate=baseline target=xnli value=70.1", "level intermediate=ccg target=xnli value=68.0",
          "gain intermediate=ccg target=xnli value=-2.1"]),
        ("The baseline reaches 61.0 points of accuracy on Tatoeba on the test sets.",
         ["level intermediate=baseline target=tatoeba split=test value=61.0"]),
        ("The baseline scores 76.1 F1 points on XQuAD.", ["level intermediate=baseline target=xquad metric=f1 value=76.1"]),
        ("SQuAD reaches an exact match of 60 points on MLQA, 4 points above the baseline.",
         ["level intermediate=squad1 target=mlqa metric=em value=60", "gain intermediate=squad1 target=mlqa metric=em value=4"]),
        ("SQuAD gains 3.1 points of F1 on XQuAD.", ["gain intermediate=squad1 target=xquad metric=f1 value=3.1"]),
        ("The baseline reaches 79.2% accuracy on XNLI.", ["level intermediate=baseline target=xnli value=79.2"]),
        ("Without intermediate training, F1 on MLQA is 70.1, whereas training on all tasks at once with MLM improves BUCC by 2.",
         ["level intermediate=baseline target=mlqa metric=f1 value=70.1",
          "gain intermediate=multi target=bucc2018 mlm=True value=2"]),
        # best, greater
        ("Multi-task training performs best on XTREME.", ["best intermediate=multi"]),
        ("Of SQuAD, MNLI and CCG, SQuAD performs best on MLQA.",
         ["best intermediate=squad1 target=mlqa among=('squad1', 'mnli', 'ccg')"]),
        ("Tatoeba benefits most from MNLI.", ["best intermediate=mnli target=tatoeba"]),
        ("MNLI outperforms SQuAD on XNLI.", ["greater intermediate=mnli target=xnli rival=squad1"]),
        ("SQuAD improves XNLI less than MNLI.", ["greater intermediate=mnli target=xnli rival=squad1"]),
        ("Of all intermediate tasks, MNLI improves XNLI the most.", ["best intermediate=mnli target=xnli"]),
        ("The paper finds that MNLI gives the best F1 on MLQA of all intermediate tasks.",
         ["best intermediate=mnli target=mlqa metric=f1"]),
        ("SQuAD outperforms CCG in exact match on MLQA.", ["greater intermediate=squad1 target=mlqa metric=em rival=ccg"]),
        ("The study shows that CCG with MLM is outperformed by training on SQuAD first in F1 on MLQA.",
         ["greater intermediate=squad1 target=mlqa metric=f1 rival=ccg rival_mlm=True"]),
        ("CCG was beaten on MLQA by training on all tasks at once.", ["greater intermediate=multi target=mlqa rival=ccg"]),
        ("SQuAD hurts BUCC.", ["greater intermediate=baseline target=bucc2018 rival=squad1"]),
        # in how many of a set
        ("All intermediate tasks improve BUCC.", ["sign target=bucc2018 across=intermediates quantifier=each"]),
        ("TyDiQA shows improvements with almost every intermediate task.",
         ["sign target=tydiqa across=intermediates quantifier=most"]),
        ("XNLI does not see benefits from intermediate training.", ["sign target=xnli across=intermediates quantifier=none"]),
        ("Most intermediate tasks hurt PAWS-X.", ["sign target=pawsx across=intermediates quantifier=most direction=down"]),
        ("Most intermediate tasks lower accuracy on PAWS-X.",
         ["sign target=pawsx metric=accuracy across=intermediates quantifier=most direction=down"]),
        ("SQuAD improves 8 of the 9 target tasks.", ["sign intermediate=squad1 across=targets quantifier=most"]),
        ("MNLI consistently improves results across all languages of PAN-X.",
         ["sign intermediate=mnli target=panx across=languages quantifier=each"]),
        ("Many intermediate tasks improve TyDiQA, while none of them helps XNLI.",
         ["sign target=tydiqa across=intermediates quantifier=most", "sign target=xnli across=intermediates quantifier=none"]),
        # counts, sizes, set-up
        ("We use nine intermediate tasks.", ["count value=nine about=stilts what=intermediate tasks"]),
        ("Nine English tasks are studied as intermediate tasks.", ["count value=nine about=stilts what=intermediate tasks"]),
        ("Experiments cover 9 target tasks.", ["count value=9 about=stilts what=target tasks"]),
        ("XTREME spans up to 40 languages.", ["count value=40 relation=at most about=xtreme what=languages"]),
        ("MNLI contains 392,702 training examples.", ["size value=392,702 about=mnli what=training examples"]),
        ("The training set of QQP contains 363,846 examples.", ["size value=363,846 about=qqp what=training examples"]),
        ("SQuAD v2.0 is a span extraction task sourced from Wikipedia.",
         ["setup value=span extraction about=squad2 what=kind", "setup value=Wikipedia about=squad2 what=genre"]),
        ("We use XLM-R Large as the starting point.", ["setup value=XLM-R Large about=stilts what=model"]),
        ("We use a learning rate of 3e-6.", ["setup value=3e-6 about=stilts what=learning rate"]),
    ],
)  # fmt: skip
def test_every_kind_is_read(text, expected):
    assert said(text) == expected
    assert expected[0].startswith("sign") or not read(text).unread


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Performance improves by 5.4 points.", "no single system is named"),
        ("SQuAD improves CoLA by 2 points.", "CoLA is no task that is known here"),
        ("SQuAD might improve XNLI by 3 points.", "hedged"),
        ("SQuAD does not improve XNLI by 3 points.", "negated"),
        ("SQuAD improves XNLI and PAWS-X by 3 points.", "one number for several targets"),
        ("SQuAD improves XNLI by 3%.", "a percentage may be points or a share of the old score"),
        ("SQuAD improves low-resource languages by 3 points.", "low-resource languages"),
        ("If trained long enough, SQuAD improves XNLI by 3 points.", "If trained long enough"),
        ("SQuAD improves all target tasks except XNLI.", "except XNLI"),
        ("MNLI reduces the gap to English by 3 points.", "less of it may be better"),
        ("Unlike MNLI, SQuAD improves XNLI by 3 points.", "no single system is named"),
        ("Does SQuAD improve XNLI by 3 points?", "a question"),
        ("Intermediate training improves transfer.", "it names no single system, or not for how many it holds"),
        ("SQuAD improves XNLI by 3 points once and 2 points twice.", "one of several numbers for the same thing"),
        ("The correlation of MNLI with XNLI is 0.9.", "not clear"),
        ("SQuAD improves XNLI as much as MNLI.", "it names no single system, or not for how many it holds"),
        ("Training on SQuAD and MNLI improves XNLI.", "it names no single system, or not for how many it holds"),
        ("MNLI gains 7.5 points, 0.7 less than SQuAD.", "which of its numbers is over what is not clear"),
        ("HellaSwag gives the worst accuracy on XNLI of all intermediate tasks.", "it names no single system"),
        ("HellaSwag performs worst on XNLI.", "it names no single system"),
        ("HellaSwag is the worst intermediate task for XNLI.", "it names no single system"),
        ("HellaSwag lowers XNLI the most of all intermediate tasks.", "it names no single system"),
        ("HellaSwag gives the largest drop on XNLI of all intermediate tasks.", "it names no single system"),
        ("HellaSwag helps XNLI best of all intermediate tasks.", "it names no single system"),
        ("CCG is outperformed by 2.1 points on XNLI.", "what outperforms it is not clear"),
        ("CCG is outperformed by SQuAD and MNLI on XNLI.", "it names no single system"),
        ("CCG is not outperformed by SQuAD on XNLI.", "it names no single system"),
        ("CCG is outperformed by SQuAD on XNLI when trained on German data.", "it names no single system"),
        ("CCG is outperformed by mBERT on XNLI.", "it names no single system"),
        ("CCG might be outperformed by SQuAD on XNLI.", "hedged"),
        ("SQuAD outperforms CCG and QQP on XNLI.", "it names no single system"),
        ("SQuAD outperforms CCG in F1 and exact match on MLQA.", "it names no single system"),
        ("SQuAD has 3.1 points of accuracy more than MNLI on XNLI.", "what it measures is not said"),
        ("SQuAD reaches 3.1 points of accuracy on XNLI over MNLI.", "what it measures is not said"),
        ("We sweep a learning rate of 1e-5, 2e-5 or 3e-5.", "one of several values of the learning rate"),
        # words that no field of an assertion holds
        ("SQuAD gains 8.3 points over the published XTREME baseline.", "not clear: 'the published XTREME baseline'"),
        ("SQuAD gains 8.3 points over the best published result.", "what it is over is not named"),
        ("SQuAD outperforms the baseline reported by Hu et al. on XNLI.", "compared with is not clear"),
        ("SQuAD is 8.3 points above MNLI on XNLI.", "not clear: 'above MNLI on XNLI'"),
        ("Training on SQuAD last gains 8.3 points.", "no field for 'last'"),
        ("Training on SQuAD after the target task gains 8.3 points.", "no field for 'after the target task'"),
        ("Training on half of SQuAD gains 8.3 points.", "no field for 'half of'"),
        ("Training on SQuAD for one epoch gains 8.3 points.", "no field for 'for one epoch'"),
        ("Adding SQuAD to MNLI improves XNLI.", "no field for 'Adding SQuAD to MNLI'"),
        ("Only SQuAD improves XNLI.", "no field for 'Only SQuAD'"),
        ("Only training on SQuAD improves XNLI.", "no field for 'Only'"),
        ("SQuAD alone improves XNLI.", "no field for 'SQuAD alone'"),
        ("SQuAD is the only task that improves XNLI.", "no field for 'the only task'"),
        ("SQuAD yields 73.5 points on average.", "a gain or the score itself"),
        ("SQuAD yields 31.0 points of accuracy on Tatoeba.", "a gain or the score itself"),
        ("SQuAD improves PAWS-X by 0.7 F1 points.", "PAWS-X is not measured by f1"),
        ("Adding MLM to SQuAD improves XNLI by 0.4 points.", "over the same training without it"),
        ("HellaSwag is better than every other model on BUCC.", "it names no single system"),
        ("HellaSwag is worse than every other intermediate task on BUCC.", "it names no single system"),
    ],
)
def test_what_is_not_understood_is_said_and_not_guessed(text, why):
    reading = read(text)
    assert not reading.asserts
    assert any(why in one for one in reading.unread), reading.unread


def test_a_number_at_a_break_within_a_word_is_not_read():
    text = "Training on SQuAD improves the average by 8"
    assert read(text).asserts and not read(text, broken=True).asserts
    assert "stops in the middle" in read(text, broken=True).unread[0]


@pytest.mark.parametrize(
    "text",
    [
        "Intermediate-task training on SQuAD, MNLI and CCG yields gains of 8.2, 7.5 and 7.0 points on the dev set.",
        "TyDiQA improves with all intermediate tasks, whereas no intermediate task helps XNLI.",
        "MNLI, which contains 392,702 training examples, improves XNLI by 1.2 points but hurts BUCC.",
    ],
)
def test_a_claim_asserts_what_its_statements_assert(text):
    apart = [one for atom in atoms(text) for one in read(atom.text).asserts]
    assert len(atoms(text)) > 1 and list(read(text).asserts) == apart


RIVALS = ("SQuAD v1.1", "training on MNLI first", "CCG with MLM", "the baseline", "training on all tasks at once")


@pytest.mark.parametrize(("above", "below"), list(itertools.permutations(RIVALS, 2)))
def test_the_passive_says_what_the_active_says(above, below):
    active = f"The paper shows that {above} outperforms {below} in F1 on MLQA."
    passive = f"The paper shows that {below} is outperformed by {above} in F1 on MLQA."
    (one,) = read(active).asserts
    assert read(passive).asserts == (one,)
    assert (one.kind, one.target, one.metric) == ("greater", "mlqa", "f1") and one.intermediate != one.rival


@settings(max_examples=25)
@given(
    st.sampled_from(["SQuAD", "MNLI", "CCG"]),
    st.sampled_from(["XNLI", "BUCC", "MLQA"]),
    st.integers(1, 400).map(lambda tenth: f"{tenth / 10:.1f}"),
    st.booleans(),
)
def test_a_gain_is_the_same_in_other_words(system, target, value, down):
    up = ["{s} improves {t} by {v} points.", "Training on {s} first raises {t} by {v} points over the baseline.",
          "Intermediate training on {s} yields a gain of {v} points on {t}."]  # fmt: skip
    worse = ["{s} hurts {t} by {v} points.", "Training on {s} lowers {t} by {v} points.", "On {t}, {s} drops by {v} points."]
    ways = [read(way.format(s=system, t=target, v=value)).asserts for way in (worse if down else up)]
    assert len(ways[0]) == 1 and len(set(ways)) == 1
    assert ways[0][0].value == f"{'-' if down else ''}{value}"


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from("SQuAD MNLI XNLI improves by 8.2 points and , not than all tasks the on of from to is best ; (".split())
    )
)
def test_no_order_of_words_breaks_the_reading(words):
    """And nothing is asserted that no word of it says."""
    titles = {"squad1": "SQuAD", "mnli": "MNLI", "xnli": "XNLI"}
    for one in read(" ".join(words)).asserts:
        assert not one.value or (one.value.lstrip("-") == "8.2" and "8.2" in words)
        systems = {one.intermediate, one.target, one.rival, *one.among} & set(titles)
        assert {titles[id] for id in systems} <= set(words)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not here")
def test_every_number_of_the_seeds_is_read():
    rows = [line for path in sorted(SEEDS.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()]
    claims = [one.split("\t")[0] for one in rows if one.count("\t") == 2] + [
        one[2:].split(" | ")[0] for one in rows if one.startswith("| ")
    ]
    claims = [one for one in dict.fromkeys(claims) if one != "Claim"]
    numeric = [
        one for one in claims if any(mark.isdigit() for mark in one.replace("(Phang et al., 2018)", "")) or " nine " in one
    ]
    for text in numeric:
        reading = read(text)
        numbers_left = [one for one in reading.unread if one[0].isdigit()]
        assert not numbers_left, (text, reading.unread)
    asserting = [one for one in numeric if read(one).asserts]
    assert set(numeric) - set(asserting) <= {one for one in numeric if "2020)" in one or "(i)" in one}
