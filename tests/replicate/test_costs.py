"""What steps will take: counted work, arithmetic for a device, corrections by what was measured, and whether there is room."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import assumptions, experiments, plan, store
from replicate.commands import plan as command
from replicate.costs import counted, estimates, measured, room
from replicate.costs.counted import Work
from replicate.costs.estimates import CARDS, CORE, DEVICES, GB
from replicate.experiments import options
from replicate.models import nano, shapes
from replicate.problems import Problem
from replicate.training import gauge

LARGE = shapes.of("hub:FacebookAI/xlm-roberta-large")
A10, A100, H100 = CARDS


def tiny() -> experiments.Experiment:
    return experiments.find("stilts", "tiny")


def step(kind: str, steps, **settings) -> plan.Step:
    """The first step of this kind with these settings."""
    return next(s for s in steps if s.kind == kind and all(s.settings.get(k) == v for k, v in settings.items()))


# ---- shapes ----


def test_a_shape_counts_the_weights_of_the_model_that_is_built_from_it():
    import torch
    from transformers import MT5Config, XLMRobertaConfig

    from replicate.models import encoder, seq2seq

    for name in shapes.REAL:
        count = "num_layers" if "mt5" in name else "num_hidden_layers"
        about = {**shapes.REAL[name], count: 2, **({"num_decoder_layers": 2} if "mt5" in name else {})}
        with torch.device("meta"):  # nothing is drawn, nothing is stored
            if about["model_type"] == shapes.ENCODER:
                model = encoder.Encoder(XLMRobertaConfig(type_vocab_size=1, **about))
            else:
                model = seq2seq.Seq2Seq(MT5Config(**about))
        assert sum(one.numel() for one in model.parameters()) == shapes.shape(about).weights, name
    for size in nano.SIZES:
        wide = nano.vocabulary(size, "artificial")
        ours = {size: encoder.new(nano.config(size, wide), 1), f"mt5-{size}": seq2seq.new(nano.mt5(size, wide), 1)}
        for name, model in ours.items():
            assert sum(one.numel() for one in model.parameters()) == shapes.of(name, "artificial").weights, name


def test_the_shape_of_a_folder_is_read_from_its_config_and_one_that_nobody_knows_is_none(tmp_path: Path):
    (tmp_path / "config.json").write_text(json.dumps(shapes.REAL["google/mt5-base"]))
    assert shapes.of(f"dir:{tmp_path}") == shapes.of("hub:google/mt5-base")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    assert shapes.of(f"dir:{tmp_path}") is None and shapes.of("dir:nowhere") is None and shapes.of("hub:some/other") is None


# ---- work ----


def test_updates_are_counted_as_the_training_counts_them():
    steps = plan.plan(experiments.find("stilts", "large"))
    mnli = step("train", steps, phase="target", tasks=["mnli"])
    assert counted.updates(mnli) == pytest.approx(2 * 392_702 / 4)  # epochs, examples, batch
    qqp = step("train", steps, phase="intermediate", tasks=["qqp"], mlm=False)
    assert counted.updates(qqp) == pytest.approx(3 * 363_846 / 24)
    assert counted.work(qqp).learnt == pytest.approx(3 * 363_846 * counted.TOKENS["pairs"])


def test_a_limit_is_a_limit_on_the_work():
    whole = plan.plan(experiments.find("stilts", "large"))
    few = plan.plan(options.choose(experiments.find("stilts", "large"), limit=8))
    assert max(counted.updates(one) for one in few if one.kind == "train") <= 30 < max(counted.updates(one) for one in whole)
    evaluated = step("evaluate", few, target="xnli")
    assert counted.work(evaluated).items == 8 * len(evaluated.settings["languages"])


def test_the_largest_batch_lies_between_a_usual_one_and_all_examples_at_full_length():
    for one in plan.plan(experiments.find("stilts", "large")):
        work = counted.work(one)
        if work.updates and one.settings["tasks"] == ["hellaswag"] and not one.settings["mlm"]:
            recipe = one.settings["recipe"]
            assert work.learnt / work.updates < work.largest <= recipe["batch_size"] * recipe["max_length"] * 4


def test_a_text_to_text_model_says_what_was_hidden_with_a_sentinel_before_each_span():
    """Of small models spans are single tokens: half of what is read is said, where mT5's own recipe says a fifth."""
    import numpy as np

    from replicate.models import sentinels

    pretraining = step("pretrain", plan.plan(options.choose(tiny(), model="mt5")))
    work, recipe = counted.work(pretraining), pretraining.settings["recipe"]
    text = np.arange(counted.TOKENS_OF_THE_WORLD["text"])
    _, target = sentinels.corrupted(text, recipe["masked"], 9999, np.random.default_rng(1), recipe["span"])
    assert work.said / work.learnt == pytest.approx((len(target) + 1) / len(text), rel=0.05)


def test_sharing_is_counted_against_each_evaluation_alone():
    """Tiny: two intermediates and three targets. Alone each of six evaluations would need two trainings, three need one."""
    steps = plan.plan(tiny())
    said = counted.sharing(steps, {one.id: 10.0 for one in steps})
    assert (said.trainings, said.alone) == (2 + 9, 3 + 2 * 6)
    assert (said.cost, said.cost_alone) == (110.0, 150.0)


# ---- arithmetic ----

WORKS = st.builds(
    Work, updates=st.floats(1, 1e6), learnt=st.floats(1e3, 1e9), said=st.floats(0, 1e6), read=st.floats(0, 1e6),
    largest=st.floats(100, 20_000), longest=st.floats(10, 500),
)  # fmt: skip


@given(WORKS, st.sampled_from(DEVICES), st.floats(1, 10))
def test_more_work_never_takes_less_time_or_memory(work: Work, device, factor: float):
    more = replace(work, **{name: getattr(work, name) * factor for name in ("updates", "learnt", "said", "read", "largest")})
    one, other = (estimates.estimate("train", each, LARGE, device) for each in (work, more))
    assert other.seconds >= one.seconds and other.memory >= one.memory


@given(WORKS, st.sampled_from(CARDS), st.sampled_from(sorted(shapes.REAL)))
def test_options_that_are_proposed_do_make_a_step_fit(work: Work, card, name: str):
    shape = shapes.of(f"hub:{name}")
    found = estimates.options("train", work, shape, card)
    if found is None:
        assert estimates.memory("train", replace(work, largest=work.longest), shape, card, recompute=True) > card.memory * 0.9
        return
    at_once = int(found.split()[-1]) if "--at-once" in found else 0
    needs = estimates.memory("train", work, shape, card, at_once=at_once, recompute="--recompute" in found)
    assert needs <= card.memory


def test_small_batches_of_a_large_model_wait_for_launches_and_for_the_optimiser():
    """What ../shared/facts works out for an H100: 160 tokens take under a millisecond, AdamW five, 2,500 launches over ten."""
    work = Work(updates=1.0, learnt=160.0)
    seconds = estimates.estimate("train", work, LARGE, H100).computing
    assert 6 * LARGE.reading * 160 / H100.rate < 0.001 < 0.015 < seconds < 0.025


def test_adapters_need_less_memory_than_all_weights():
    work = Work(updates=10.0, learnt=1e4, largest=1000.0, longest=100.0)
    assert estimates.memory("train", work, LARGE, A10, "pfeiffer") < estimates.memory("train", work, LARGE, A10) / 2


# ---- what was measured ----


def record(runs: store.Store, one: plan.Step, seconds: float, **more) -> None:
    """A finished step that says what it took."""
    store.open_store(runs.root)
    work = store.start(runs, one.id)
    about = {"seconds": seconds, "peak_memory_bytes": 3 * GB, "device": gauge.processor(), "threads": 1, "processes": 1, **more}
    assert store.commit(runs, one, work, {}, {"measured": about})


def test_a_step_takes_what_a_like_one_took_with_another_seed(tmp_path: Path):
    steps = plan.plan(replace(tiny(), seeds=(1, 2)))
    first, second = (step("train", steps, phase="target", tasks=["mnli"], seed=seed) for seed in (1, 2))
    runs = store.Store(tmp_path / "runs")
    record(runs, first, 7.5)
    said = measured.measured(measured.records(runs))
    found = measured.forecasts(steps, said)[second.id].by_device[CORE.name]
    assert found == (estimates.Estimate(7.5, 0.0, 3.0 * GB), "like", "")
    # Another task is not alike: the arithmetic is corrected by what this one took.
    other = step("train", steps, phase="target", tasks=["udpos"])
    guess = measured.forecasts(steps, measured.Measured())[other.id].by_device[CORE.name]
    known = measured.forecasts(steps, said)[other.id].by_device[CORE.name]
    assert (guess[1], known[1]) == ("guess", "measured") and known[0].seconds > guess[0].seconds


def test_a_rehearsal_tells_of_the_real_model_and_another_processor_tells_nothing(tmp_path: Path):
    real = plan.plan(options.choose(experiments.find("stilts", "base"), ["baseline", "xnli"], seeds=1))
    walked = plan.plan(
        options.choose(experiments.find("stilts", "base", "world", weights="random"), ["baseline", "xnli"], seeds=1)
    )
    here, elsewhere = store.Store(tmp_path / "here"), store.Store(tmp_path / "elsewhere")
    for one in walked:
        record(here, one, 100.0, computing_seconds=50.0, tokens=500)
        record(elsewhere, one, 100.0, device="another processor")
    ways = {
        where: {forecast.by_device[CORE.name][1] for forecast in measured.forecasts(real, measured.measured(found)).values()}
        for where, found in (("here", measured.records(here)), ("elsewhere", measured.records(elsewhere)))
    }
    assert ways == {"here": {"measured"}, "elsewhere": {"guess"}}


def test_a_training_of_a_few_updates_tells_nothing_of_long_ones(tmp_path: Path):
    few = experiments.find("stilts", "base", "world", weights="random")
    short = plan.plan(options.choose(few, ["baseline", "xnli"], limit=8, seeds=1))
    for one in short:
        record(store.Store(tmp_path), one, 100.0)
    said = measured.measured(measured.records(store.Store(tmp_path)))
    assert said.like and not said.computing and not said.beside


def test_tokens_that_were_counted_take_the_place_of_those_assumed_in_the_same_world_alone(tmp_path: Path):
    walked = plan.plan(
        options.choose(experiments.find("stilts", "base", "world", weights="random"), ["baseline", "xnli"], seeds=1)
    )
    mnli, runs = step("train", walked, tasks=["mnli"]), store.Store(tmp_path)
    assumed = counted.work(mnli).learnt + counted.work(mnli).read
    record(runs, mnli, 1e6, tokens=round(2 * assumed))
    assert measured.measured(measured.records(runs)).tokens == {("artificial", "mnli"): pytest.approx(2.0, rel=1e-3)}


def test_records_that_cannot_be_read_say_nothing(tmp_path: Path):
    runs, one = store.Store(tmp_path), plan.plan(tiny())[1]
    record(runs, one, 5.0)
    (runs.steps / "0123").mkdir()
    (runs.steps / one.id / "result.json").write_text('{"measured": [')
    assert measured.records(runs) == [] and measured.records(store.Store(tmp_path / "none")) == []


@pytest.mark.parametrize(
    ("name", "gpu", "is_"),
    [
        ("NVIDIA H100 80GB HBM3", True, H100),
        ("NVIDIA A100-SXM4-80GB", True, A100),
        ("NVIDIA A10", True, A10),
        ("some TPU", True, None),
    ],
)
def test_a_card_is_known_by_its_drivers_name(name: str, gpu: bool, is_):
    assert measured.known(name, gpu) == is_


def test_a_plan_counts_what_a_run_would_do_and_not_what_is_made_from_finished_steps_alone(tmp_path: Path):
    steps, runs = plan.plan(tiny()), store.open_store(tmp_path)
    finished = [one for one in steps if one.kind == "evaluate"]
    for one in finished[:-1]:
        record(runs, one, 1.0)
    found = command.outlook(steps, runs, large=False)
    assert [one.kind for one in found.todo].count("evaluate") == 1 and len(found.todo) < 5
    assert len(found.done) == len(finished) - 1


# ---- room ----


def test_there_are_as_many_workers_as_cores_or_as_memory_holds():
    assert room.workers(2e9, "a step", None, cores=8, free=100 * GB) == 8
    assert room.workers(2e9, "a step", None, cores=8, free=5 * GB) == 2
    assert room.workers(2e9, "a step", 1, cores=8, free=5 * GB) == 1
    assert room.workers(2e9, "a step", None, cores=8, free=None) == 8


def test_a_machine_that_is_too_small_is_named_before_anything_runs(tmp_path: Path, monkeypatch):
    with pytest.raises(
        Problem, match=r"a step needs about 14\.0 GB of memory, and 9\.0 GB are free here: --recompute or --at-once N will do"
    ):
        room.workers(14e9, "a step", None, cores=2, free=9 * GB)
    with pytest.raises(Problem, match="it takes a larger machine, or a smaller --scale; nothing was run"):
        room.workers(14e9, "a step", None, cores=2, free=9 * GB, least=12e9)
    with pytest.raises(
        Problem, match=r"--workers 3: a step needs about 4\.0 GB of memory, and 9\.0 GB are free here, enough for 2"
    ):
        room.workers(4e9, "a step", 3, cores=2, free=9 * GB)
    monkeypatch.setattr(room, "free_disk", lambda folder: 10 * GB)
    steps = plan.plan(experiments.find("stilts", "large"))
    with pytest.raises(
        Problem, match=r"this run needs up to [\d,]+ GB there, and 10 GB are free; choose another folder with --runs"
    ):
        room.ready(steps, store.Store(tmp_path / "runs"), None, 2, cards=1)


def test_this_machine_says_what_is_free(tmp_path: Path):
    assert room.free_memory() is None or 0 < room.free_memory() < 2**50
    assert room.free_disk(tmp_path / "not" / "there" / "yet") > 0


# ---- assumptions ----


def test_an_assumption_stands_once_with_the_tasks_that_it_holds_for():
    found = assumptions.assumptions(experiments.find("stilts", "large"))
    (length,) = [one for one in found.settings if one.name == "max_length"]
    assert set(length.values) == {"128", "384"} and {"squad1", "squad2", "tydiqa"} <= set(length.values["384"])
    assert length.phases == ("intermediate", "target") and length.why.startswith("not stated; XTREME's own scripts")
    assert found.choices["seeds"].startswith("number of restarts not stated") and len(found.deviations) >= 2


def test_what_a_plan_does_not_train_on_is_not_assumed():
    few = options.choose(experiments.find("stilts", "large"), ["baseline", "xnli"])
    found = assumptions.assumptions(few)
    assert {task for one in found.settings for tasks in one.values.values() for task in tasks} == {"mnli"}
    assert not any("v2's table" in one.why for one in found.settings)


def test_nothing_is_assumed_where_nothing_is_silent():
    assert assumptions.assumptions(tiny()).settings == ()
