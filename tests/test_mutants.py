"""The mutants themselves: which errors are made, where they stand, and what is said to be no error."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants import equal
from tests.mutants.making import mutants, mutated
from tests.mutants.processes import BROKEN, FAILED, KILLED, PASSED, SURVIVED, carried_out

ROOT = Path(__file__).resolve().parent.parent
SOURCE = '''"""A module."""
LIMIT = 3

class Box:
    def room(self, size: int = 1) -> str:
        """How much."""
        if size > LIMIT and not self:
            raise ValueError(f"{size} is more than {LIMIT}")
        return "much" if size else ""
'''


def test_the_errors_of_a_small_module():
    found = [(one.line, ".".join(one.within), one.in_function, one.kind, one.before, one.after) for one in mutants(SOURCE)]
    assert found == [
        (2, "", False, "constant", "3", "4"),
        (5, "Box", False, "constant", "1", "2"),
        (7, "Box.room", True, "boolean", "size > LIMIT and (not self)", "size > LIMIT or not self"),
        (7, "Box.room", True, "comparison", "size > LIMIT", "size >= LIMIT"),
        (7, "Box.room", True, "boolean", "not self", "self"),
        (8, "Box.room", True, "deleted", "raise ValueError(f'{size} is more than {LIMIT}')", "pass"),
        (9, "Box.room", True, "return", "return 'much' if size else ''", "return None"),
        (9, "Box.room", True, "boolean", "'much' if size else ''", "'' if size else 'much'"),
        (9, "Box.room", True, "constant", "'much'", "'muchX'"),
        (9, "Box.room", True, "constant", "''", "'X'"),
    ]
    assert [list(one.lines) for one in mutants(SOURCE)[2:6]] == [[7], [7], [7], [8]], "of an if its head alone"


@pytest.mark.parametrize("number", range(10))
def test_a_mutant_is_the_module_with_one_thing_changed(number):
    whole, changed = ast.unparse(ast.parse(SOURCE)).splitlines(), ast.unparse(mutated(SOURCE, number)).splitlines()
    assert [place for place, (one, other) in enumerate(zip(whole, changed, strict=True), 1) if one != other] != []
    assert len(whole) == len(changed), "nothing goes, and nothing comes"


def test_how_a_piece_of_work_ended():
    assert dict(carried_out([lambda: PASSED, lambda: FAILED, lambda: PASSED], 2)) == {0: SURVIVED, 1: KILLED, 2: SURVIVED}
    with pytest.raises(RuntimeError, match="could not be put"):
        list(carried_out([lambda: BROKEN], 1))


def test_what_is_said_to_be_no_error_names_a_mutant_and_says_why():
    for module, entries in equal.listed().items():
        made = mutants((ROOT / module).read_text(encoding="utf-8"))
        named = [equal.meant(entry, made) for entry in entries]
        assert len({one.number for one in named}) == len(named), f"{module}: a mutant stands there twice"
        assert all(len(entry["why"].split()) >= 5 for entry in entries)
