"""The languages: what the file says, what it does not know, and how a mistyped name is answered."""

from __future__ import annotations

import subprocess
import sys

import pytest

from replicate.languages import DISTANCES, Language, find, languages, pivot
from replicate.problems import BAD_INPUT, Problem
from replicate.tasks import TASKS


def test_the_fifty_languages_of_xtreme_r_stand_in_the_order_of_their_codes():
    table = languages()
    assert len(table) == 50
    assert list(table) == sorted(table)
    assert all(language.code == code and language.world == "real" for code, language in table.items())


def test_a_language_says_who_it_is():
    swahili = find("sw")
    assert (swahili.name, swahili.family, swahili.branch, swahili.script) == ("Swahili", "Niger-Congo", "Bantoid", "Latn")
    assert (swahili.word_order, swahili.size) == ("SVO", 1.6)
    assert swahili.tasks == ("xnli", "panx", "tatoeba", "tydiqa", "xcopa")
    assert swahili.distances["syntactic"] == 0.693


def test_scripts_are_iso_15924_codes():
    assert all(len(language.script) == 4 and language.script.istitle() for language in languages().values())
    assert find("zh").script == "Hani"


def test_an_unknown_distance_is_absent_and_no_number():
    assert "phonological" not in find("af").distances  # -1 in the file
    assert "syntactic" not in find("ms").distances  # 0 in the file: Malay is not English
    known = [value for language in languages().values() for value in language.distances.values()]
    assert len(known) > 300 and all(0 <= value <= 1 for value in known)
    assert {kind for language in languages().values() for kind in language.distances} <= set(DISTANCES)


def test_the_artificial_pivot_is_at_distance_zero_from_itself_on_every_scale():
    assert set(find(pivot("artificial"), "artificial").distances.values()) == {0}


def test_no_real_language_but_the_pivot_is_at_distance_zero():
    assert [code for code, language in languages().items() if 0 in language.distances.values()] == [pivot()]


def test_a_language_outside_xlmr_has_no_pretraining_size():
    assert sorted(code for code, language in languages().items() if language.size is None) == ["ht", "qu", "wo", "yo"]


@pytest.mark.parametrize("task", [id for id, task in TASKS.items() if task.role == "target"])
def test_the_file_and_the_tasks_agree_on_who_has_data(task: str):
    listed = {code for code, language in languages().items() if task in language.tasks}
    # XTREME-R adds languages to POS, NER, XQuAD and Tatoeba; the tasks here are XTREME's.
    extra = {"az", "gu", "lt", "pa", "pl", "qu", "ro", "uk", "wo"} if TASKS[task].benchmark == "XTREME" else set()
    assert listed - extra == set(TASKS[task].languages)


@pytest.mark.parametrize("name", ["de", "DE", "German", " german "])
def test_a_language_is_found_by_code_or_name_in_any_case(name: str):
    assert find(name).code == "de"


@pytest.mark.parametrize(("typed", "near"), [("Germn", "German"), ("swaheli", "Swahili"), ("dee", "de")])
def test_a_mistyped_language_is_answered_with_the_nearest(typed: str, near: str):
    with pytest.raises(Problem) as error:
        find(typed)
    assert repr(typed) in str(error.value) and near in str(error.value)
    assert error.value.code == BAD_INPUT


def test_a_world_that_does_not_exist_is_named():
    with pytest.raises(Problem, match=r"unknown world 'artifical'; did you mean artificial\?"):
        languages("artifical")
    with pytest.raises(Problem, match=r"unknown world 'artifical'; did you mean artificial\?"):
        pivot("artifical")


def test_the_table_handed_out_is_the_callers_own():
    languages().clear()
    assert len(languages()) == 50


def test_languages_can_be_keys():
    assert {find("en"): 1}[find("en")] == 1
    assert find("en") != Language("en", "English", "Indo-European", "Germanic", "Latn")


def test_the_artificial_world_has_languages_of_the_same_shape():
    table = languages("artificial")
    assert len(table) >= 18 and list(table) == sorted(table)
    assert len({language.family for language in table.values()}) >= 6
    assert len({language.script for language in table.values()}) >= 4
    assert all(language.world == "artificial" for language in table.values())


def test_the_real_languages_cost_no_heavy_import():
    code = "import sys, replicate.languages as l; l.languages(); print(*{'torch', 'pandas', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
