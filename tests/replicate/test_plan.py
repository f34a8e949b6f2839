"""From an experiment to steps: what is shared, what makes an id, and what the options of the command line change."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import experiments, plan, tasks
from replicate.costs import counted
from replicate.experiments import Experiment, Intermediate, Recipe, options
from replicate.plan import Step
from replicate.problems import Problem


def tiny() -> Experiment:
    return experiments.find("stilts", "tiny")


def nano() -> Experiment:
    return experiments.find("stilts", "nano")


def training(steps, phase: str, *names: str) -> list[Step]:
    return [s for s in steps if s.kind == "train" and s.settings["phase"] == phase and s.settings["tasks"] == list(names)]


def evaluations(steps, **row) -> list[Step]:
    """Evaluations by their target or by what their rows say."""
    return [s for s in steps if s.kind == "evaluate" and all({**s.settings["row"], **s.settings}[key] == row[key] for key in row)]


# ---- the graph ----


@pytest.mark.parametrize("scale", experiments.SCALES)
def test_every_step_is_there_once_and_after_its_inputs(scale):
    before = set()
    for step in plan.plan(experiments.find("stilts", scale)):
        assert step.id not in before
        assert {id for _, id in step.inputs} <= before
        before.add(step.id)


def test_the_tiny_plan_is_small_enough_to_read():
    kinds = Counter(step.kind for step in plan.plan(tiny()))
    # Two intermediates; baseline and both, each trained and evaluated on three targets.
    assert kinds == {"pretrain": 1, "train": 2 + 3 * 3, "evaluate": 3 * 3}


def test_pretraining_walks_in_rounds_of_shards_and_ends_in_one_model_for_all_seeds():
    experiment = replace(tiny(), rounds=2, shards=2, seeds=(1, 2))
    steps = plan.plan(experiment)
    one, two, first, three, four, last = steps[:6]
    assert [step.kind for step in steps[:6]] == ["pretrain", "pretrain", "average", "pretrain", "pretrain", "average"]
    assert one.inputs == two.inputs == ()
    assert first.inputs == (("shard0", one.id), ("shard1", two.id))
    assert three.inputs == four.inputs == (("model", first.id),)
    users = [step for step in steps if ("model", last.id) in step.inputs]
    assert {step.settings["seed"] for step in users} == {1, 2}


def test_the_baseline_has_no_intermediate_step():
    steps = plan.plan(tiny())
    pretrained = steps[0]
    for target in ("xnli", "udpos", "tydiqa"):
        (evaluation,) = evaluations(steps, target=target, intermediate="baseline")
        (model,) = [step for step in steps if step.id == evaluation.inputs[0][1]]
        assert model.settings["tasks"] == [tasks.TASKS[target].train]
        assert model.inputs == (("model", pretrained.id),)


def test_xquad_and_mlqa_share_one_training_on_squad():
    steps = plan.plan(replace(nano(), seeds=(1,)))
    for variant in ("baseline", "hellaswag", "multi"):
        models = {
            s.inputs for target in ("xquad", "mlqa") for s in evaluations(steps, target=target, intermediate=variant, mlm=False)
        }
        assert len(models) == 1


def test_an_intermediate_model_is_trained_once_per_seed_for_all_targets():
    steps = plan.plan(nano())
    found = [step for step in training(steps, "intermediate", "ccg") if not step.settings["mlm"]]
    assert [step.settings["seed"] for step in found] == list(nano().seeds)
    assert sum(("model", found[0].id) in step.inputs for step in steps) == 6 + 2  # six trained targets, two of retrieval


def test_retrieval_is_evaluated_on_the_intermediate_model_itself_without_the_pivot():
    steps = plan.plan(nano())
    (intermediate,) = [s for s in training(steps, "intermediate", "qqp") if s.settings["seed"] == 1 and not s.settings["mlm"]]
    for target in tasks.RETRIEVAL:
        (evaluation,) = evaluations(steps, target=target, intermediate="qqp", mlm=False, seed=1)
        assert evaluation.inputs == (("model", intermediate.id),)
        assert evaluation.settings["languages"] == [code for code in nano().languages if code != nano().pivot]


def test_with_mlm_the_whole_phase_has_the_rate_of_mlm_and_the_baseline_has_no_such_row():
    steps = plan.plan(experiments.find("stilts", "large"))
    rates = {step.settings["mlm"]: step.settings["recipe"]["learning_rate"] for step in training(steps, "intermediate", "anli+")}
    assert rates == {False: 1e-5, True: 5e-6}
    assert evaluations(steps, intermediate="anli+", mlm=True) and not evaluations(steps, intermediate="baseline", mlm=True)
    with_bare_mlm = replace(tiny(), intermediates=(Intermediate("baseline"), Intermediate("baseline", mlm=True)))
    assert plan.plan(with_bare_mlm) == plan.plan(replace(tiny(), intermediates=(Intermediate("baseline"),)))


def test_a_control_with_shuffled_labels_differs_in_that_alone():
    steps = plan.plan(replace(nano(), seeds=(1,)))
    plain, shuffled = (s for s in training(steps, "intermediate", "anli+") if not s.settings["mlm"])
    assert {key for key in plain.settings if plain.settings[key] != shuffled.settings[key]} == {"shuffled"}


def test_a_hub_model_is_named_with_its_revision_where_no_step_makes_it():
    steps = plan.plan(experiments.find("stilts", "large"))
    for step in steps:
        assert (step.inputs == ()) == (len(step.settings.get("revision", "")) == 40)
    assert {step.settings["model"] for step in steps if not step.inputs} == {"hub:FacebookAI/xlm-roberta-large"}


def test_real_targets_are_evaluated_in_the_languages_that_they_have():
    steps = plan.plan(experiments.find("stilts", "large"))
    (evaluation,) = evaluations(steps, target="udpos", intermediate="baseline", seed=1)
    assert len(evaluation.settings["languages"]) == 29  # the dev languages of the paper
    (evaluation,) = evaluations(steps, target="tatoeba", intermediate="baseline", seed=1)
    assert set(evaluation.settings["languages"]) == set(tasks.TASKS["tatoeba"].languages)


def test_what_the_hub_does_not_have_is_left_out_of_the_papers_grid_and_said():
    """CCGbank is sold by the LDC, and the collection that BUCC's threshold is chosen on lies on no hub."""
    large = experiments.find("stilts", "large")
    assert "LDC2005T13" in large.unavailable["ccg"] and large.unavailable["multi"].startswith("ccg: ")
    assert set(large.unavailable) == {"ccg", "multi", "bucc2018"} and set(large.targets) == {*tasks.XTREME} - {"bucc2018"}


def test_the_large_scale_has_the_settings_of_the_papers_tables():
    """Tables 3 and 4 of 2005.13013v1: batch size, epochs, learning rate."""
    large = experiments.find("stilts", "large")
    table = {
        "anli+": (24, 2), "ccg": (24, 15), "csqa": (4, 10), "cosmosqa": (4, 15), "hellaswag": (24, 7), "qqp": (24, 3),
        "squad1": (8, 3),
    }  # fmt: skip
    for task, (batch, epochs) in table.items():
        recipe = large.intermediate[task]
        assert (recipe.batch_size, recipe.epochs, recipe.learning_rate) == (batch, epochs, 1e-5), task
    targets = {"mnli": (4, 2), "pawsx": (32, 5), "squad1": (16, 2), "tydiqa": (16, 2), "udpos": (32, 10), "panx": (32, 10)}
    for task, (batch, epochs) in targets.items():
        recipe = large.target[task]
        assert (recipe.batch_size, recipe.epochs, recipe.learning_rate) == (batch, epochs, 3e-6), task
    assert large.intermediate["multi"].epochs == 3 and large.intermediate["mlm"].batch_size == 8
    assert large.repeats == "2005.13013v1"


@pytest.mark.parametrize("scale", experiments.SCALES)
def test_every_recipe_that_a_plan_asks_for_is_there_and_assumptions_name_fields(scale):
    experiment = experiments.find("stilts", scale)
    assert plan.plan(experiment)
    assert {tasks.TASKS[target].train for target in experiment.targets} - {None} <= set(experiment.target)
    for recipe in (*experiment.intermediate.values(), *experiment.target.values()):
        assert set(recipe.assumed) <= set(recipe.settings())


def test_what_the_most_work_hangs_on_comes_first():
    steps = plan.plan(tiny())
    first = counted.priorities(steps)
    by_label = {step.label: first[step.id] for step in steps}
    assert by_label["pretraining, round 1 of 1"] == max(first.values())
    assert by_label["training on anli+, seed 1"] > by_label["baseline, then mnli, seed 1"] > by_label["baseline: xnli, seed 1"]


# ---- ids ----


def test_an_id_depends_on_all_that_decides_the_result_and_on_nothing_else():
    step = Step("train", {"seed": 1, "tasks": ("mnli",)}, (("model", "aa"),), "a label")
    same = Step("train", {"tasks": ["mnli"], "seed": 1}, (("model", "aa"),), "another label")
    assert step.id == same.id and len(step.id) == 16
    others = [
        Step("evaluate", step.settings, step.inputs, ""),
        Step("train", {**step.settings, "seed": 2}, step.inputs, ""),
        Step("train", step.settings, (("model", "bb"),), ""),
        Step("train", step.settings, (("shard0", "aa"),), ""),
    ]
    assert len({step.id, *(other.id for other in others)}) == 5


def test_a_new_version_of_a_kind_gives_new_ids(monkeypatch):
    before = {step.kind: step.id for step in plan.plan(tiny())}
    monkeypatch.setitem(plan.VERSIONS, "evaluate", plan.VERSIONS["evaluate"] + 1)
    after = {step.kind: step.id for step in plan.plan(tiny())}
    assert [kind for kind in before if before[kind] != after[kind]] == ["evaluate"]


def test_reasons_for_assumptions_enter_no_id():
    experiment = tiny()
    argued = {task: replace(recipe, assumed={"clip": "it is usual"}) for task, recipe in experiment.target.items()}
    assert plan.plan(experiment) == plan.plan(replace(experiment, target=argued))


def test_two_and_two_point_nought_are_one_setting():
    assert Recipe(1, 8, epochs=2).settings() == Recipe(1.0, 8, epochs=2.0).settings()
    assert type(Recipe(1, 8, epochs=2).settings()["epochs"]) is float


def test_a_recipe_lasts_epochs_or_updates():
    for lasts in ({}, {"epochs": 1, "updates": 5}):
        with pytest.raises(ValueError, match="exactly one of epochs, updates and tokens"):
            Recipe(1e-5, 8, **lasts)


class Text(str):
    """A str to isinstance, but not what JSON gives back."""


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, {1, 2}, object(), b"x", {1: "a"}, 1j, Text("a"), [["deep", {"x": math.nan}]]]
)
def test_what_has_no_canonical_form_raises(value):
    with pytest.raises(ValueError, match="has no canonical form"):
        plan.canonical({"setting": value})
    with pytest.raises(ValueError, match="has no canonical form"):
        Step("train", {"setting": value}, (), "")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), PLAIN, max_size=4))
def test_a_step_written_down_and_read_again_is_the_same_step(settings):
    step = Step("train", settings, (("model", "aa"),), "label")
    again = plan.from_dict(step.to_dict())
    assert again.id == step.id
    assert plan.canonical(again.settings) == plan.canonical(dict(reversed(settings.items())))


# ---- options ----


def chosen(*only: str, **more) -> Experiment:
    return options.choose(nano(), only, **more)


def test_only_restricts_variants_and_targets_and_keeps_the_baseline():
    experiment = chosen("anli+", "xnli", "POS")
    assert [one.title for one in experiment.intermediates] == ["baseline", "anli+", "anli+ with MLM"]
    assert experiment.targets == ("xnli", "udpos")
    assert [one.title for one in chosen("squad", "no-mlm").intermediates] == ["baseline", "squad1"]
    assert [one.title for one in chosen("multi", "mlm").intermediates] == ["baseline", "multi with MLM"]
    assert [one.title for one in chosen("baseline").intermediates] == ["baseline"]
    assert [one.title for one in chosen("shuffled").intermediates] == ["baseline", "shuffled-anli+", "shuffled-squad1"]
    assert [one.title for one in chosen("shuffled", "squad1", "no-mlm").intermediates] == [
        "baseline",
        "squad1",
        "shuffled-squad1",
    ]
    assert chosen("xnli").intermediates == nano().intermediates


def test_the_demo_is_a_named_part():
    demo = chosen("demo")
    assert [one.title for one in demo.intermediates] == ["baseline", "anli+", "squad1", "hellaswag", "ccg", "multi"]
    assert demo.seeds == nano().seeds[:1] and demo.targets == tasks.XTREME
    assert chosen("demo", "xnli").targets == ("xnli",)
    full = {step.id for step in plan.plan(nano())}
    assert {step.id for step in plan.plan(demo)} <= full  # the whole experiment goes on from the demo


def test_options_share_steps_with_the_whole():
    assert {s.id for s in plan.plan(chosen("ccg", seeds=1))} < {s.id for s in plan.plan(nano())}


def test_limit_caps_training_and_evaluation():
    steps = plan.plan(chosen("demo", limit=7))
    assert {step.settings["examples"] for step in steps if step.kind == "evaluate"} == {7}
    assert {step.settings["recipe"]["examples"] for step in steps if step.kind == "train"} == {7}
    assert steps[0] == plan.plan(nano())[0]  # pretraining is another matter


@pytest.mark.parametrize(
    ("change", "phase", "task", "expected"),
    [
        ("target.learning_rate=1e-4", "target", "udpos", {"learning_rate": 1e-4}),
        ("target.xnli.updates=50", "target", "mnli", {"updates": 50, "epochs": None}),
        ("target.POS.epochs=2", "target", "udpos", {"updates": None, "epochs": 2.0}),
        ("intermediate.anli+.batch_size=8", "intermediate", "anli+", {"batch_size": 8}),
        ("intermediate.examples=none", "intermediate", "multi", {"examples": None}),
    ],
)
def test_set_changes_a_recipe(change, phase, task, expected):
    recipe = getattr(options.changed(nano(), change), phase)[task]
    assert {field: getattr(recipe, field) for field in expected} == expected


def test_set_changes_one_task_and_leaves_the_others():
    changed = options.changed(nano(), "target.xquad.updates=50")
    assert [task for task in changed.target if changed.target[task] != nano().target[task]] == ["squad1"]


def test_set_changes_what_is_no_recipe():
    assert options.changed(nano(), "seeds=4,5").seeds == (4, 5)
    assert options.changed(nano(), "languages=b1a,f1a").languages == (nano().pivot, "b1a", "f1a")
    assert options.changed(nano(), "rounds=1").rounds == 1
    assert options.changed(nano(), "pretrain.updates=3").pretrain.updates == 3
    steps = plan.plan(options.changed(options.changed(nano(), "evaluation.examples=5"), "evaluation.xnli.examples=9"))
    assert {(s.settings["target"] == "xnli", s.settings["examples"]) for s in steps if s.kind == "evaluate"} == {
        (True, 9),
        (False, 5),
    }


@pytest.mark.parametrize(
    ("scale", "change", "says"),
    [
        ("nano", "target.learnin_rate=1", "unknown setting of target 'learnin_rate'; did you mean learning_rate?"),
        ("nano", "target.xnl.updates=1", "unknown target task 'xnl'; did you mean xnli or mnli?"),
        ("nano", "tagret.updates=1", "unknown setting 'tagret.updates'; did you mean target.updates"),
        ("nano", "target.updates=many", "--set target.updates=many: expected a whole number or none"),
        ("nano", "target.learning_rate=fast", "--set target.learning_rate=fast: expected a number"),
        ("nano", "target.learning_rate=nan", "--set target.learning_rate=nan: expected a number that is not negative"),
        ("nano", "target.epochs=none", "--set target.epochs=none: set another one of epochs, updates, tokens instead"),
        ("nano", "evaluation.xnly.examples=1", "unknown target task 'xnly'; did you mean xnli"),
        ("nano", "languages=b1", "unknown language 'b1'; did you mean b1"),
        ("nano", "seeds=", "--set seeds=: expected values with commas between them"),
        ("nano", "rounds=0", "--set rounds=0: at least 1"),
        ("nano", "target.batch_size=0", "batch_size = 0 makes no training; expected 1 to"),
        ("nano", "intermediate.max_length=0", "max_length = 0 makes no training; expected 6 to"),
        ("nano", "target.dropout=7", "dropout = 7.0 makes no training; expected 0 to 0.99"),
        ("nano", "evaluation.split=tset", "unknown split 'tset'; did you mean test?"),
        ("nano", "evaluation.examples=0", "--set evaluation.examples=0: at least 1"),
        ("nano", "target", "--set target: expected key=value"),
        ("nano", "target=3", "--set target=3: name the field too"),
        ("large", "pretrain.updates=3", "--set pretrain.updates=3: at scale large nothing is pretrained"),
    ],
)
def test_a_setting_that_does_not_exist_is_one_line_with_the_nearest_names(scale, change, says):
    with pytest.raises(Problem) as caught:
        options.changed(experiments.find("stilts", scale), change)
    assert str(caught.value).startswith(says) and "\n" not in str(caught.value)


def test_names_that_do_not_exist_are_answered_with_the_nearest():
    with pytest.raises(Problem, match="unknown word for --only 'hellaswga'; did you mean hellaswag"):
        chosen("hellaswga")
    with pytest.raises(Problem, match="unknown experiment 'stilt'; did you mean stilts"):
        experiments.find("stilt")
    with pytest.raises(Problem, match="unknown scale 'nan'; did you mean nano"):
        experiments.find("stilts", "nan")
    with pytest.raises(Problem, match="unknown source 'xtrem:data'; did you mean xtreme"):
        experiments.find("stilts", "nano", "xtrem:data")
