"""What takes a letter's place: its neighbours on the keyboard, its sound, its bare form, its other case."""

from __future__ import annotations

import pytest

from replicate.languages import languages
from replicate.perturb import KINDS, Perturbation, about, hit, keyboards, kinds
from replicate.perturb.graphemes import units

from .spoken import REAL, SENTENCES, nfc, nfd


def test_every_language_has_neighbours_for_its_letters():
    for code in REAL:
        found = hit([SENTENCES.get(code, SENTENCES["en"])], Perturbation("substitute", 1), code, "all").count
        assert found.hit == found.could > 0, code
    assert set(keyboards._file()["languages"]) == {*REAL} - {"zh"}


def test_who_is_a_neighbour_has_that_one_for_a_neighbour():
    for code in (*REAL, *languages("artificial")):
        found = keyboards.layout(code)
        assert (found is None) == (code == "zh")
        near = found.near if found else {}
        assert all(one in near[other] and one != other for one, others in near.items() for other in others), code


def test_neighbours_are_those_of_the_language_s_own_keyboard():
    assert set(keyboards.near("g", "en")) == set("ftyhvb")
    assert "y" in keyboards.near("t", "en") and "z" in keyboards.near("t", "de")
    assert set(keyboards.near("A", "fr")) == set("QZÉ") and set(keyboards.near("a", "en")) == set("qwsz")
    assert "I" in keyboards.near("U", "tr") and "i" not in keyboards.near("u", "tr")
    assert "ख" in keyboards.near("क", "hi")  # the same key with shift
    assert set(keyboards.near("ि", "hi")) <= set("्ाीूेुॅंँौैोॊॆ") and "्" not in keyboards.near("ि", "hi")
    assert keyboards.near("b", "a1a") == ("k", "d") and keyboards.near("a", "a1a") == ("e",)
    assert keyboards.near("q", "hi") == keyboards.near("q", "en")  # a Latin letter in a Hindi text
    assert keyboards.near("3", "en") == () == keyboards.near("ж", "en")


def test_characters_are_taken_for_others_of_their_sound():
    assert {"忍", "仁"} <= set(keyboards.near("人", "zh"))  # all of them ren
    assert keyboards.near("國", "zh")  # traditional, not in GB 2312
    assert {"糊", "狐"} <= set(keyboards.near("湖", "zh"))
    assert set(keyboards.near("か", "ja")) == set("きくけこ") and set(keyboards.near("ガ", "ja")) == set("ギグゲゴ")
    assert keyboards.near("人", "en") == ()


def test_of_a_syllable_one_letter_is_exchanged():
    found = kinds.replaced("한", "ko")
    assert {"핟", "헌"} & set(found) and all(len(one) == 1 and "가" <= one <= "힣" for one in found)


def test_an_inserted_letter_melts_into_nothing():
    found = hit(["क् ख् ग्"], Perturbation("insert", 1), "hi", "virama")
    assert found.count.hit == 3 and len(units(found.parts[0])) == 8


@pytest.mark.parametrize(
    ("code", "text", "without"),
    [
        ("fr", "Élève naïf", "Eleve naif"),
        ("vi", "Đường phố Việt", "Duong pho Viet"),
        ("pl", "Łódź", "Lodz"),
        ("yo", "ẹ̀kọ́ Yorùbá", "eko Yoruba"),
        ("el", "Ελληνικά ΐ", "Ελληνικα ι"),
        ("ru", "ёлка", "елка"),
        ("ar", "اللُّغَة أمّ", "اللغة ام"),
        ("he", "שָׁלוֹם", "שלום"),
        ("hi", "ज़रूरी हिंदी", "जरूरी हिंदी"),  # vowel signs and the anusvara spell sounds
        ("th", "น้ำที่", "นำที"),
        ("ja", "ガギグが", "カキクか"),
        ("ta", "தமிழ்", "தமிழ்"),
        ("ko", "한국어", "한국어"),
    ],
)
def test_dropped_are_diacritics_and_not_what_spells_a_sound(code: str, text: str, without: str):
    for form in (nfc, nfd):
        assert nfc(hit([form(text)], Perturbation("diacritics", 1), code, "bare").parts[0]) == without


@pytest.mark.parametrize(
    ("code", "text", "other"),
    [("en", "The UN, 1945", "tHE un, 1945"), ("de", "Straße", "sTRAßE"), ("tr", "İlk ışık", "iLK IŞIK"), ("ka", "ენა", "ენა"),
     ("hi", "भाषा DNA", "भाषा dna"), ("el", "Φως", "φΩΣ")],
)  # fmt: skip
def test_case_is_that_of_the_language(code: str, text: str, other: str):
    assert hit([text], Perturbation("case", 1), code, "case").parts == (other,)


def test_a_kind_that_finds_nothing_in_a_script_says_so():
    table = languages()
    assert "no capitals" in about.told("case", table["hi"]) and "no diacritics" in about.told("diacritics", table["ko"])
    assert "Kedmanee" in about.told("substitute", table["th"]) and "GB 2312" in about.told("insert", table["zh"])
    for language in {**table, **languages("artificial")}.values():
        assert language.script in about.SCRIPTS
        assert all(about.told(kind, language) for kind in KINDS)
