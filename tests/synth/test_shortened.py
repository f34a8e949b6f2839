"""The beginnings of long texts: at a word where one ends near, or within so many characters."""

from __future__ import annotations

import pytest

from synth.shortened import clipped, shortened


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("It helps a lot.", 15, "It helps a lot."),
        ("It helps a lot.", 12, "It helps a \u2026"),
        ("It helps a lot.", 10, "It helps \u2026"),
        ("It undoubtedly-helps.", 12, "It undoubted \u2026"),  # the only word that ends leaves too little
    ],
)
def test_a_sentence_ends_at_a_word_where_one_ends_near(text: str, most: int, expected: str) -> None:
    assert shortened(text, most) == expected


@pytest.mark.parametrize(("most", "expected"), [(15, "It helps a lot."), (14, "It helps a lo\u2026"), (10, "It helps\u2026")])
def test_a_label_takes_no_more_than_there_is_room_for(most: int, expected: str) -> None:
    assert clipped("It helps a lot.", most) == expected and len(expected) <= most
