"""What mT5 says: the likeliest of a closed set, words of the passage, a word for every sentinel; as transformers has it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from replicate.models.decoding import Filled
from replicate.problems import Problem
from replicate.tasks import retrieval

from .text_models import END, PAD, SAID, out_of, small, some, stock


@pytest.mark.parametrize("budget", [1, 60, 10**6])
def test_of_a_closed_set_the_likeliest_answer_is_chosen(budget):
    """Each candidate's probability, as transformers gives it to every example alone."""
    model, data = small(), some()
    theirs, allowed = stock(model), [[5], [6, 7], [6, 8, 9], [10, 11]]
    for ids, number in zip(data.ids, model.chosen(data, allowed, budget), strict=True):
        scores = []
        for answer in allowed:
            labels = torch.tensor([[*answer, END]])
            out = theirs(input_ids=torch.from_numpy(ids.astype(np.int64))[None], labels=labels)
            scores.append(-float(out.loss.detach()) * labels.shape[1])
        assert number == int(np.argmax(scores))


@pytest.mark.parametrize("budget", [1, 12, 10**6])
def test_what_was_learnt_is_said_if_the_passage_has_it(learnt, budget):
    model, data = learnt
    passage = [token for one in SAID for token in one]
    said = [ends for ends, _, _ in model.guided(data, out_of(passage), budget)]
    assert [passage[first : last + 1] if first >= 0 else [] for first, last in said] == SAID
    assert all(first >= 0 for (first, _), _, _ in model.guided(data, out_of(passage, silent=False), budget))
    assert all(last - first < 2 for (first, last), _, _ in model.guided(data, out_of(passage, longest=2), budget))
    assert {ends for ends, _, _ in model.guided(data, out_of([40, 41]), budget)} <= {(-1, -1), (0, 0), (1, 1), (0, 1)}


def test_an_answer_comes_with_its_probability_and_that_of_silence(learnt):
    model, data = learnt
    passage = [token for one in SAID for token in one]
    for ids, words, (_, score, silence) in zip(data.ids, SAID, model.guided(data, out_of(passage)), strict=True):
        for said, found in ((words, score), ([], silence)):
            out = stock(model)(input_ids=torch.from_numpy(ids.astype(np.int64))[None], labels=torch.tensor([[*said, END]]))
            assert found == pytest.approx(-float(out.loss.detach()) * (len(said) + 1), abs=1e-4)


def test_a_word_is_filled_in_behind_every_sentinel(learnt):
    """The likeliest one given all that was said before, as transformers gives it to every example alone."""
    model, data = learnt
    words, counts, marks = [[20], [21], [22, 23]], [2, 0, 1, 3, 4], range(49, 39, -1)

    def guide(items: list[int]) -> Filled:
        return Filled([counts[item] for item in items], words, marks, END, torch.device("cpu"))

    for ids, count, (found, _, _) in zip(data.ids, counts, model.guided(data, guide, 12), strict=True):
        said = [PAD]
        for mark, number in zip(marks, found, strict=False):
            said.append(mark)
            read = torch.from_numpy(ids.astype(np.int64))[None]
            logits = stock(model)(input_ids=read, decoder_input_ids=torch.tensor([said])).logits[0, -1]
            assert words[number][0] == max((20, 21, 22), key=lambda token: float(logits[token]))
            said += words[number]
        assert len(found) == count


def test_the_embedding_of_a_text_is_the_mean_of_its_states(tokenizer):
    model = small(size=tokenizer.size)
    sentences = ["cow", "cow sees dog", "owl not hen likes pig ?"]
    data = retrieval.encode_texts(sentences, tokenizer, 50)
    for layer in range(3):
        found = model.embeddings(data, layer, budget=12)
        for ids, one in zip(data.ids, found, strict=True):
            out = stock(model).encoder(torch.from_numpy(ids.astype(np.int64))[None], output_hidden_states=True)
            assert np.abs(one - out.hidden_states[layer][0].mean(0).detach().numpy()).max() < 1e-5
    with pytest.raises(Problem, match="evaluation.layer = 3: the model's encoder has the layers 0 to 2"):
        model.embeddings(data, 3)
