"""`--weights random`: the chain of the large scales at its real shapes, on the artificial world, before anything is fetched."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from replicate import experiments, plan, store
from replicate.__main__ import main
from replicate.costs import counted, took
from replicate.experiments import Experiment, options
from replicate.models import shapes
from replicate.problems import Problem

# XLM-R's and mT5's shapes with few of everything: what a test can walk.
SMALL = {
    "FacebookAI/xlm-roberta-base": {"num_hidden_layers": 8, "hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 32},
    "google/mt5-base": {"num_layers": 2, "num_decoder_layers": 2, "d_model": 16, "d_kv": 8, "num_heads": 2, "d_ff": 32},
}


def rehearsal(*only: str, scale: str = "base", **more) -> Experiment:
    return options.choose(experiments.find("stilts", scale, "world", weights="random"), only, **{"limit": 8, "seeds": 1, **more})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, about in SMALL.items():
        monkeypatch.setitem(shapes.REAL, name, {**shapes.REAL[name], **about, "vocab_size": 3_500})


# ---- the plan ----


def test_it_is_asked_for_with_the_world_and_at_the_scales_of_real_models():
    for arguments, says in (
        (("stilts", "large"), "add --source world"),
        (("stilts", "large", "hub"), "add --source world"),
        (("stilts", "nano", "world"), "scale nano makes its own small model; take --scale base or large"),
    ):
        with pytest.raises(Problem, match=f"--weights random.*{says}"):
            experiments.find(*arguments, weights="random")
    with pytest.raises(Problem, match="unknown kind of weights 'rondom'; did you mean random"):
        experiments.find("stilts", "large", "world", weights="rondom")
    with pytest.raises(Problem, match="knows the shapes of FacebookAI/xlm-roberta-base, "):
        rehearsal(model="hub:somebody/else")


@pytest.mark.parametrize("scale", ["base", "large"])
def test_it_has_every_kind_of_step_that_the_real_chain_has(scale: str):
    sorts = Counter(counted.sort(one) for one in plan.plan(rehearsal(scale=scale)))
    assert set(sorts) == set(counted.SORTS) - {"pretraining"}
    real = Counter(counted.sort(one) for one in plan.plan(options.choose(experiments.find("stilts", scale), seeds=1)))
    assert set(real) <= set(sorts)


def test_its_steps_are_its_own_and_no_other_step_has_another_id_for_it():
    real = plan.plan(experiments.find("stilts", "base"))
    assert not {"weights", "tokenizer"} & {name for one in real for name in one.settings}
    walked = plan.plan(rehearsal())
    assert not {one.id for one in real} & {one.id for one in walked}
    assert all(one.settings.get("weights") == "random" for one in walked if not one.inputs)


def test_its_rows_are_of_the_artificial_world_and_answer_no_question():
    walked = [one for one in plan.plan(rehearsal(limit=None)) if one.kind == "evaluate"]
    rows = [one.settings["row"] for one in walked]
    assert {(row["world"], row["model"]) for row in rows} == {("artificial", "FacebookAI/xlm-roberta-base, random weights")}
    assert {one.answers for one in walked} == {""} and not {one.id for one in walked} & plan.evaluations("stilts")


@pytest.mark.parametrize("name", experiments.names())
def test_every_experiment_can_be_rehearsed_and_with_a_limit_none_of_its_trainings_is_long(name: str):
    steps = plan.plan(options.choose(experiments.find(name, "large", "world", weights="random"), limit=8, seeds=1))
    assert {counted.world(one) for one in steps} == {"artificial"}
    assert max(map(counted.updates, steps)) < 50


def test_mt5_is_rehearsed_too():
    steps = plan.plan(rehearsal("baseline", "xnli", model="mt5"))
    assert {counted.model(one) for one in steps} == {"google/mt5-base"}


# ---- the model ----


def test_a_model_of_random_weights_is_whole_and_the_same_each_time(small):
    import torch

    from replicate.models import encoder, rehearsal, seq2seq

    for name, kind in (("FacebookAI/xlm-roberta-base", encoder.Encoder), ("google/mt5-base", seq2seq.Seq2Seq)):
        one, other = rehearsal.model(f"hub:{name}"), rehearsal.model(f"hub:{name}")
        usual = kind(one.config)
        assert {k: v.shape for k, v in one.state_dict().items()} == {k: v.shape for k, v in usual.state_dict().items()}
        assert all(torch.equal(a, b) and a.isfinite().all() for a, b in zip(one.parameters(), other.parameters(), strict=True))
        assert all(value.std() > 0 for value in one.parameters() if value.ndim > 1)
        buffers = dict(usual.named_buffers())
        assert {key: value.tolist() for key, value in one.named_buffers()} == {
            key: value.tolist() for key, value in buffers.items()
        }
        norms = [m.weight for m in one.modules() if "norm" in type(m).__name__.lower()]
        assert norms and all(bool((weight == 1).all()) for weight in norms)


def test_its_tokenizer_is_that_of_the_package_and_mt5s_has_sentinels(small, tmp_path: Path, monkeypatch):
    from replicate.models import rehearsal, sentinels, tokens

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ours = tokens.load(rehearsal.tokenizer("hub:FacebookAI/xlm-roberta-base"))
    words = sentinels.load(rehearsal.tokenizer("hub:google/mt5-base"))
    assert ours.size < 3_500 > words.size and words.mask == words.size - 1
    assert all(words.unknown not in ids for ids in words.ids(["entailment", "contradiction", "tuk mel"]))


# ---- the walk ----


def walk(steps, runs: store.Store) -> None:
    """All steps, here and now."""
    from replicate import steps as methods
    from replicate.training import gauge

    for one in steps:
        work = store.start(runs, one.id)
        gauge.begin()
        result = methods.STEPS[one.kind](
            one, {role: store.folder(runs, id) for role, id in one.inputs}, work, lambda done, of: None
        )
        assert store.commit(runs, one, work, result, {"measured": gauge.figures()})


@pytest.mark.parametrize("model", ["xlmr", "mt5"])
def test_every_kind_of_step_is_walked_and_says_what_it_took(small, tmp_path: Path, monkeypatch, model: str):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    only = ("anli+", "no-mlm", "tydiqa", "tatoeba") if model == "xlmr" else ("baseline", "xnli")
    steps, runs = plan.plan(rehearsal(*only, model=model)), store.open_store(tmp_path / "runs")
    walk(steps, runs)
    rows = list(store.rows(runs, [one.id for one in steps]))
    assert rows and all(row["model"].endswith(", random weights") and 0 <= row["value"] <= 100 for row in rows)
    found = took.by_sort(runs, steps, [one.id for one in steps])
    assert list(found) == [name for name in counted.SORTS if name in {counted.sort(one) for one in steps}]
    for about in found.values():
        assert about["seconds"] > 0 and about["peak_memory_bytes"] > 10**7 and about["disk_bytes"] > 0


def test_the_run_says_what_it_needs_and_what_each_kind_took(capsys, tmp_path: Path, monkeypatch):
    here = Path(__file__).resolve().parent
    monkeypatch.setenv("PYTHONPATH", f"{here}:{here.parent.parent}")
    words = ["stilts", "--scale", "base", "--weights", "random", "--source", "world", "--limit", "8", "--seeds", "1",
             "--only", "baseline,xnli", "--runs", str(tmp_path)]  # fmt: skip
    assert main(["run", *words, "--device", "cpu", "--workers", "1", "--steps", "toy_steps:STEPS", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "1 worker on" in err and "GB of memory; up to 1.1 GB of disk" in err
    assert "peak memory, GB" in err and "target training" in err
    assert set(json.loads(out)["took"]) == {"target training", "evaluation"}
    assert main(["results", *words]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith("artificial world, rehearsal with random weights, stilts at scale base")
