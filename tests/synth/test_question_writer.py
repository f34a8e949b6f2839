"""Questions are written as they are read, and claims are added to a file without touching what stands there."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from synth import question_writer, questions
from synth.records import NEEDS, QUANTIFIERS, SYSTEMS, Assertion, Claim, Question

letters = st.characters(exclude_categories=("Cs",))
words = st.text(letters, min_size=1, max_size=20).filter(str.strip)
perhaps = st.just("") | words
plain = st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | words
tables = st.dictionaries(st.text(letters, max_size=8), plain | st.lists(plain, max_size=2), max_size=2)
gains = st.builds(
    Assertion, st.sampled_from(["gain", "level"]), intermediate=st.sampled_from(SYSTEMS), value=st.sampled_from(["8.2", "-1"]),
    mlm=st.booleans(), split=st.sampled_from(["", "dev"]), model=perhaps,
)  # fmt: skip
signs = st.builds(
    Assertion, st.just("sign"), across=st.just("intermediates"), quantifier=st.sampled_from(QUANTIFIERS),
    among=st.lists(st.sampled_from(SYSTEMS), max_size=2).map(tuple),
)  # fmt: skip
facts = st.builds(Assertion, st.sampled_from(["count", "size", "setup"]), about=words, what=words, value=words)
claims = st.builds(
    Claim, st.just("a") | st.just("b-2.c"), words, perhaps, st.lists(gains | signs | facts, max_size=2).map(tuple), tables,
    perhaps, st.booleans(),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    st.builds(
        Question, st.just("mine"), words, st.sampled_from(["", "stilts"]), st.lists(words, max_size=2).map(tuple),
        st.floats(0.01, 100), st.lists(claims, max_size=2, unique_by=lambda one: one.id).map(tuple), tables, st.just(""), tables,
    )
)  # fmt: skip
def test_what_is_written_is_read_again(question):
    assert questions.parsed(question_writer.text(question), "mine.toml") == replace(question, path="mine.toml")


def test_claims_are_added_without_touching_what_stands_there(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('# my notes\nquestion = "Why?" # asked in May\npapers = [\n    "a",\n]\n\n[search]\nterms = [["x"]] # keep\n')
    claim = Claim("one", 'It "helps".', "b", (Assertion("gain", intermediate="mnli", value="1.2"),))
    question_writer.add(path, [claim], ["b"])
    assert path.read_text().startswith(
        '# my notes\nquestion = "Why?" # asked in May\npapers = ["a", "b"]\n\n[search]\nterms = [["x"]] # keep\n'
    )
    made = questions.read(path)
    assert made.claims == (claim,) and made.papers == ("a", "b")


def test_needs_are_written_even_where_they_are_the_default():
    for kind, needs in NEEDS.items():
        written = dict(question_writer.said(Assertion(kind)))
        assert set(needs) <= set(written)
