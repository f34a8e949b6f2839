"""Gold by construction: labels are true of the meanings behind the examples, and sentences are built as grammars say.

`entails` and `excludes` are the world's logic, written here a second time and not as the makers draw it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate.sources.world import corpus, examples, grammar, meanings, tree, variations
from replicate.sources.world.grammar import Word
from replicate.sources.world.meanings import CLASS_OF, OPPOSITE, ROLES, Event, Thing
from replicate.sources.world.voice import FORMS, Voice

seeds = st.integers(0, 10**9)
MANY = range(1200)  # what goes wrong by a rare coincidence shows in that many examples
events = seeds.map(lambda seed: meanings.event(Random(seed), 0.5, 0.6, 0.5))


def covers(told: Thing | str | None, said: Thing | str | None) -> bool:
    """Whether `said` follows from `told`: the same with fewer modifiers, or its class; nothing follows from anything."""
    if not said or not told:
        return not said
    if isinstance(said, str) or isinstance(told, str):
        return said == told
    named = told.name == said.name and said.noun in (told.noun, CLASS_OF.get(told.noun))
    return named and said.adjective in ("", told.adjective) and told.count == said.count


def entails(told: Event, said: Event) -> bool:
    return (told.verb, told.negated) == (said.verb, said.negated) and all(covers(told.role(r), said.role(r)) for r in ROLES)


def excludes(told: Event, said: Event) -> bool:
    """Nothing happens in two places or at two times or to things of opposite kinds, and what is denied did not happen."""
    if said.negated:
        return entails(told, replace(said, negated=False))
    if any(told.role(r) and said.role(r) and told.role(r) != said.role(r) for r in ("place", "time")):
        return True
    both = told.patient and said.patient
    return bool(both) and OPPOSITE.get(told.patient.adjective) == said.patient.adjective != ""


def answers(question: Event, role: str, told: Event) -> bool:
    """Whether an event of a passage answers the question for that role."""
    alike = (r == role or covers(told.role(r), question.role(r)) for r in ROLES)
    return told.verb == question.verb and bool(told.role(role)) and all(alike)


@dataclass(frozen=True)
class Overheard(Voice):
    """A voice that speaks as any other and remembers what it was given to say."""

    heard: list[tuple[Event, dict[str, Any]]] = field(default_factory=list)
    named: dict[int, Thing | str] = field(default_factory=dict)  # what was said by itself, by how much was heard before

    def words(self, told: Event, spare: str = "", **form) -> list[Word]:
        self.heard.append((told, form))
        return super().words(told, spare, **form)

    def name(self, thing: Thing | str) -> str:
        self.named[len(self.heard)] = thing
        return super().name(thing)


def overhear(task: str, seed: int) -> tuple[Any, list[tuple[Event, dict[str, Any]]]]:
    """An example and the meanings that were said in it, in the order of saying."""
    voice = Overheard(tree.PIVOT)
    return examples.MAKERS[task](Random(seed), voice, "here"), voice.heard


# ---- what follows, what cannot be, what is left open ----


@given(seeds, events)
def test_what_is_weakened_follows(seed, told):
    assert entails(told, variations.weakened(Random(seed), told))


@given(seeds, events)
def test_what_is_contradicted_cannot_be_true_beside_the_event(seed, told):
    said = variations.contradicted(Random(seed), told)
    assert excludes(told, said) and not entails(told, said)


@given(seeds, events)
def test_what_is_undecided_neither_follows_nor_is_excluded(seed, told):
    said = variations.undecided(Random(seed), told)
    assert not entails(told, said) and not excludes(told, said)


def test_labels_of_inference_are_true_of_the_meanings():
    for seed in MANY:
        example, [(told, _), (said, _)] = overhear("mnli", seed)
        truth = "entailment" if entails(told, said) else "contradiction" if excludes(told, said) else "neutral"
        assert example.label == truth


@given(seeds)
def test_a_hypothesis_that_follows_brings_no_content_word_of_its_own_but_the_name_of_a_class(seed):
    example, [(told, how), (said, form)] = overhear("xnli", seed)
    if example.label == "entailment":
        premise, hypothesis = (
            {base(w) for w in grammar.speak(e, tree.PIVOT, **f) if w.upos in CONTENT} for e, f in ((told, how), (said, form))
        )
        assert hypothesis - premise <= set(meanings.CLASSES)


CONTENT = ("NOUN", "VERB", "ADJ", "ADV", "NUM", "PROPN")


def base(word: Word) -> str:
    """The gloss without marks of number, case and voice."""
    return word.gloss.split("-")[0]


# ---- the same or not ----


def said(told: Event, **form) -> list[str]:
    return [word.form for word in grammar.speak(told, tree.PIVOT, **form)]


def test_a_paraphrase_says_the_same_and_its_rival_does_not():
    for seed in MANY:
        example, [(one, _), (two, _)] = overhear("pawsx", seed)
        assert (example.label == "paraphrase") == (one == two) == (said(one) == said(two))
        other = one.recipient or one.patient
        assert (one.agent.noun, one.agent.name) != (other.noun, other.name)  # they may change places


def test_duplicate_questions_ask_the_same_and_others_do_not():
    for seed in MANY:
        example, [(one, asks), (two, asks_too)] = overhear("qqp", seed)
        same = said(one, ask=asks["ask"]) == said(two, ask=asks_too["ask"])
        assert (example.label == "duplicate") == same


@given(events)
def test_a_swap_moves_people_and_changes_no_one(told):
    again = variations.swapped(told)
    people = [
        Counter((one.noun, one.name, one.adjective) for one in (e.agent, e.patient, e.recipient) if one) for e in (told, again)
    ]
    assert people[0] == people[1] and told.verb == again.verb


# ---- stories and knowledge ----


@given(seeds, st.integers(2, 4))
def test_a_story_does_to_one_thing_what_is_usually_done_to_it_in_order(seed, length):
    story = meanings.chain(Random(seed), length)
    verbs = tuple(one.verb for one in story)
    assert any(verbs == chain[k : k + length] for chain in meanings.CHAINS.values() for k in range(4))
    assert len({(one.agent, one.patient.noun) for one in story}) == 1
    assert verbs[0] in meanings.CHAINS[CLASS_OF[story[0].patient.noun]]


@given(seeds, st.sampled_from(["hellaswag", "cosmosqa", "csqa", "xcopa"]))
def test_options_are_all_different(seed, task):
    example, _ = overhear(task, seed)
    assert len(set(example.options)) == len(example.options)


def follows(one: Event, two: Event) -> bool:
    """Whether an event is the next in a story after the other."""
    chain = next((verbs for verbs in meanings.CHAINS.values() if one.verb in verbs), ())
    return (one.verb, two.verb) in pairwise(chain) and one.agent == two.agent and covers(two.patient, one.patient)


@given(seeds)
def test_one_ending_alone_goes_on_with_the_story(seed):
    example, heard = overhear("hellaswag", seed)
    endings, last = [told for told, _ in heard[:4]], heard[-1][0]
    assert [follows(last, one) for one in endings] == [k == example.label for k in range(4)]


@given(seeds)
def test_one_option_alone_is_the_cause_or_the_effect(seed):
    example, [(one, _), (two, _), (premise, _)] = overhear("xcopa", seed)
    effect = example.question == Voice(tree.PIVOT).name("so")
    pairs = [(premise, option) if effect else (option, premise) for option in (one, two)]
    assert [follows(*pair) for pair in pairs] == [k == example.label for k in range(2)]


def named(noun: str) -> str:
    return Voice(tree.PIVOT).name(Thing(noun))


@given(seeds)
def test_common_sense_is_where_a_thing_is_found_or_what_a_deed_is_done_to(seed):
    example, [(told, form)] = overhear("csqa", seed)
    noun = told.patient.noun
    right = meanings.usual_place(noun) if form["ask"] == "place" else noun
    assert example.options[example.label] == named(right)
    if form["ask"] == "patient":  # no other option is of a kind that this is done to
        (kind,) = (name for name, verbs in meanings.CHAINS.items() if told.verb in verbs)
        written = {named(other) for other in meanings.CLASSES[kind]}
        assert [option in written for option in example.options] == [k == example.label for k in range(5)]


@pytest.mark.parametrize("task", ["squad1", "squad2", "mlqa", "tydiqa"])
def test_a_question_has_one_answer_in_its_passage_or_none_where_it_says_so(task):
    """With few details two events may answer : fewer than two in a hundred."""
    astray = 0
    for seed in range(300):
        example, heard = overhear(task, seed)
        *passage, (question, form) = heard
        found = [told for told, _ in passage if answers(question, form["ask"], told)]
        assert (len(found) > 0) >= bool(example.answers)
        astray += len(found) != len(example.answers)
    assert astray <= 5


def test_texts_answer_their_own_questions_rightly():
    """Yes is what follows from the text, no what does not; a story's next deed, asked for by chance, is the rare slip."""
    yes, no, astray = 0, 0, 0
    for seed in range(400):
        voice = Overheard(tree.PIVOT)
        corpus.document(Random(seed), voice)
        told = [event for event, form in voice.heard if not form.get("ask")]
        for place, said in voice.named.items():
            asked, form = voice.heard[place - 1]
            if form["ask"] != "whether":
                assert said == asked.role(form["ask"]) and asked in told
                continue
            yes, no = yes + (said == "yes"), no + (said == "no")
            astray += any(entails(event, asked) for event in told) != (said == "yes")
    assert yes > 50 and no > 50 and astray <= 0.02 * (yes + no)


# ---- sentences ----


@given(events, st.sampled_from(sorted(tree.BY_CODE)), st.sampled_from(FORMS), st.sampled_from(["", "then", "because"]))
def test_a_sentence_has_one_verb_names_well_tagged_and_text_that_holds_its_words(told, code, form, link):
    words = grammar.speak(told, code, **form, link=link)
    assert [word.upos for word in words].count("VERB") == 1 and words[-1].upos == "PUNCT"
    assert [word.gloss for word in words].count("not") == told.negated
    text, spans = grammar.place_words(words, code)
    assert [text[a:b] for a, b in spans] == [word.form for word in words]
    assert text == grammar.text(words, code)
    names = [one.name for role in ROLES if isinstance(one := told.role(role), Thing) and one.name]
    assert sorted(w.entity for w in words if w.entity[0] == "B") == sorted(f"B-{name.kind}" for name in names)
    assert sum(w.entity != "O" for w in words) == sum(len(name.parts) for name in names)


@given(events, st.sampled_from(sorted(tree.BY_CODE)), st.data())
def test_a_question_hides_what_it_asks_for_and_nothing_else(told, code, data):
    role = data.draw(st.sampled_from(meanings.askable(told)))
    asked, plain = (grammar.speak(told, code, **form) for form in ({"ask": role}, {}))
    assert sum(word.gloss in grammar.ASKING.values() for word in asked) == 1 and asked[-1].gloss == "?"
    assert Counter(base(w) for w in asked if w.role != role) - Counter(base(w) for w in plain) == Counter("?")
    if tree.BY_CODE[code].grammar.asking == "first":
        assert asked[0].gloss in grammar.ASKING.values()


FULL = Event(
    "buy", Thing("farmer", count=2), Thing("bread", adjective="red", count=3), place=Thing("market"), time="today", negated=True
)


@pytest.mark.parametrize("code", tree.BY_CODE)
def test_every_language_builds_its_sentences_as_its_grammar_says(code):
    built = tree.BY_CODE[code].grammar
    glosses = [base(word) for word in grammar.speak(FULL, code)]

    def before(one: str, two: str) -> str:
        return "before" if glosses.index(one) < glosses.index(two) else "after"

    order = sorted("SVO", key=lambda letter: glosses.index({"S": "farmer", "V": "buy", "O": "bread"}[letter]))
    assert "".join(order) == built.order
    assert before("red", "bread") == built.adjective and before("three", "bread") == built.number
    assert before("at", "market") == built.adposition and before("not", "buy") == built.negation
    marks = {mark for word in grammar.speak(FULL, code) for mark in word.gloss.split("-")[1:]}
    assert ("OBJ" in marks) == built.case and (
        "PL" in {m for w in grammar.speak(FULL, code) if w.upos == "VERB" for m in w.gloss.split("-")}
    ) == built.agreement
    one = Event("buy", Thing("farmer"), Thing("bread"))
    assert (sum(word.upos == "DET" for word in grammar.speak(one, code)) == 2) == built.article


def test_features_are_read_off_the_grammar():
    plain = tree.Grammar()
    assert set(plain.features().values()) <= {0, 1}
    assert plain.features()["subject before verb"] == 1 and plain.features()["object before verb"] == 0
    assert tree.Grammar(order="VOS").features() == {
        **plain.features(), "subject before verb": 0, "subject before object": 0
    }  # fmt: skip
