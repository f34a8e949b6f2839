"""The encoder in its folder: what is kept, what is averaged, and what is said of a folder that is no model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from replicate.models import encoder, nano
from replicate.problems import Problem


def small(seed: int = 1) -> encoder.Encoder:
    return encoder.new(nano.config("tiny", 50, dropout=0.0), seed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = small()
    model.add_head("squad1", 2)
    model.add_head("xnli", 3)
    encoder.save(model, tmp_path)
    return tmp_path


def same(one: encoder.Encoder, two: encoder.Encoder) -> bool:
    ours, theirs = one.state_dict(), two.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_the_seed_decides_the_weights():
    assert same(small(1), small(1)) and not same(small(1), small(2))


def test_a_model_comes_back_from_its_folder_with_its_heads(folder):
    with_heads = encoder.load(folder, heads=True)
    assert {name: head.out.out_features for name, head in with_heads.heads.items()} == {"squad1": 2, "xnli": 3}
    again = folder / "again"
    again.mkdir()
    encoder.save(with_heads, again)
    assert same(with_heads, encoder.load(again, heads=True))
    assert [(path.name, path.read_bytes()) for path in sorted(again.iterdir())] == [
        (name, (folder / name).read_bytes()) for name in ("config.json", "model.safetensors")
    ]


def test_the_encoder_alone_is_carried_over_to_the_next_phase(folder):
    bare = encoder.load(folder)
    assert len(bare.heads) == 0 and same(bare, small())


def test_a_model_can_be_kept_without_its_heads(folder, tmp_path):
    encoder.save(encoder.load(folder, heads=True), tmp_path, heads=False)
    assert json.loads((tmp_path / "config.json").read_text())["heads"] == {}
    assert same(encoder.load(tmp_path, heads=True), small())


def test_a_head_that_exists_begins_again():
    model = small()
    model.add_head("xnli", 3)
    before = model.heads["xnli"].out.weight.clone()
    model.add_head("xnli", 3)
    assert not torch.equal(before, model.heads["xnli"].out.weight)


def test_dropout_is_set_everywhere_but_in_attention():
    model = small()
    model.add_head("xnli", 3)
    model.set_dropout(0.3)
    shares = {name: module.p for name, module in model.named_modules() if isinstance(module, torch.nn.Dropout)}
    assert {share for name, share in shares.items() if not name.endswith("attention.self.dropout")} == {0.3}
    assert {share for name, share in shares.items() if name.endswith("attention.self.dropout")} == {0.0}
    assert model.config.attention_probs_dropout_prob == 0.0
    ids, lengths = torch.tensor([0, 7, 8, 2]), [4]
    model.train()
    assert not torch.equal(model.states(ids, lengths), model.states(ids, lengths))
    model.set_dropout(0.0)
    assert torch.equal(model.states(ids, lengths), model.states(ids, lengths))


def test_an_average_is_the_mean_of_the_weights(tmp_path):
    shards = [small(seed) for seed in (1, 2, 3)]
    for number, shard in enumerate(shards):
        (tmp_path / str(number)).mkdir()
        encoder.save(shard, tmp_path / str(number))
    mean = encoder.average([tmp_path / str(number) for number in range(3)]).state_dict()
    for key, value in mean.items():
        torch.testing.assert_close(value, sum(shard.state_dict()[key] for shard in shards) / 3)


# ---- folders that are no model ----


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def rewrite(folder: Path, old: str, new: str) -> None:
    text = (folder / "config.json").read_text()
    assert old in text
    (folder / "config.json").write_text(text.replace(old, new))


DAMAGE = {
    "nothing there": lambda folder: [path.unlink() for path in folder.iterdir()],
    "no weights": lambda folder: (folder / "model.safetensors").unlink(),
    "no configuration": lambda folder: (folder / "config.json").unlink(),
    "weights cut off": lambda folder: cut(folder / "model.safetensors"),
    "weights empty": lambda folder: (folder / "model.safetensors").write_bytes(b""),
    "weights of another kind": lambda folder: (folder / "model.safetensors").write_bytes(b"PK\x03\x04 a pickle, say" * 9),
    "configuration cut off": lambda folder: cut(folder / "config.json"),
    "configuration of no text": lambda folder: (folder / "config.json").write_bytes(b"\xff\xfe\x00"),
    "configuration a list": lambda folder: (folder / "config.json").write_text("[]"),
    "configuration nothing": lambda folder: (folder / "config.json").write_text("null"),
    "configuration of words": lambda folder: (folder / "config.json").write_text(
        '{"config": {"hidden_size": "many"}, "heads": {}}'
    ),
    "heads a list": lambda folder: rewrite(folder, '"heads": {', '"heads": [], "tails": {'),
    "another shape": lambda folder: rewrite(folder, '"vocab_size": 50', '"vocab_size": 51'),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_named_in_one_line_with_what_to_do(folder, damage):
    encoder.load(folder, heads=True)
    DAMAGE[damage](folder)
    with pytest.raises(Problem) as error:
        encoder.load(folder, heads=True)
    assert str(folder) in str(error.value) and "\n" not in str(error.value)
    assert str(error.value).endswith("remove the folder to make it again")


def test_a_pickle_is_never_read(folder):
    torch.save(small().state_dict(), folder / "model.safetensors")
    with pytest.raises(Problem, match="not a model of ours"):
        encoder.load(folder)
