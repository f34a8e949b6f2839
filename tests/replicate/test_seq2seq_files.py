"""An mT5's folder, ours and the hub's: what is saved comes back, a cut-off training goes on, other files are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import MT5Config, MT5ForConditionalGeneration

from replicate.models import sentinels, seq2seq
from replicate.problems import Problem
from replicate.tasks import texts
from replicate.training import batches
from replicate.training.batches import encoded, pack, ragged
from replicate.training.checkpoint import Keeper
from replicate.training.loop import Lesson, Schedule, teach

from .text_models import END, SIZE, out_of, same, small, some

# ---- ours ----


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
