"""The model that labels abstracts outside our field, where it comes from, and the votes of other models."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.problems import Problem
from synth.checks.hand import Hand
from synth.words import labels, votes
from synth.words.polarity import sense

from . import worded
from .worded import ABSTRACTS, SUPPORTED, verdict


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    with worded.read_here(tmp_path_factory.mktemp("cache")):
        yield worded.at_hand(tmp_path_factory.mktemp("papers"))


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
