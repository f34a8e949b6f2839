"""The world's version is part of every step's id, so the world must not change under it.

Where this test fails after a change of the world on purpose: raise VERSION in
replicate/sources/world/__init__.py, put the new digest here, and make the shipped model again (`make checkpoint`).
"""

from __future__ import annotations

import hashlib
import itertools

from replicate.sources import open_source
from replicate.sources.world import VERSION, tree
from replicate.tasks import TASKS

DIGEST = {1: "3b8c44e0b5e5257b"}


def digest() -> str:
    """A hash over texts of every language and examples of every task in some of them."""
    source, found = open_source("world"), hashlib.sha256()
    for code in source.languages:
        found.update("\n".join(itertools.islice(source.text(code), 40)).encode())
    for task in (task for task in TASKS.values() if not source.missing(task.id, "test", tree.PIVOT)):
        for code in (tree.PIVOT, "a2b", "c1a", "e1a", "g1a"):
            found.update(repr(list(source.examples(task.id, "test", code, limit=20))).encode())
        if task.kind != "retrieval":
            found.update(repr(list(source.examples(task.id, "train", tree.PIVOT, limit=40))).encode())
    return found.hexdigest()[:16]


def test_the_world_is_that_of_its_version() -> None:
    assert digest() == DIGEST[VERSION]
