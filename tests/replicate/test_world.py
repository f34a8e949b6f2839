"""The languages of the artificial world: a tree of them, distances from the pivot, twins that differ in one thing alone."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import islice
from random import Random
from statistics import mean

import pytest

from replicate.sources import open_source
from replicate.sources.world import corpus, grammar, meanings, tree
from replicate.sources.world.voice import Voice

WORLD = open_source("world")
LETTERS = {"Latn": "LATIN", "Cyrl": "CYRILLIC", "Hebr": "HEBREW", "Hira": "HIRAGANA", "Deva": "DEVANAGARI"}


def script(form: str) -> set[str]:
    return {unicodedata.name(letter).split()[0] for letter in form}


def events(count: int, seed: str = "here") -> list[meanings.Event]:
    return [meanings.event(Random(f"{seed} {number}"), 0.5, 0.6, 0.5) for number in range(count)]


# ---- the tree ----


def test_the_world_is_wide_enough_to_transfer_in():
    tongues = tree.TONGUES
    assert len(tongues) >= 18
    assert len({one.family for one in tongues}) >= 6
    assert len({one.script for one in tongues}) >= 4
    assert {one.script for one in tongues} & grammar.RIGHT_TO_LEFT and {one.script for one in tongues} & grammar.UNSPACED
    assert len({one.grammar.order for one in tongues}) >= 4
    assert {one.grammar.adposition for one in tongues} == {one.grammar.adjective for one in tongues} == {"before", "after"}
    assert {one.grammar.case for one in tongues} == {one.grammar.agreement for one in tongues} == {True, False}


def test_families_grow_branches_and_branches_grow_languages():
    branches, leaves = defaultdict(set), Counter(one.branch for one in tree.TONGUES)
    for one in tree.TONGUES:
        branches[one.family].add(one.branch)
    assert sum(len(found) > 1 for found in branches.values()) >= 3
    assert sum(count > 1 for count in leaves.values()) >= 3


def test_the_demonstration_takes_twelve_languages_and_begins_with_the_pivot():
    assert len(tree.DEMO) == len(set(tree.DEMO)) == 12
    assert tree.DEMO[0] == tree.TINY[0] == tree.PIVOT == WORLD.pivot
    assert set(tree.DEMO) | set(tree.TINY) <= {one.code for one in tree.TONGUES}
    for some in ("family", "script"):
        assert {getattr(tree.BY_CODE[code], some) for code in tree.DEMO} == {getattr(one, some) for one in tree.TONGUES}


@pytest.mark.parametrize("code", tree.BY_CODE)
def test_words_are_written_in_the_script_of_the_language_but_for_some_borrowed_ones(code):
    own = LETTERS[tree.BY_CODE[code].script]
    for key in meanings.CONCEPTS:
        found = script(grammar.word(key, code))
        assert found == {own} or (found == {"LATIN"} and key in tree.borrowed(code)), key


@pytest.mark.parametrize("code", tree.BY_CODE)
def test_no_two_concepts_share_a_form_but_the_homographs(code):
    owners = defaultdict(set)
    for key in meanings.CONCEPTS:
        owners[grammar.word(key, code)].add(meanings.HOMOGRAPHS.get(key, key))
    assert {form: keys for form, keys in owners.items() if len(keys) > 1} == {}


def test_the_pivot_has_nouns_that_are_verbs_as_well():
    assert all(grammar.word(noun, tree.PIVOT) == grammar.word(verb, tree.PIVOT) for noun, verb in meanings.HOMOGRAPHS.items())


def test_text_of_an_unspaced_language_has_no_spaces_and_that_of_others_has():
    for code, tongue in tree.BY_CODE.items():
        text = "".join(islice(WORLD.text(code), 5))
        assert (" " in text) == (tongue.script not in grammar.UNSPACED), code


def test_no_two_languages_tell_the_same_stories():
    """The corpora are no parallel text: what the model learns across languages it has not read side by side."""
    told = {code: corpus.document(Random(f"{tree.SEED} text {code} 0 0"), Voice(tree.PIVOT)) for code in ("a1a", "a1b", "b1a")}
    assert len(set(told.values())) == 3
    assert next(iter(WORLD.text(tree.PIVOT))) == told[tree.PIVOT]


# ---- distances ----


def test_distances_are_zero_for_the_pivot_and_between_zero_and_one_for_all():
    for code, language in tree.languages().items():
        assert set(language.distances) == {"genetic", "syntactic", "phonological", "script", "lexical", "featural"}
        assert all(0 <= value <= 1 for value in language.distances.values())
        assert (set(language.distances.values()) == {0}) == (code == tree.PIVOT)


@pytest.mark.parametrize("kind", ["genetic", "lexical", "featural"])
def test_the_pivots_own_branch_is_nearer_than_its_family_and_this_than_any_other(kind):
    pivot = tree.BY_CODE[tree.PIVOT]
    near, family, far = [], [], []
    for one in tree.TONGUES:
        group = near if one.branch == pivot.branch else family if one.family == pivot.family else far
        group.append(tree.languages()[one.code].distances[kind])
    assert max(near) < min(family) and mean(family) < mean(far)
    assert max(near) < min(far)


# ---- twins: one thing at a time ----

TWINS = {
    "a2a-script": "script",
    "a2a-lexicon": "replaced",
    "a2a-order": "grammar",
    "a2a-corpus": "documents",
    "a2a-null": "variant",
}


def spoken(code: str, count: int = 60) -> list[list[grammar.Word]]:
    return [grammar.speak(told, code) for told in events(count)]


def test_every_twin_differs_from_its_base_in_one_field():
    assert {one.code: tree.difference(one.code) for one in tree.PAIRS} == {code: (field,) for code, field in TWINS.items()}


def test_the_order_twin_says_the_same_words_in_another_order_alone():
    assert tree.difference("a2a-order") == ("grammar",)
    assert replace(tree.BY_CODE["a2a-order"].grammar, order="SVO") == tree.BY_CODE[tree.BASE].grammar
    moved = 0
    for ours, theirs in zip(spoken(tree.BASE), spoken("a2a-order"), strict=True):
        assert Counter(word.form for word in ours) == Counter(word.form for word in theirs)
        moved += [word.form for word in ours] != [word.form for word in theirs]
    assert moved > 40


def test_the_script_twin_writes_the_same_sounds_in_other_letters():
    assert tree.sounds("a2a-script") == tree.sounds(tree.BASE)
    other = 0
    for ours, theirs in zip(spoken(tree.BASE), spoken("a2a-script"), strict=True):
        assert [(word.gloss, word.upos) for word in ours] == [(word.gloss, word.upos) for word in theirs]
        for one, two in zip(ours, theirs, strict=True):
            assert two.form in (
                one.form,
                grammar.write(one.form.lower(), "Cyrl"),
                grammar.write(one.form.lower(), "Cyrl").capitalize(),
            )
            other += one.form != two.form
    assert other > 100


def test_the_lexicon_twin_builds_the_same_sentences_of_other_words():
    for ours, theirs in zip(spoken(tree.BASE), spoken("a2a-lexicon"), strict=True):
        assert [(word.gloss, word.upos) for word in ours] == [(word.gloss, word.upos) for word in theirs]
    loans, stock = tree.borrowed(tree.BASE), set(meanings.CONCEPTS)
    same = {key for key in stock if tree.sounds(tree.BASE)[key] == tree.sounds("a2a-lexicon")[key]}
    assert tree.borrowed("a2a-lexicon") == loans and len(same & loans) > 0.8 * len(loans)
    assert len(same - loans) < 0.1 * len(stock - loans)


def test_the_corpus_twin_has_the_beginning_of_its_bases_texts():
    short, long = tree.BY_CODE["a2a-corpus"].documents, tree.BY_CODE[tree.BASE].documents
    assert short < long / 5
    assert list(WORLD.text("a2a-corpus")) == list(islice(WORLD.text(tree.BASE), short))
    assert spoken("a2a-corpus") == spoken(tree.BASE)


def test_the_null_twin_differs_in_nothing_but_its_seed():
    ours, theirs = tree.BY_CODE[tree.BASE], tree.BY_CODE["a2a-null"]
    assert replace(theirs, code=ours.code, name=ours.name, variant=0) == ours
    assert list(islice(WORLD.text("a2a-null"), 5)) != list(islice(WORLD.text(tree.BASE), 5))
    base, null = tree.languages()[tree.BASE].distances, tree.languages()["a2a-null"].distances
    assert base["syntactic"] == null["syntactic"] and abs(base["lexical"] - null["lexical"]) < 0.15
