"""mT5: its tokenizer and its holes, a loss that no padding changes, answers that it is asked for, and its folder."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from transformers import MT5Config, MT5ForConditionalGeneration
from transformers.utils import logging

from replicate.metrics import measure
from replicate.models import nano, sentinels, seq2seq, tokens
from replicate.models.decoding import Copied, Filled
from replicate.problems import Problem
from replicate.sources.examples import Pair, Span, Tagged
from replicate.tasks import TASKS, retrieval, texts
from replicate.training import batches, text
from replicate.training.batches import Encoded, encoded, pack, ragged
from replicate.training.checkpoint import Keeper
from replicate.training.loop import Lesson, Schedule, teach

ANIMALS = "bat cow dog elk fox gnu hen owl pig ram".split()
PAD, END, SIZE = 1, 2, 50
logging.set_verbosity_error()
logging.disable_progress_bar()


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> sentinels.Tokenizer:
    folder = tmp_path_factory.mktemp("tokenizer")
    said = [" ".join((*ANIMALS, "sees likes hits not ?"))] * 50
    sentinels.train(said, 600, texts.spoken(lambda id: TASKS[id].labels)).save(str(folder / "tokenizer.json"))
    return sentinels.load(folder)


def small(seed: int = 1, size: int = SIZE) -> seq2seq.Seq2Seq:
    return seq2seq.new(nano.mt5("tiny", size, dropout=0.0), seed)


def stock(model: seq2seq.Seq2Seq) -> MT5ForConditionalGeneration:
    """transformers' own model with the same weights; its queries are not scaled, so these are."""
    theirs = MT5ForConditionalGeneration(model.config).eval()
    theirs.lm_head.weight = torch.nn.Parameter(model.body.lm_head.weight.detach().clone())
    weights = {name.removeprefix("body."): value for name, value in model.state_dict().items()}
    scaled = {
        name: value * model.config.attention_scaling for name, value in weights.items() if name.endswith("Attention.q.weight")
    }
    assert model.config.attention_scaling == 0.25 and len(scaled) == 6
    theirs.load_state_dict({**weights, **scaled}, strict=False)
    return theirs


def rows(count: int, seed: int = 0, longest: int = 30) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.append(rng.integers(4, SIZE, size=rng.integers(1, longest)), END) for _ in range(count)]


def some(count: int = 12) -> Encoded:
    """Texts of all lengths, each with something to say."""
    return encoded(ragged(rows(count)), targets=ragged(rows(count, 1, 8)))


def padded(some: list[np.ndarray], filler: int) -> torch.Tensor:
    return torch.nn.utils.rnn.pad_sequence([torch.from_numpy(row.astype(np.int64)) for row in some], True, filler)


# ---- the tokenizer ----


def test_our_tokenizer_has_a_hundred_sentinels_at_its_end(tokenizer):
    numbers = tokenizer.library.get_vocab()
    assert (tokenizer.begin, tokenizer.end, tokenizer.unknown) == tuple(numbers[name] for name in ("<pad>", "</s>", "<unk>"))
    assert [numbers[f"<extra_id_{n}>"] for n in range(100)] == [tokenizer.mask - n for n in range(100)]
    assert tokenizer.mask == tokenizer.size - 1 == len(numbers) - 1
    assert list(tokenizer.sentinels) == [tokenizer.mask - n for n in range(100)]


def test_texts_end_with_a_mark_and_begin_with_none(tokenizer):
    (ids,) = tokenizer.ids(["cow sees dog"])
    assert tokenizer.single(ids, 99) == [*ids, tokenizer.end]
    assert tokenizer.pair(ids, ids, 99) == [*ids, *ids, tokenizer.end]
    assert len(tokenizer.single(ids, 3)) == 3 and tokenizer.pair(ids, ids, 3) == [*ids[:2], tokenizer.end]


def test_our_own_words_are_few_tokens_and_known(tokenizer):
    ours = tokenizer.ids(texts.spoken(lambda id: TASKS[id].labels))
    assert all(ids and tokenizer.unknown not in ids for ids in ours)
    assert np.mean([len(ids) for ids in ours]) < 3


def stocks(folder: Path, specials: list[str]) -> Path:
    """A tokenizer of mT5's own form: unigrams, with these specials."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

    letters = [(letter, -2.0) for letter in "▁abc"]
    begin, end = (("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0)), [(name, 0.0) for name in specials]
    library = Tokenizer(models.Unigram([*begin, *letters, *end], unk_id=2))
    library.normalizer, library.pre_tokenizer, library.decoder = (
        normalizers.NFKC(), pre_tokenizers.Metaspace(), decoders.Metaspace(),
    )  # fmt: skip
    library.save(str(folder / "tokenizer.json"))
    return folder


@pytest.mark.parametrize("mark", ["", "▁"])  # SentencePiece's file has the mark of a word's beginning, others have none
def test_mt5s_own_tokenizer_is_read(mark, tmp_path):
    found = sentinels.load(stocks(tmp_path, [f"{mark}<extra_id_{n}>" for n in reversed(range(100))]))
    assert (found.begin, found.end, found.unknown, found.mask) == (0, 1, 2, 106)
    assert found.ids(["ab c"]) == [[3, 4, 5, 3, 6]]


def test_a_tokenizer_of_another_model_is_refused(tmp_path):
    with pytest.raises(Problem, match="tokenizer.json: it has no <extra_id_50>, <extra_id_51>, <extra_id_52> and 47 more"):
        sentinels.load(stocks(tmp_path, [f"<extra_id_{n}>" for n in range(50)]))
    with pytest.raises(Problem, match="tokenizer.json: its sentinels are not in a row"):
        sentinels.load(stocks(tmp_path, [f"<extra_id_{n}>" for n in range(100)]))
    tokens.train(["a b"], 300).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(Problem, match="it has no <extra_id_0>, .* and 97 more; expected the tokenizer of an mT5"):
        sentinels.load(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(Problem, match=r"tokenizer.json: not a tokenizer \(.*\); the model folder is incomplete"):
        sentinels.load(tmp_path)


# ---- holes ----

FIRST = 999  # the first sentinel


@given(st.lists(st.integers(4, 800), max_size=300), st.floats(0.01, 0.9), st.integers(0, 10**6))
def test_the_spans_put_back_at_their_sentinels_give_the_text(ids, share, seed):
    source, target = sentinels.corrupted(np.asarray(ids, dtype=np.int64), share, FIRST, np.random.default_rng(seed))
    spans = {}
    for token in target.tolist():
        if token > 800:
            spans[token] = list[int]()
            last = token
        else:
            spans[last].append(token)
    assert [token for one in source.tolist() for token in spans.get(one, [one])] == ids
    marks = [token for token in source.tolist() if token > 800]
    assert marks == list(spans) == [FIRST - n for n in range(len(marks))]
    assert len(marks) <= sentinels.SENTINELS


@given(st.integers(10, 500), st.integers(0, 10**6))
def test_fifteen_in_a_hundred_are_hidden_in_spans_of_three(length, seed):
    ids = np.arange(length)
    source, target = sentinels.corrupted(ids, 0.15, FIRST, np.random.default_rng(seed))
    hidden = round(0.15 * length)
    spans = max(1, round(hidden / 3))
    assert len(target) == hidden + spans and len(source) == length - hidden + spans
    assert source[0] < length and source[-1] == FIRST - spans + 1  # what is shown comes first, what is hidden last


def test_no_place_is_preferred_but_for_both_ends():
    """Two spans of six tokens: the first token is always shown, the last one never, and any place may begin the first span."""
    rng, times = np.random.default_rng(0), np.zeros(40)
    for _ in range(4000):
        _, target = sentinels.corrupted(np.arange(40), 0.15, FIRST, rng)
        times[target[target < 40]] += 1
    assert times.sum() == 6 * 4000 and times[0] == 0 and times[-1] == 4000
    inner = times[5:33] / 4000
    assert inner.mean() == pytest.approx(3 / 34, abs=0.01) and np.ptp(inner) < 0.04


def test_a_lesson_without_a_loss_has_holes_in_its_texts(tokenizer):
    """It is made of plain text as for XLM-R; the seed decides the holes."""
    documents = [" ".join(random.Random(n).choices(ANIMALS, k=20 + n)) for n in range(6)]
    lesson = text.lesson(documents, tokenizer, {"max_length": 64, "batch_size": 6, "masked": 0.15})
    model, whole = small(size=tokenizer.size), pack(lesson.data, range(6))
    batch = model.prepare(lesson, whole, tokenizer.mask, np.random.default_rng(3))
    again = model.prepare(lesson, whole, tokenizer.mask, np.random.default_rng(3))
    assert np.array_equal(batch.ids, again.ids) and batch.items == whole.items
    sources = np.split(batch.ids, np.cumsum(batch.lengths)[:-1])
    for source, target, item in zip(sources, batch.targets, batch.items, strict=True):
        assert source[-1] == target[-1] == tokenizer.end and target[0] == tokenizer.mask
        assert source[source == tokenizer.mask].size == 1
        words = np.concatenate([source, target])
        words = words[words < tokenizer.size - 100]
        assert sorted(words[words != tokenizer.end]) == sorted(lesson.data.ids[item][:-1])
    assert torch.isfinite(model.learn(lesson, batch))


def test_a_lesson_with_a_loss_is_read_as_it_is():
    batch = pack(some(), range(4))
    assert small().prepare(Lesson("mnli", some(), texts.loss, 4), batch, 0, np.random.default_rng(0)) is batch


# ---- the loss ----


def test_the_loss_is_that_of_transformers_on_a_padded_batch():
    model, data = small().train(), some()
    batch = pack(data, range(len(data)))
    labels = padded(batch.targets, -100)
    ids = padded([data.ids[item] for item in batch.items], PAD)
    theirs = stock(model)(input_ids=ids, attention_mask=(ids != PAD).long(), labels=labels).loss
    ours = model.learn(Lesson("mnli", data, texts.loss, 12), batch)
    assert float(ours.detach()) == pytest.approx(float(theirs.detach()), abs=1e-6)
    ours.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@settings(max_examples=20)
@given(st.integers(2, 7), st.integers(0, 100), st.sampled_from([0, 5, 50, 10**6]))
def test_it_does_not_matter_in_which_groups_rows_are_read(count, seed, call):
    """Each alone, all at once, or in between: the same states at the same places."""
    model, sources, targets = small().eval(), rows(count, seed), rows(count, seed + 1, 6)
    with torch.no_grad():
        grouped = model.states(sources, targets, call)
        alone = torch.cat([model.states([one], [two]) for one, two in zip(sources, targets, strict=True)])
    assert (grouped - alone).abs().max() < 1e-5


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 20)), min_size=1, max_size=40), st.integers(0, 300))
def test_groups_hold_each_row_once_and_cost_no_more_than_one_group_or_many(lengths, call):
    sources, targets = ([one[side] for one in lengths] for side in (0, 1))
    found = seq2seq._groups(sources, targets, call)
    assert sorted(row for group in found for row in group) == list(range(len(lengths)))

    def cost(groups: list[list[int]]) -> int:
        return sum(call + len(g) * (max(sources[k] for k in g) + max(targets[k] for k in g)) for g in groups)

    assert cost(found) <= min(cost([[*range(len(lengths))]]), cost([[k] for k in range(len(lengths))]))


def test_a_batch_in_parts_has_the_loss_of_the_whole():
    """The parts weigh as much as they have tokens to say: so `at_once` changes no update."""
    model, batch = small().eval(), pack(some(), range(12))
    lesson = Lesson("mnli", some(), texts.loss, 12)
    parts = batches.split(batch, 40)
    weights = [sum(map(len, part.targets)) for part in parts]
    assert len(parts) > 2
    with torch.no_grad():
        mean = np.average([float(model.learn(lesson, part)) for part in parts], weights=weights)
        assert mean == pytest.approx(float(model.learn(lesson, batch)), abs=1e-5)


def test_dropout_is_set_everywhere():
    model, batch = small().train(), pack(some(), range(6))
    lesson = Lesson("mnli", some(), texts.loss, 6)
    assert float(model.learn(lesson, batch)) == float(model.learn(lesson, batch))
    model.set_dropout(0.3)
    shares = {module.p for module in model.modules() if isinstance(module, torch.nn.Dropout)}
    inner = {module.dropout for module in model.modules() if isinstance(getattr(module, "dropout", None), float)}
    assert shares == inner == {0.3}
    assert float(model.learn(lesson, batch)) != float(model.learn(lesson, batch))


# ---- answers ----


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


def trained(words: list[list[int]]) -> tuple[seq2seq.Seq2Seq, Encoded]:
    """A model that has learnt by heart what to say of each of a few texts."""
    data = encoded(ragged([row[:6] for row in rows(len(words), longest=30)]), targets=ragged([[*row, END] for row in words]))
    model = small()
    teach(
        model, [Lesson("mnli", data, texts.loss, len(words))], Schedule(60, 2e-2, 0.1, 0.0, 1.0), 1, 0, lambda done, total: None
    )
    return model.eval(), data


SAID = [[5], [6, 7, 8], [], [9, 10, 11, 12], [13, 5]]


@pytest.fixture(scope="module")
def learnt() -> tuple[seq2seq.Seq2Seq, Encoded]:
    return trained(SAID)


def out_of(passage: list[int], silent: bool = True, longest: int = 30) -> Callable[[list[int]], Copied]:
    """Every item may say what stands in this passage."""
    return lambda items: Copied([np.asarray(passage)] * len(items), END, silent, longest, torch.device("cpu"))


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


# ---- it learns ----


def nli(count: int, seed: int) -> list[Pair]:
    """Who does it in the second sentence: the same one, another one, or is it denied?"""
    rng, found = random.Random(seed), []
    for number in range(count):
        one, other, third = rng.sample(ANIMALS, 3)
        verb, label = rng.choice("sees likes hits".split()), rng.choice(TASKS["mnli"].labels)
        second = {"entailment": f"{one} {verb}", "neutral": f"{third} {verb}", "contradiction": f"{one} not {verb}"}[label]
        found.append(Pair(str(number), f"{one} {verb} {other}", second, label))
    return found


def spans(count: int, seed: int) -> list[Span]:
    """The answer is the word after the verb."""
    rng, found = random.Random(seed), []
    for number in range(count):
        one, two, three, four = rng.sample(ANIMALS, 4)
        found.append(Span(str(number), "sees ?", f"{one} {two} sees {three} {four}", (three,), 13))
    return found


@pytest.mark.parametrize("id, make, chance, updates", [("mnli", nli, 33, 100), ("squad1", spans, 25, 200)])
def test_a_tiny_model_learns_a_toy(id, make, chance, updates, tokenizer):
    task, labels, model = TASKS[id], TASKS[id].labels, small(size=tokenizer.size)
    lesson = Lesson(id, texts.encode(task, make(2000, 1), labels, tokenizer, 64), texts.loss, 32)
    before = float(model.learn(lesson, pack(lesson.data, range(200))).detach())
    figures = teach(model, [lesson], Schedule(updates, 5e-3, 0.1, 0.0, 1.0), 1, tokenizer.mask, lambda done, total: None)
    assert figures["loss"] < before / 2
    test = make(100, 2)
    data = texts.encode(task, test, labels, tokenizer, 64)
    said, about = seq2seq.predict(model, task, test, labels, data, tokenizer)
    assert about == {"decoding": texts.decoding(task)}
    score = measure.figures(measure.measure(task, measure.targets(task, test), said))[task.metrics[-1]]
    assert score > chance + 15


def test_a_model_that_knows_nothing_gives_a_tag_for_every_word(tokenizer):
    model, task = small(size=tokenizer.size), TASKS["udpos"]
    test = [Tagged(one.id, tuple(one.first.split()), ("NOUN", "VERB", "NOUN")) for one in nli(30, 3)]
    data = texts.encode(task, test, task.labels, tokenizer, 64)
    said, about = seq2seq.predict(model, task, test, task.labels, data, tokenizer)
    assert about == {"decoding": "filled"}
    assert all(len(tags) == 3 and set(tags) <= set(task.labels) for tags in said)


# ---- its folder ----


def same(one: seq2seq.Seq2Seq, two: seq2seq.Seq2Seq) -> bool:
    ours, theirs = one.state_dict(), two.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_the_seed_decides_the_weights_and_each_stands_once():
    assert same(small(1), small(1)) and not same(small(1), small(2))
    assert len({value.data_ptr() for value in small().state_dict().values()}) == len(small().state_dict())


def test_a_model_comes_back_from_its_folder_and_says_the_same(learnt, tmp_path):
    model, data = learnt
    seq2seq.save(model, tmp_path)
    again = seq2seq.load(tmp_path)
    assert same(model, again)
    assert again.guided(data, out_of([5, 6, 7])) == model.guided(data, out_of([5, 6, 7]))
    assert json.loads((tmp_path / "config.json").read_text())["config"]["model_type"] == "mt5"


def test_the_mean_of_two_models(tmp_path):
    folders = [tmp_path / str(seed) for seed in (1, 2)]
    for seed, folder in enumerate(folders, 1):
        folder.mkdir()
        seq2seq.save(small(seed), folder)
    mean, one, two = seq2seq.average(folders).state_dict(), small(1).state_dict(), small(2).state_dict()
    assert all(torch.allclose(mean[name], (one[name] + two[name]) / 2) for name in mean)


def test_a_training_that_was_cut_off_goes_on_bit_for_bit(tmp_path):
    data = some()
    lessons = [Lesson("mnli", data, texts.loss, 4), Lesson("mlm", replace(data, targets=batches.empty(12)), None, 4)]
    schedule = Schedule(6, 1e-2, 0.1, 0.0, 1.0)

    def run(keeper: Keeper | None, stop: int = 99) -> seq2seq.Seq2Seq:
        model = small(size=SIZE + sentinels.SENTINELS)
        model.set_dropout(0.1)

        def report(done: int, total: int) -> None:
            if done == stop:
                raise KeyboardInterrupt

        teach(model, lessons, schedule, 5, SIZE + sentinels.SENTINELS - 1, report, keeper)
        return model

    with pytest.raises(KeyboardInterrupt):
        run(Keeper(tmp_path, every=0), stop=4)
    assert same(run(Keeper(tmp_path)), run(None))


def test_a_folder_that_is_no_model_is_named(tmp_path):
    with pytest.raises(Problem, match=f"{tmp_path}: not a model of ours .*; remove the folder to make it again"):
        seq2seq.load(tmp_path)
    seq2seq.save(small(), tmp_path)
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[:-10])
    with pytest.raises(Problem, match="not a model of ours"):
        seq2seq.load(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(whole)
    assert same(seq2seq.load(tmp_path), small())


# ---- of the hub ----


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """An mT5 as the hub has it: the embeddings under three names, an output layer of its own, a weight that nothing reads."""
    model = small(3)
    own = {name: value for name, value in model.config.to_diff_dict().items() if name != "attention_scaling"}
    MT5Config(**own).save_pretrained(tmp_path)
    weights = {name.removeprefix("body."): value for name, value in model.state_dict().items()}
    shared = weights["shared.weight"]
    for name in seq2seq.COPIES:
        weights[name] = shared.clone()
    weights["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"] = torch.ones(32, 2)
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    return tmp_path


def rewritten(folder: Path, **changes: torch.Tensor | None) -> Path:
    """The folder with some weights put in, replaced or (None) taken out; `__` stands for a dot."""
    weights = load_file(folder / "model.safetensors")
    for name, value in changes.items():
        weights.pop(name.replace("__", "."), None)
        if value is not None:
            weights[name.replace("__", ".")] = value
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder


def test_stock_weights_give_what_transformers_makes_of_them(hub):
    ours, theirs = seq2seq.load_hub(hub).eval(), MT5ForConditionalGeneration.from_pretrained(hub).eval()
    assert not torch.equal(theirs.lm_head.weight, theirs.shared.weight)
    ids, labels = torch.tensor([[5, 6, 7, END]]), torch.tensor([[8, 9, END]])
    batch = pack(encoded(ragged(ids.tolist()), targets=ragged(labels.tolist())), [0])
    loss = ours.learn(Lesson("mnli", some(), texts.loss, 1), batch)
    assert float(loss) == pytest.approx(float(theirs(input_ids=ids, labels=labels).loss), abs=1e-6)
    assert same(ours, small(3))


def test_what_is_one_weight_may_have_one_name(hub):
    """As transformers 5 writes a model whose output layer is its embeddings."""
    names = {name.replace(".", "__"): None for name in (*seq2seq.COPIES, "lm_head.weight")}
    found = seq2seq.load_hub(rewritten(hub, **names))
    theirs = MT5ForConditionalGeneration.from_pretrained(hub)
    assert torch.equal(found.body.lm_head.weight, found.body.shared.weight)
    assert torch.equal(found.body.lm_head.weight, theirs.lm_head.weight)


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"encoder__final_layer_norm__weight": None}, "no encoder.final_layer_norm.weight"),
        ({"encoder__block__2__layer__0__layer_norm__weight": torch.ones(32)}, "unknown encoder.block.2.layer.0.layer_norm"),
        ({"lm_head__weight": torch.ones(7, 32)}, r"lm_head.weight has the shape \[7, 32\], expected \[50, 32\]"),
        ({"encoder__embed_tokens__weight": torch.ones(50, 32)}, "shared.weight, .* and decoder.embed_tokens.weight differ"),
    ],
)
def test_weights_of_another_model_are_named(changes, problem, hub):
    with pytest.raises(Problem, match=f"model.safetensors: not the weights of mt5 with its configuration: {problem}"):
        seq2seq.load_hub(rewritten(hub, **changes))


def test_a_model_of_another_kind_or_cut_off_is_refused(hub):
    whole, config = (hub / "model.safetensors").read_bytes(), (hub / "config.json").read_text()
    (hub / "model.safetensors").write_bytes(whole[:-10])
    with pytest.raises(Problem, match=r"model.safetensors: not whole \(.*\); remove it and fetch it again"):
        seq2seq.load_hub(hub)
    (hub / "config.json").write_text(config.replace('"mt5"', '"t5"'))
    with pytest.raises(Problem, match="config.json: the model is 't5'; expected 'mt5'"):
        seq2seq.load_hub(hub)
    (hub / "config.json").write_text("{")
    with pytest.raises(Problem, match="config.json: not the configuration of a model"):
        seq2seq.load_hub(hub)
