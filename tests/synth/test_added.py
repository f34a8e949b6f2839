"""What is added by a file of its own: checks and databases are found, stand in their order, and count by their voice."""

from __future__ import annotations

import pytest

from synth import calibration, verify
from synth.checks import ASIDE, CHECKS, RUNS, SOURCE, check
from synth.literature import databases, services
from synth.records import Verdict


def said(**words: str) -> dict[str, Verdict]:
    """The verdicts of checks, by the words that they said."""
    return {name: Verdict(name, word.replace("_", " "), "why") for name, word in words.items()}


def test_the_checks_stand_in_the_order_in_which_people_read_them():
    assert {name: one.voice for name, one in CHECKS.items()} == {"words": SOURCE, "tables": SOURCE, "replication": RUNS}
    assert verify.OF_THE_SOURCE == ("words", "tables")
    assert check.Check("own", "own", "My own", lambda claim, question, hand: Verdict("own", "seen", "")).voice == ASIDE


@pytest.mark.parametrize(
    ("words", "tables", "letters", "final"),
    [
        ("supported", "supported", "supported", "supported"),
        ("supported", "not enough information", "refuted", "conflicting"),
        ("supported", "supported", "partly", "partly"),
        ("not enough information", "other version", "refuted", "refuted"),
        ("supported", "supported", "odd", "supported"),
    ],
)
def test_another_voice_of_the_source_is_weighed_with_the_others(monkeypatch, words, tables, letters, final):
    checks = said(words=words, tables=tables, replication="not run", letters=letters)
    monkeypatch.setattr(verify, "OF_THE_SOURCE", ("words", "tables", "letters"))
    assert verify.word(checks) == final
    monkeypatch.setattr(verify, "OF_THE_SOURCE", ("words", "tables"))
    assert verify.word(checks) == verify.source(words, tables)


def test_a_verdict_that_another_check_decided_is_of_a_kind_of_its_own():
    checks = said(words="not enough information", tables="refuted", replication="not run", letters="refuted")
    found = Verdict("final", "refuted", "why", checks=checks)
    assert calibration.stratum(found) == "refuted by letters and tables"
    assert calibration.with_confidence(found).reason.startswith("uncalibrated: 0 labelled verdicts")


def test_the_databases_stand_in_the_order_in_which_they_are_asked_and_each_brings_its_service():
    assert list(databases.ALL) == ["arxiv", "semanticscholar", "openalex", "acl"]
    assert {name: one.title for name, one in services.known().items()} == {
        "arxiv": "arXiv", "semanticscholar": "Semantic Scholar", "openalex": "OpenAlex", "acl": "ACL Anthology",
    }  # fmt: skip
    assert all(one.service is services.known()[name] for name, one in databases.ALL.items())
