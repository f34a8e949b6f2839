"""The source's words: what supports a claim, what refutes it, and what never does. Laws of 5.4 of the facts on claims."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.problems import Problem
from synth.checks import words
from synth.checks.hand import Hand
from synth.evidence import build, index
from synth.reading import pages
from synth.records import Claim, Question
from synth.words import labels, votes
from synth.words.answers import OPEN, REFUTES, SUPPORTS, WIDER
from synth.words.compare import compare
from synth.words.opposites import opposite
from synth.words.polarity import sense
from synth.words.said import said, stated

ASKED = Question("q", "Does it help?", "", (), 0.5, ())
PAPER = """Intermediate Tasks in Many Languages

Abstract

Intermediate training on SQuAD raises the average by 8.3 points over no intermediate training. Training on MNLI, HellaSwag, and
CCG yields gains of 6.1, 7.9, and 2.4 points, respectively. XNLI does not benefit from intermediate training.

1 Results

We evaluate XLM-R Large on nine target tasks in 40 languages. On TyDiQA, F1 improves by 4.2 points, but accuracy on PAWS-X falls
by 1.1 points. HellaSwag outperforms CosmosQA on most target tasks. Longer training may help the retrieval tasks. BUCC gains more
than Tatoeba from every intermediate task. Does it help every language? We annotate a small corpus of dialogues. This corpus holds
512 dialogues.

2 Related Work

Earlier work finds that QQP raises accuracy on PAWS-X by 9.9 points.

References

Someone. 2019. CommonsenseQA improves XCOPA by 3.3 points.
"""
SUPPORTED = (
    "Intermediate training on SQuAD raises the average by 8.3 points.",
    "Training on HellaSwag yields gains of 7.9 points.",
    "XNLI does not benefit from intermediate training.",
    "XLM-R Large is evaluated on nine target tasks in 40 languages.",
    "On TyDiQA, F1 improves by 4.2 points.",
    "Accuracy on PAWS-X falls by 1.1 points.",
    "BUCC gains more than Tatoeba from every intermediate task.",
)
ABSTRACTS = {
    "tea": ("Tea and sleep", ["We followed 300 adults for a year.", "Green tea increased the length of sleep in older adults.",
                              "Coffee had no effect on sleep.", "Lack of exercise was associated with worse sleep."]),
    "bees": ("Bees in towns", ["Bees visited town gardens more often than fields.", "Pesticides reduced the number of bees."]),
}  # fmt: skip


class Here:
    __enter__ = __exit__ = lambda self, *_: self
    read = staticmethod(pages.read)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patched.setattr(build, "Reader", Here)
        yield


def shelf(folder, **texts):
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return Hand(index=index.open(folder))


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    import json

    folder = tmp_path_factory.mktemp("papers")
    lines = [json.dumps({"doc_id": id, "title": title, "abstract": body}) for id, (title, body) in ABSTRACTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    (folder / "2005.13013v1.txt").write_text(PAPER)
    (folder / "long.txt").write_text("Tea helps people sleep. " * 60)
    return Hand(index=index.open(folder))


def verdict(text, hand, paper="2005.13013v1", cut=False):
    return words.check(Claim("one", text, paper, cut=cut), ASKED, hand)


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


# --- the model of labels


def test_an_abstract_outside_our_field_is_labelled_by_the_model_with_its_odds(hand):
    for text, id, expected in (
        ("Green tea increases sleep in older adults.", "tea", "supported"),
        ("Green tea decreases sleep in older adults.", "tea", "refuted"),
        ("Pesticides increase the number of bees.", "bees", "refuted"),
        ("Glaciers in Norway are made of ice.", "bees", "not enough information"),
    ):
        found = verdict(text, hand, id)
        assert found.verdict == expected and sum(found.data["labels"].values()) == pytest.approx(1, abs=1e-3)


def test_our_own_field_and_whole_papers_are_never_labelled_by_the_model(hand):
    assert "labels" not in verdict("SQuAD helps older adults sleep.", hand, "tea").data
    short_, long = "Tea helps adults sleep.", "Tea helps."
    assert "labels" in verdict(short_, hand, "tea").data and "labels" not in verdict(long, hand, "long.txt").data
    assert "labels" not in verdict(short_, hand).data  # the paper is one of our field


def test_a_number_that_does_not_stand_in_an_abstract_is_not_supported(hand):
    assert verdict("Green tea increased the length of sleep in 300 older adults.", hand, "tea").verdict == "supported"
    assert verdict("Green tea increased the length of sleep in 400 older adults.", hand, "tea").verdict != "supported"


WORDS = "tea sleep adults bees gardens coffee exercise length number town older green".split()
VERBS = (("increases", "does not increase"), ("reduces", "does not reduce"), ("promotes", "inhibits"), ("improves", "worsens"))


@settings(max_examples=60, deadline=None)
@given(
    some=st.lists(st.sampled_from(WORDS), min_size=3, max_size=6, unique=True), verb=st.sampled_from(VERBS),
    id=st.sampled_from(sorted(ABSTRACTS)), place=st.integers(1, 2),
)  # fmt: skip
def test_of_a_claim_and_its_opposite_the_model_supports_one_at_most(some, verb, id, place):
    title, body = ABSTRACTS[id]
    claims = [" ".join([*some[:place], one, *some[place:]]) for one in verb]
    model = labels.shipped()
    found = [labels.label(model, one, title, body) for one in claims]
    assert sense(claims[0]) == -sense(claims[1])
    assert [one.label for one in found].count("supported") <= 1
    assert all(one.label != "supported" or one.sense > 0 for one in found)


def test_the_model_says_where_it_comes_from():
    model = labels.shipped()
    assert "CC BY 4.0" in model.provenance["claims"] and model.provenance["by"] == "python -m benchmarks.scifact --fit"
    assert model.weights.shape == (len(model.shared) + len(model.turns) + 1, 3) and model.caution > 1
    rare, common = (model.rarity(one) for one in ("zyxt", "patient"))
    assert rare > common > 0


def test_a_model_goes_to_its_file_and_back(tmp_path):
    model = labels.shipped()
    path = tmp_path / "words.toml"
    path.write_text(labels.dump(model, {"right": 0.5}))
    again = labels.load(path)
    assert (again.counts, again.shared.keys(), again.turns.keys()) == (model.counts, model.shared.keys(), model.turns.keys())
    assert abs(again.weights - model.weights).max() < 1e-5


def test_the_fit_finds_the_weights_that_the_gradient_says():
    import numpy as np

    random = np.random.default_rng(1)
    rows, given = random.normal(size=(60, 4)), random.integers(0, 3, 60)
    weights = labels.fit(rows, given, 2.0)
    logits = rows @ weights[:-1] + weights[-1]
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    wanted = np.eye(3)[given]
    assert abs(rows.T @ (chances - wanted) + 2.0 * weights[:-1]).max() < 1e-2
    assert abs((chances - wanted).sum(0)).max() < 1e-2
    assert all(one <= other for one, other in pairwise(sorted(labels.LABELS)))


# --- votes of other models


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A model of inference of a few hundred random weights, and its tokenizer, as files."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words_ = {
        word: place for place, word in enumerate(["[PAD]", "[UNK]", *"squad raises the average by points tea sleep".split()])
    }
    plain = Tokenizer(models.WordLevel(words_, unk_token="[UNK]"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    folder = tmp_path_factory.mktemp("model")
    PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8, "vocab_size": len(words_)}
    named = dict(enumerate(("CONTRADICTION", "NEUTRAL", "ENTAILMENT")))
    BertForSequenceClassification(BertConfig(**size, num_labels=3, id2label=named)).save_pretrained(folder)
    return str(folder)


def test_other_models_vote_beside_the_verdict_and_change_nothing(hand, tiny):
    asked = Hand(index=hand.index, votes=votes.votes(tiny, tiny))
    plain, found = verdict(SUPPORTED[0], hand), verdict(SUPPORTED[0], asked)
    (opinion,) = found.data["votes"]
    assert opinion["by"] == f"nli:{tiny}" and opinion["says"] in labels.LABELS and 1 / 3 < opinion["probability"] <= 1
    assert (found.verdict, found.line, found.evidence) == (plain.verdict, plain.line, plain.evidence)
    same, other = votes.Embeddings(tiny)("tea", ["tea", "squad raises the average"])
    assert same == pytest.approx(1, abs=1e-5) and other < same


def test_a_name_of_no_model_is_a_problem(tmp_path, tiny):
    with pytest.raises(Problem, match="no model that can be used"):
        votes.Nli(str(tmp_path))("SQuAD helps.", ["It does."])
    with pytest.raises(Problem, match="no model of inference"):
        votes._places("some", {0: "LABEL_0", 1: "LABEL_1"})
    assert votes.votes() is None
