"""Noise in texts: letters stay letters in every script, every kind keeps its law, more is hit at higher rates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.perturb import KINDS, Count, Perturbation, hit, keyboards, kinds
from replicate.perturb.graphemes import bare, is_letter, other_case, units
from replicate.perturb.noise import VERSION

from .spoken import CHANGING, MIXED, SENTENCES, STRANGE, nfc, nfd, noises, texts

ROOT = Path(__file__).resolve().parent.parent.parent


# -- what one letter is --


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("क्षत्रिय", ["क्ष", "त्रि", "य"]),  # conjuncts, by rule GB9c of UAX 29
        ("ক্ষমতা", ["ক্ষ", "ম", "তা"]),
        ("ക്ഷേത്രം", ["ക്ഷേ", "ത്രം"]),
        ("न्\u200dय", ["न्\u200dय"]),
        ("தமிழ்", ["த", "மி", "ழ்"]),
        ("น้ำเต็ม", ["น้ำ", "เ", "ต็", "ม"]),
        ("မာကို", ["မာ", "ကို"]),  # UAX 29 lets the sign ာ stand alone; it cannot
        ("한국", ["한", "국"]),
        (nfd("한국"), [nfd("한"), nfd("국")]),
        ("e\u0301é", ["e\u0301", "é"]),
        ("שָׁל", ["שָׁ", "ל"]),
        ("👩‍👩‍👧🇩🇪🇫🇷!", ["👩‍👩‍👧", "🇩🇪", "🇫🇷", "!"]),
        ("a\r\nb", ["a", "\r\n", "b"]),
    ],
)
def test_text_is_cut_into_what_people_see_as_letters(text: str, cut: list[str]):
    assert units(text) == cut


@given(st.text(st.sampled_from(MIXED), max_size=40) | st.text() | STRANGE)
@settings(max_examples=50, deadline=None)
def test_the_units_joined_are_the_text_and_no_sign_stands_alone(text: str):
    found = units(text)
    assert "".join(found) == text
    assert not any(unicodedata.category(unit[0])[0] == "M" for unit in found[1:])


# -- laws of every kind, in every script --


@given(texts(), noises)
@settings(max_examples=120, deadline=None)
def test_each_kind_keeps_its_law(spoken: tuple[str, str], noise: Perturbation):
    code, text = spoken
    found = hit([text], noise, code, "law")
    (said,), count, before = found.parts, found.count, units(text)
    after = units(said)
    assert count.graphemes == len(before) and 0 <= count.hit <= count.could <= count.graphemes
    assert (said == text) == (count.hit == 0)
    # What is no letter stays as it is, in its order; digits, emoji and spaces are among it.
    assert [unit for unit in after if not is_letter(unit)] == [unit for unit in before if not is_letter(unit)]
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    if noise.kind == "swap":
        assert not gone and not come and count.hit % 2 == 0
    elif noise.kind == "delete":
        assert len(after) == len(before) - count.hit and not come
    elif noise.kind == "insert":
        assert len(after) == len(before) + count.hit and not gone
    else:
        changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
        assert len(changed) == count.hit
        allowed = {
            "substitute": lambda one: kinds.replaced(one, code),
            "diacritics": lambda one: (bare(one),),
            "case": lambda one: (other_case(one, code in keyboards.TURKIC),),
        }[noise.kind]
        assert all(nfc(other) in allowed(nfc(one)) for one, other in changed)


@given(texts(), noises)
@settings(max_examples=50, deadline=None)
def test_what_is_hit_at_a_rate_is_hit_in_the_same_way_at_every_higher_one(spoken: tuple[str, str], noise: Perturbation):
    code, text = spoken
    below: dict[int, object] = {}
    for rate in (0.0, 0.02, noise.rate, 1.0) if noise.rate < 1 else (0.0, 0.5, 1.0):
        found = hit([text], replace(noise, rate=rate), code, "nested")
        assert found.text is not None and below.items() <= found.text.now.items()
        below = dict(found.text.now)
        if rate == 0:
            assert found.parts == (text,) and not below


@given(texts(), noises)
@settings(max_examples=50, deadline=None)
def test_composed_text_stays_composed_and_decomposed_text_decomposed(spoken: tuple[str, str], noise: Perturbation):
    code, text = spoken
    (said,) = hit([nfc(text)], noise, code, "nf").parts
    assert nfc(said) == said
    if nfd(text) != nfc(text):
        (said,) = hit([nfd(text)], noise, code, "nf").parts
        assert nfd(said) == said


@pytest.mark.parametrize("code", SENTENCES)
def test_both_normal_forms_of_a_sentence_are_hit_in_the_same_places(code: str):
    text = SENTENCES[code]
    for kind in CHANGING:
        one, other = (hit([form(text)], Perturbation(kind, 0.4), code, "forms") for form in (nfc, nfd))
        assert nfc(other.parts[0]) == nfc(one.parts[0]) and one.count == other.count


@pytest.mark.parametrize("kind", ["swap", "delete", "insert", "substitute"])
@pytest.mark.parametrize("code", SENTENCES)
def test_the_rate_is_the_share_that_is_hit(code: str, kind: str):
    """Exactly in a text, up to one hit, while there is room; on the average over short ones."""
    size = KINDS[kind].size
    found = hit([SENTENCES[code]], Perturbation(kind, 0.2), code, "share").count
    assert found.could >= 5 and abs(found.hit - 0.2 * found.could) < size
    short = [hit(["".join(units(SENTENCES[code])[:4])], Perturbation(kind, 0.1), code, f"short {k}").count for k in range(400)]
    total = Count(*(sum(part) for part in zip(*short, strict=True)))
    assert 0.05 * total.could < total.hit < 0.15 * total.could


def test_seeds_kinds_languages_and_keys_draw_for_themselves():
    text = SENTENCES["en"] * 3
    drawn = {
        hit([text], Perturbation("swap", 0.2, seed), code, key).parts[0]
        for seed in (0, 1) for code in ("en", "de") for key in ("one", "two")
    }  # fmt: skip
    assert len(drawn) == 8


def test_the_same_letters_are_hit_in_every_process_and_version():
    """Golden values: a change of the code that moves one raises VERSION, so that old results are not mistaken for new ones."""
    golden = json.loads((ROOT / "tests" / "data" / "perturbed.json").read_text(encoding="utf-8"))
    assert golden.pop("version") == VERSION
    code = (
        "import json, sys; from replicate.perturb import *; told = json.load(sys.stdin); "
        "json.dump({c: {k: hit([t], Perturbation(k, 0.3), c, 'golden').parts[0] for k in KINDS if k != 'none'} "
        "for c, t in told.items()}, sys.stdout)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(SENTENCES), env=env, capture_output=True, text=True)
    assert json.loads(done.stdout) == golden
