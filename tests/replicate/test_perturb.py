"""Noise in texts: letters stay letters in every script, answers stay what and where they are, more is hit at higher rates."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate import tasks
from replicate.languages import languages
from replicate.perturb import KINDS, Count, Perturbation, about, hit, keyboards, kinds, noisy, perturbed, read
from replicate.perturb.graphemes import bare, is_letter, other_case, units
from replicate.perturb.noise import VERSION
from replicate.problems import BAD_INPUT, Problem
from replicate.sources import open_source
from replicate.sources.examples import Choice, Examples, Mining, Pair, Span, Tagged

ROOT = Path(__file__).resolve().parent.parent.parent
REAL = sorted(languages())
ALL = [*REAL, "a1a", "c1a", "d1a", "e1a", "f1a"]  # of the artificial ones, one in each script
CHANGING = [kind for kind in KINDS if kind != "none"]
# A sentence in each script: clusters, marks, signs of every sort, digits, and what is no letter.
SENTENCES = {
    "en": "The quick brown fox doesn't jump over 13 lazy dogs 👩‍👩‍👧.",
    "vi": "Tiếng Việt có nhiều dấu, ví dụ: đường phố Hà Nội.",
    "tr": "İstanbul'da ışıklı IĞDIR günü şöyle geçti.",
    "ru": "Съешь ещё этих мягких французских булок, да выпей чаю.",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, λέει ο ποιητής.",
    "ka": "ქართული ენა ძალიან ლამაზია.",
    "ar": "اللُّغَةُ العربيّة جميلة، أليس كذلك؟ 123",
    "fa": "می‌خواهم کتاب‌های تازه بخوانم.",
    "he": "בְּרֵאשִׁית בָּרָא, שלום לכל העולם!",
    "hi": "क्षत्रिय विश्वविद्यालय में ज़रूरी परीक्षा है, 1947 में।",
    "bn": "বাংলা ভাষায় যুক্তাক্ষর অনেক, যেমন ক্ষ ও ঞ্জ।",
    "pa": "ਪੰਜਾਬੀ ਭਾਸ਼ਾ ਸਿੱਖੋ।",
    "gu": "ગુજરાતી ભાષા શ્રેષ્ઠ છે.",
    "ta": "தமிழ் மொழி, ஸ்ரீ க்ஷேத்திரம் கௌரவம்.",
    "te": "తెలుగు భాష న్యాయం స్త్రీ.",
    "ml": "മലയാളം ക്ഷേത്രം സ്വാതന്ത്ര്യം.",
    "th": "น้ำตาลเป็นของที่ขมจริงหรือ กำลังเรียนอยู่",
    "my": "မြန်မာဘာသာစကားကို လေ့လာနေပါသည်။ အင်္ဂလိပ်",
    "ko": "한국어를 배우고 있습니다. 값이 싸다!",
    "ja": "日本語の文章、カタカナとひらがなが混ざる。ガラス",
    "zh": "中国人民大学在北京，國語與漢字。",
}
MIXED = "".join(SENTENCES.values())


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def letters(code: str) -> list[str]:
    """What a language is written with: its keys, alone and with the signs of other keys on them, and characters of its set."""
    found = keyboards.layout(code)
    keys = list(found.near) if found else list("中国人大学湖語")
    signs = [key for key in keys if unicodedata.category(key[0])[0] == "M"]
    return [*keys, *(key + sign for key in keys[::7] for sign in signs[::5] if key not in signs)]


STRANGE = st.text(st.sampled_from(list("a e\u0301\u200d\u094dक்\r\n\U0001f1e9👩\u1100\u1161\u11a8ก\u0e33\u0301.1 é")), max_size=14)


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    """A language and a text: in its own letters, in all scripts at once, in anything that Unicode has, or in what melts."""
    code = draw(st.sampled_from(ALL))
    words = st.lists(st.text(st.sampled_from(" "), max_size=1) | st.sampled_from(letters(code)), max_size=25).map("".join)
    text = draw(words | st.text(st.sampled_from(MIXED), max_size=25) | st.text(max_size=12) | STRANGE)
    return code, draw(st.sampled_from((nfc, nfd, str)))(text)


noises = st.builds(
    Perturbation, st.sampled_from(CHANGING), st.sampled_from((0.05, 0.1, 0.3, 0.7, 1.0)), st.integers(min_value=0, max_value=3)
)


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


# -- neighbours --


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


# -- examples --

NOISE = Perturbation("insert", 0.5)


@st.composite
def passages(draw: st.DrawFn) -> tuple[str, Span]:
    """A passage and answers cut out of it, at letters or in the middle of them."""
    code, text = draw(texts())
    begin = draw(st.integers(0, len(text)))
    end = draw(st.integers(begin, min(len(text), begin + 6)))
    more = draw(st.integers(0, len(text)))
    answers = tuple(dict.fromkeys(one for one in (text[begin:end], text[more : more + 2]) if one))
    start = begin if end > begin else text.find(answers[0]) if answers else -1
    return code, Span("s", "Who is it?", text, answers, start)


@given(passages(), noises)
@settings(max_examples=120, deadline=None)
def test_answers_keep_their_characters_and_their_offsets_move_with_them(said: tuple[str, Span], noise: Perturbation):
    code, one = said
    found, count = perturbed(tasks.find("xquad"), one, noise, code)
    assert isinstance(found, Span) and (found.id, found.answers) == (one.id, one.answers)
    assert count.graphemes == len(units(one.context)) + len(units(one.question))
    for answer in one.answers:
        assert found.context.count(answer) >= one.context.count(answer)
    if one.answers:
        assert found.context[found.start : found.start + len(one.answers[0])] == one.answers[0]
        # As many copies stand before the answer as did: it is the same one, unless noise made another by chance.
        before, now = one.context[: one.start].count(one.answers[0]), found.context[: found.start].count(one.answers[0])
        assert now >= before
    else:
        assert found.start == -1


def test_nothing_is_glued_to_an_answer():
    one = Span("s", "Where?", "abc Paris abc", ("Paris",), 4)
    glued = Span("s", "Where?", "imParissen", ("Paris",), 2)
    for seed in range(30):
        found, _ = perturbed(tasks.find("squad1"), one, Perturbation("insert", 1, seed), "en")
        assert isinstance(found, Span) and " Paris " in found.context
        found, _ = perturbed(tasks.find("squad1"), glued, Perturbation("insert", 1, seed), "en")
        assert isinstance(found, Span) and "mPariss" in found.context and len(found.context) == 10 + 5


@given(texts(), st.integers(1, 5), noises)
@settings(max_examples=50, deadline=None)
def test_words_keep_their_number_their_tags_and_a_letter(spoken: tuple[str, str], size: int, noise: Perturbation):
    code, text = spoken
    words = tuple(text[k : k + size] for k in range(0, len(text), size)) or ("x",)
    found, _ = perturbed(tasks.find("udpos"), Tagged("t", words, ("X",) * len(words)), noise, code)
    assert isinstance(found, Tagged) and len(found.words) == len(words) and found.tags == ("X",) * len(words)
    assert all(found.words)
    if noise.kind == "swap":
        assert all(sorted(one) == sorted(other) for one, other in zip(found.words, words, strict=True))


def test_labels_stay_and_all_texts_of_pairs_and_choices_may_be_hit():
    pair, _ = perturbed(tasks.find("xnli"), Pair("p", "A man sleeps", "Someone sleeps", "entailment"), NOISE, "en")
    assert isinstance(pair, Pair) and (pair.id, pair.label) == ("p", "entailment")
    assert pair.first != "A man sleeps" and pair.second != "Someone sleeps"
    one = Choice("c", "It rained all day", "", ("the ground got wet", "the sun shone"), 0)
    choice, count = perturbed(tasks.find("xcopa"), one, NOISE, "en")
    assert isinstance(choice, Choice) and (choice.label, choice.question) == (0, "") and count.hit > 10
    assert choice.context != one.context and all(a != b for a, b in zip(choice.options, one.options, strict=True))


def test_of_a_collection_only_the_side_in_the_language_is_hit():
    one = Mining("m", ("same words", "same words", "other ones"), ("some things",), ((0, 0), (1, 0)))
    asked, _ = perturbed(tasks.find("bucc2018"), one, NOISE, "en")
    assert isinstance(asked, Mining) and asked.candidates == one.candidates and asked.gold == one.gold
    assert asked.queries[0] == asked.queries[1] != one.queries[0]  # mined pairs count equal sentences as one
    found, _ = perturbed(tasks.find("tatoeba"), one, NOISE, "en")  # English asks there
    assert isinstance(found, Mining) and found.queries == one.queries and found.candidates != one.candidates


def test_the_examples_of_a_task_say_what_was_hit():
    task, source = tasks.find("xquad"), open_source("world")
    examples = source.examples("xquad", "dev", "f1a", limit=20)
    setting = {"kind": "swap", "rate": 0.1, "seed": 0}
    found = noisy(examples, task, "f1a", setting)
    assert [one.id for one in found] == [one.id for one in examples] and found.skipped == examples.skipped
    assert all(a.context != b.context for a, b in zip(found, examples, strict=True))
    (note,) = found.notes
    assert note.startswith("perturbed by swap at rate 0.1: ") and re.search(r"\((10|9)\.", note)
    assert noisy(examples, task, "f1a", setting).rows == found.rows
    for nothing in (None, {"kind": "none", "rate": 0}, {"kind": "swap", "rate": 0.0}):
        assert noisy(examples, task, "f1a", nothing) is examples


def test_every_task_of_the_world_can_be_perturbed():
    source = open_source("world")
    for task in tasks.TASKS.values():
        if task.kind != "text" and not source.missing(task.id, "dev", "c1a"):
            found = noisy(source.examples(task.id, "dev", "c1a", limit=4), task, "c1a", {"kind": "substitute", "rate": 0.2})
            assert isinstance(found, Examples) and re.search(r"\((1\d|2\d)\.", found.notes[-1]), task.id


def test_a_setting_says_what_columns_and_steps_hold():
    noise = read({"kind": "swap", "rate": 1})
    assert noise.settings() == {"kind": "swap", "rate": 1.0, "seed": 0, "version": VERSION} and read(noise.settings()) == noise
    assert noise.row() == {"perturbation": "swap", "rate": 1.0}
    assert read(None).row() == {"perturbation": "", "rate": 0.0} and read(None).idle


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"kind": "swop", "rate": 0.1}, "did you mean swap"),
        ({"kind": ["swap"], "rate": 0.1}, "unknown kind"),
        ({"kind": "swap", "rate": 1.1}, "from 0 to 1"),
        ({"kind": "swap", "rate": float("nan")}, "from 0 to 1"),
        ({"kind": "swap", "rate": "0.1"}, "from 0 to 1"),
        ({"kind": "swap", "rate": True}, "from 0 to 1"),
        ({"kind": "swap", "rate": 0.1, "seed": 0.5}, "whole number"),
        ({"kind": "swap", "rate": 0.1, "sead": 1}, "did you mean seed"),
        ({"kind": "swap"}, "needs rate"),
        ({"kind": "none", "rate": 0.1}, "changes nothing"),
        ({"kind": "swap", "rate": 0.1, "version": 0}, "version 0"),
    ],
)
def test_a_bad_setting_is_named(setting: dict, says: str):
    with pytest.raises(Problem, match=says):
        read(setting)


# -- the command --


def command(*options: str, text: str | bytes = "") -> tuple[int, str, str]:
    given = text.encode() if isinstance(text, str) else text
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-m", "replicate.perturb", *options], input=given, env=env, capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_command_reads_lines_and_counts_what_it_hit():
    text = SENTENCES["hi"] + "\r\n\n" + SENTENCES["hi"]  # no newline at the end
    code, out, err = command("--language", "Hindi", "--kind", "swap", "--rate", "0.3", text=text)
    first, second, third = out.split("\n")
    assert code == 0 and first.endswith("\r") and second == "" and first[:-1] != third
    assert "swap at rate 0.3, Hindi, seed 0: hit " in err
    code, out, _ = command("--language", "hi", "--kind", "swap", "--rate", "0.3", "--json", text=text)
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["perturbed"] for one in told] == [first[:-1], second, third] and told[0]["original"] == SENTENCES["hi"]
    assert told[0]["graphemes"] == len(units(SENTENCES["hi"])) and told[0]["hit"] > 0


def test_the_command_loads_nothing_heavy():
    code = "import sys, replicate.perturb.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert "regex" in done.stdout.split() and not {"torch", "transformers", "numpy", "pandas"} & set(done.stdout.split())


def test_none_is_the_identity_and_a_kind_without_effect_says_so():
    assert command("--language", "ko", "--kind", "none", text=MIXED)[:2] == (0, MIXED)
    code, out, err = command("--language", "ko", "--kind", "case", text=SENTENCES["ko"])
    assert (code, out) == (0, SENTENCES["ko"]) and "no capitals" in err and "0 of 0" in err


def test_the_kinds_are_told_for_a_language():
    code, out, _ = command("--kinds", "--language", "th")
    assert code == 0 and len(out.splitlines()) == len(KINDS) and "Kedmanee" in out and "tone marks" in out


@pytest.mark.parametrize(
    ("options", "text", "says"),
    [
        (("--language", "hindu", "--kind", "swap"), "x", "did you mean Hindi"),
        (("--language", "hi", "--kind", "swop"), "x", "did you mean swap"),
        (("--language", "hi", "--kind", "swap", "--rate", "2"), "x", "0 to 1"),
        (("--language", "hi", "--kind", "swap", "--seed", "x"), "x", "whole number"),
        (("--language", "hi", "--kind", "swap"), b"fine\n a\xff", "line 2, byte 3: not UTF-8"),
        (("--language", "hi", "--kind", "swap"), "", "no text"),
        (("--kind", "swap"), "x", "--language"),
        (("--language", "hi"), "x", "--kind"),
    ],
)
def test_bad_input_is_named_in_one_line(options: tuple[str, ...], text: str | bytes, says: str):
    code, _, err = command(*options, text=text)
    assert code == BAD_INPUT and says in err and "Traceback" not in err and err.count("\n") == 1
