"""What a selection takes of results: plain rows, rows of another method or other languages, one model; and how it chooses."""

from __future__ import annotations

import pytest

from replicate import results, tasks
from synth.assertions import candidates, evaluate, measured, pivot, plain, selection
from synth.assertions.rows import Selection, parted
from synth.records import Assertion

from .cells import OTHER, XLMR, cell, gained, rows, run

XNLI = {"target": "xnli", "metric": "accuracy", "split": "test"}


def asked(kind="gain", intermediate="ccg", **fields):
    return Assertion(kind, intermediate, **{**XNLI, **fields})


# --- plain rows


@pytest.mark.parametrize(
    "fields",
    [
        {"method": "pfeiffer"}, {"intermediate_languages": "de"}, {"perturbation": "swap", "rate": 0.1}, {"bottleneck": "16"},
        {"fraction": 0.5},
    ],
)  # fmt: skip
def test_what_a_claim_does_not_speak_of_is_not_taken(fields):
    frame = results.table([cell(), cell("ccg", "53.0"), cell("ccg", "90.0", **fields)])
    assert plain(frame)["printed"].tolist() == ["50.0", "53.0"]
    assert evaluate(asked(), selection(frame)).values == (3.0,)


def test_rows_of_the_pivot_are_plain_in_either_world():
    frame = results.table([cell("ccg"), cell("mnli", intermediate_languages="a1a", world="artificial")])
    assert plain(frame)["intermediate"].tolist() == ["ccg", "mnli"]
    assert plain(frame[frame["world"] == "real"].assign(intermediate_languages="a1a")).empty
    assert (pivot("real"), pivot("artificial")) == ("en", "a1a")


def test_empty_cells_of_columns_of_experiments_are_no_settings():
    frame = results.table([cell(), cell("ccg", bottleneck=""), cell("mnli", bottleneck=None), cell("qqp", bottleneck="16")])
    assert plain(frame)["intermediate"].tolist() == ["baseline", "ccg", "mnli"]


# --- one model


def test_the_model_that_is_meant_is_the_one_that_was_trained_or_the_only_one():
    other = cell(value="40.0", model="mBERT")
    assert rows(cell(), cell("ccg"), other).model == XLMR and rows(other).model == "mBERT"
    assert rows(cell(), other).model == "" and rows().model == ""
    assert rows(cell("ccg"), cell("mnli", model="mBERT")).model == ""
    assert rows(cell(model="mBERT"), gained("ccg", "1.0")).model == XLMR
    assert evaluate(asked("level", "baseline"), rows(cell(), cell("ccg"), other)).shown == "50.0"
    named = rows(cell("ccg", value="53.0"), cell("ccg", "60.0", model=OTHER))
    assert evaluate(asked("level", model="XLM-R Base"), named).shown == "60.0"
    assert evaluate(asked("level", model="XLM-R"), rows(cell("ccg", "53.0"))).shown == "53.0", "of a family the one that is there"
    both = evaluate(asked("level"), named)
    assert both.missing == f"CCG: XNLI is there for {OTHER}, {XLMR}, and the claim names no model"
    unknown = evaluate(asked("level", model="GPT"), named)
    assert unknown.missing == "CCG of GPT: no XNLI accuracy on test among the rows"


# --- other methods and languages


def test_a_method_is_meant_by_its_own_name_or_the_usual_one():
    there = rows(cell(), cell("ccg", "53.0"), cell(method="pfeiffer"), cell("ccg", "51.0", method="pfeiffer"))
    assert [evaluate(asked(method=name), there).values for name in ("full", "", "pfeiffer", "adapter")] == [
        (3.0,), (3.0,), (1.0,), (1.0,)
    ]  # fmt: skip
    assert there.narrowed("full", "en") is there and there.narrowed("pfeiffer", "") is there.narrowed("adapter", "")
    assert (
        there.narrowed("pfeiffer", "") is not there
        and Selection(there.gains, there.levels).narrowed("pfeiffer", "").whole is None
    )
    noisy = rows(cell(method="lora"), cell("ccg", "51.0", method="lora"), cell("ccg", "40.0", method="lora", perturbation="swap"),
                 cell("ccg", "30.0", method="lora", bottleneck="8"), gained("mnli", "2.0", method="lora"))  # fmt: skip
    assert evaluate(asked(method="lora"), noisy).values == (1.0,)
    assert evaluate(asked(method="lora", intermediate="mnli"), noisy).printed == "2.0"
    assert len(noisy.narrowed("lora", "").levels) == 2


def test_languages_of_the_intermediate_data_are_meant_by_name_or_code_in_any_order():
    there = rows(cell(), cell("ccg", "53.0"), cell("mnli-de", "51.0", intermediate_languages="de"),
                 cell("mnli", "52.0", intermediate_languages="de+fr"), cell("mnli", "55.0"))  # fmt: skip
    said = {"German": 1.0, "de": 1.0, "French, German": 2.0, "fr + de": 2.0, "en": 5.0, "English": 5.0, "": 5.0}
    found = {spoken: evaluate(asked(intermediate="mnli", intermediate_languages=spoken), there).values for spoken in said}
    assert found == {spoken: (value,) for spoken, value in said.items()}
    assert evaluate(asked(intermediate="mnli", intermediate_languages="ru"), there).missing
    assert evaluate(asked(intermediate="mnli", intermediate_languages="Klingon"), there).missing


def test_the_pivot_of_the_artificial_world_is_its_english():
    def made(intermediate, value, spoken=""):
        return cell(intermediate, value, world="artificial", intermediate_languages=spoken)

    there = rows(made("baseline", "50.0"), made("ccg", "53.0", "a1a"), made("ccg", "51.0", "b1a"), made("mnli", "55.0"))
    assert evaluate(asked(intermediate_languages="a1a"), there).values == (3.0,)
    assert evaluate(asked(intermediate_languages="b1a"), there).values == (1.0,)
    assert evaluate(asked(intermediate="mnli", intermediate_languages="a1a"), there).values == (5.0,), "as where none is named"
    lora = rows(cell(method="lora"), cell("ccg", "51.0", method="lora", intermediate_languages=""))
    assert evaluate(asked(method="lora"), lora).values == (1.0,)


def test_native_texts_come_before_others_and_what_is_told_apart_by_nothing_is_nobody():
    base = cell()
    native = cell("mnli", "52.0", intermediate_languages="de", text="native", families="1", log2_families="0.0")
    other = cell("mnli", "51.0", intermediate_languages="de", text="translated", families="1")
    spoken = asked(intermediate="mnli", intermediate_languages="de")
    assert evaluate(spoken, rows(base, native, other)).values == (2.0,)
    assert evaluate(spoken, rows(base, other)).values == (1.0,)
    named = cell("mnli-de", "53.0", intermediate_languages="de")
    assert evaluate(spoken, rows(base, named, cell("mnli", "51.0", intermediate_languages="de"))).missing, "two of one name"
    assert evaluate(spoken, rows(base, {**native, "families": "1"}, {**native, "families": "2", "printed": "51.0"})).missing


def test_translated_data_bear_the_name_of_their_task():
    there = rows(cell(), cell("translated-mnli", "51.0", intermediate_languages="de+fr"),
                 cell("translated-anli+-x", "52.0", intermediate_languages="de"), cell("mnli", "55.0"))  # fmt: skip
    assert evaluate(asked(intermediate="mnli", intermediate_languages="translated"), there).values == (1.0,)
    assert evaluate(asked(intermediate="anli+", intermediate_languages="translated"), there).values == (2.0,)
    assert evaluate(asked(intermediate="qqp", intermediate_languages="translated"), there).missing
    odd = rows(cell(), cell("translated-something", "51.0", intermediate_languages="de"))
    assert odd.narrowed("full", "translated").levels["intermediate"].tolist() == ["baseline", "translated-something"]


# --- what there is


def test_what_was_measured_is_listed():
    there = rows(run(), run(language="fr"), run("ccg", target="udpos", metric="f1", split="dev"), gained("multi", "1.0"),
                 gained("shuffled-ccg", "1.0"), run("anli+"))  # fmt: skip
    assert there.spoken["xnli", "accuracy", "test"] == ("de", "fr") and there.spoken["udpos", "f1", "dev"] == ("de",)
    assert {("xnli", "test"), ("udpos", "dev")} <= there.targets and ("xnli", "dev") not in there.targets
    assert there.trained == ("anli+", "ccg", "multi") and candidates(there.levels) == ["anli+", "ccg"]
    assert there.known == {} and there.known is there.known


def test_of_runs_scores_and_averages_are_made_once():
    frame = results.table([run(), run("ccg", 53.0), cell(language="all", split="dev")])
    made = measured(frame)
    assert {"xnli", "average"} <= set(made["target"]) and (made["missing"] == "").sum() == 6
    assert measured(frame[frame["origin"].str.startswith("paper:")])["missing"].tolist() == [""], "of papers: as printed"
    given = run("ccg", metric="score", language="all", value=77.0)
    short = [run(max_length=128), run(language="fr", max_length=128), run("ccg", max_length=128)]  # it lacks French
    again = results.select(measured(results.table([given, *short])), intermediate="ccg", metric="score", target="xnli")
    assert again["value"].tolist() == [77.0], "what stands there is not made again"


def of_runs(*cells):
    """Rows with the scores and averages that runs make."""
    return selection(results.table(cells))


def test_what_an_average_lacks_is_said_and_cut_short():
    few = of_runs(run(), run("ccg", 53.0))
    lacking = evaluate(Assertion("gain", "ccg", split="test"), few)
    assert lacking.missing.startswith("CCG: pawsx, udpos, panx, ") and lacking.missing.endswith(" not measured")
    assert len(lacking.missing) <= 5 + 120 + len(" not measured")
    german = of_runs(run(), run(language="fr"), run("ccg", 53.0))
    assert evaluate(asked(metric="score"), german).missing == "CCG: xnli fr accuracy not measured"
    assert evaluate(asked(), german).missing == "CCG: no XNLI accuracy on test among the rows"
    seeds = [run("ccg", 53.0, seed, language=code) for seed, code in ((1, "de"), (2, "fr"))]
    assert evaluate(asked(metric="score"), of_runs(run(), run(language="fr"), *seeds)).missing.startswith("CCG: xnli de accuracy")
    meets = of_runs(run(), run(seed=2), run(language="fr", seed=2), run("ccg", 53.0), run("ccg", 53.0, language="fr"))
    assert evaluate(asked(metric="score"), meets).missing == "no intermediate training: xnli fr accuracy not measured"
    bare = Selection(german.gains, german.levels.drop(columns="missing"))
    assert evaluate(asked(metric="score"), bare).missing == "CCG: no XNLI on test among the rows"


def test_the_rows_behind_an_average_are_the_scores_of_its_tasks():
    there = of_runs(*(run(name, 50.0, target=target, metric=metric, split=split)
                   for name in ("baseline", "ccg") for target in tasks.XTREME for metric in results.score_metrics(target)
                   for split in (["test"] if target in results.NO_DEV else ["dev"])))  # fmt: skip
    of = Assertion("gain", "ccg", split="dev")
    found = parted(there, of, (("ccg", False), ("baseline", False)), {1: None})
    assert [row["target"] for row in found[::2]] == list(tasks.XTREME) and len(found) == 18
    assert {row["target"]: row["split"] for row in found}["xquad"] == "test"
    assert parted(there, of, (("ccg", False),), {2: None}) == ()
    xquad = Assertion("gain", "ccg", target="xquad", split="dev")
    assert [row["metric"] for row in parted(there, xquad, (("ccg", False),), {1: None})] == ["score"]
    assert parted(rows(run("ccg")), asked(language="de", split="dev"), (("ccg", False),), {1: None}) == (), "XNLI has a dev set"
    both = rows(*(run("ccg", target="tatoeba", split=split) for split in ("dev", "test")))
    tatoeba = asked(target="tatoeba", language="de", split="dev")
    assert [row["split"] for row in parted(both, tatoeba, (("ccg", False),), {1: None})] == ["dev"]


# --- choosing the best for each target


CHOSEN = {"chosen": "best per target on dev", "target": "xnli", "split": "test"}


def runs_of(*levels, seed=1, **fields):
    """Runs of systems, each with its level on dev and on test."""
    return [run(name, value, seed, split=split, **fields)
            for name, dev, test in levels for split, value in (("dev", dev), ("test", test)) if value is not None]  # fmt: skip


def test_the_best_on_dev_is_measured_on_test():
    base, ccg, mnli = ("baseline", 50.0, 50.0), ("ccg", 60.0, 53.0), ("mnli", 59.0, 58.0)
    found = evaluate(Assertion("gain", "best", **CHOSEN), of_runs(*runs_of(base, ccg, mnli)))
    assert found.values == (3.0,) and found.recomputation == "seed 1: +3.0 with XNLI CCG"
    assert [(row["intermediate"], row["split"]) for row in found.rows] == [("ccg", "test"), ("baseline", "test")]
    second = runs_of(base, ("ccg", 58.0, 53.0), mnli, seed=2)
    both = evaluate(Assertion("gain", "best", **CHOSEN), of_runs(*runs_of(base, ccg, mnli), *second))
    assert both.recomputation == "seed 1: +3.0 with XNLI CCG; seed 2: +8.0 with XNLI MNLI" and both.values == (3.0, 8.0)


def test_the_best_is_chosen_by_its_score_over_all_languages_wherever_its_rows_stand():
    def spoken(name, german, french, **fields):
        return [run(name, value, language=code, split=split, **fields)
                for code, value in (("de", german), ("fr", french)) for split in ("dev", "test")]  # fmt: skip

    cells = [
        *spoken("ccg", 60.0, 40.0), *spoken("mnli", 55.0, 57.0), *spoken("mnli", 30.0, 30.0, target="pawsx"),
        run("ccg", 99.0, split="dev", metric="score"), *spoken("baseline", 50.0, 50.0),
    ]  # fmt: skip
    found = evaluate(Assertion("gain", "best", **CHOSEN), of_runs(*cells))
    assert found.values == (6.0,) and found.recomputation == "seed 1: +6.0 with XNLI MNLI"


def test_with_mlm_a_system_is_another_one_and_the_baseline_is_without():
    base, ccg = ("baseline", 50.0, 50.0), ("ccg", 60.0, 53.0)
    with_mlm = runs_of(("ccg", 61.0, 55.0), ("baseline", 90.0, 90.0), mlm=True)
    found = evaluate(Assertion("gain", "best", **CHOSEN), of_runs(*runs_of(base, ccg), *with_mlm))
    assert found.values == (5.0,) and found.recomputation.endswith("XNLI CCG with MLM")
    tie = evaluate(Assertion("gain", "best", **CHOSEN), of_runs(*runs_of(base, ccg, ("mnli", 60.0, 59.0))))
    assert tie.values == (3.0,), "of two that are equal on dev the first"


def test_where_no_target_has_a_dev_set_the_choice_is_on_test_in_the_open():
    levels = (("baseline", 50.0), ("ccg", 53.0), ("mnli", 52.0))
    cells = [run(name, value, target="tatoeba", metric="accuracy") for name, value in levels]
    found = evaluate(Assertion("gain", "best", **{**CHOSEN, "target": "tatoeba"}), of_runs(*cells))
    assert found.values == (3.0,) and "Tatoeba CCG" in found.recomputation
    with_dev = [*cells, run("mnli", 90.0, target="tatoeba", split="dev")]
    assert evaluate(Assertion("gain", "best", **{**CHOSEN, "target": "tatoeba"}), of_runs(*with_dev)).values == (2.0,)


@pytest.mark.parametrize(
    "cells",
    [
        runs_of(("baseline", 50.0, 50.0), ("ccg", 60.0, None)),  # chosen, and not measured on test
        runs_of(("baseline", 50.0, 50.0), ("ccg", None, 53.0)),  # nothing to choose by
        runs_of(("baseline", 50.0, None), ("ccg", 60.0, 53.0)),  # no baseline on test
    ],
)
def test_choosing_needs_dev_and_test_of_system_and_baseline(cells):
    found = evaluate(Assertion("gain", "best", **CHOSEN), of_runs(*cells))
    assert found.missing == "choosing on dev and measuring on test needs both; not there for XNLI" and found.numbers is None


def test_choosing_says_for_which_targets_it_cannot():
    cells = runs_of(("baseline", 50.0, 50.0), ("ccg", 60.0, 53.0))
    average = evaluate(Assertion("gain", "best", **{**CHOSEN, "target": "average"}), of_runs(*cells))
    assert (
        average.missing.endswith("not there for BUCC, MLQA, NER, PAWS-X, POS, Tatoeba, TyDiQA-GoldP, XQuAD")
        and not average.values
    )
    nobody = evaluate(Assertion("gain", "best", **CHOSEN), of_runs(*runs_of(("baseline", 50.0, 50.0))))
    assert nobody.missing.endswith("not there for any system")
    two = [*cells, *runs_of(("baseline", 50.0, 50.0), ("ccg", 60.0, None), seed=2)]
    assert evaluate(Assertion("gain", "best", **CHOSEN), of_runs(*two)).missing.endswith("not there for XNLI")


def test_a_papers_own_row_of_best_models_is_taken():
    best = cell("best", "57.0")
    there = rows(cell(value="50.0", note="Hu et al. (2020)"), best)
    found = evaluate(Assertion("gain", "best", **CHOSEN, metric="accuracy"), there)
    assert found.shown == found.printed == "7.0" and found.recomputation == "57.0 \u2212 50.0 = +7.0" and found.also == ""
    assert found.note == "over the baseline Hu et al. (2020)" and len(found.rows) == 2
    assert (
        evaluate(Assertion("gain", "best", **CHOSEN, metric="accuracy"), rows(cell(note="our baseline"), best)).note
        == "over our baseline"
    )
    assert evaluate(Assertion("gain", "best", **CHOSEN, metric="accuracy"), rows(cell(), best)).note == ""
    other = rows(cell(value="50.0"), cell(value="45.0", model=OTHER), best)
    over = evaluate(Assertion("gain", "best", **CHOSEN, metric="accuracy", over_model=OTHER), other)
    assert over.shown == "12.0" and over.also == "over the paper's own baseline 50.0 it is +7.0"
    alone = evaluate(Assertion("gain", "best", **CHOSEN, metric="accuracy"), rows(best))
    assert alone.missing == f"no intermediate training of {XLMR}: not among the rows"
    less = evaluate(Assertion("gain", "best", **CHOSEN, metric="accuracy"), rows(cell(value="58.0"), best))
    assert less.printed == "\u22121.0"
