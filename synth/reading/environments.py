r"""Environments of LaTeX: from a \begin{NAME} to the next \end{NAME}. An end is looked for once, not from every beginning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Environment:
    """`text[start:end]` is all of it, `inner` what stands between its beginning and its end."""

    start: int
    end: int
    name: str
    inner: str


def beginning(*names: str) -> re.Pattern[str]:
    """What begins an environment that has one of these names, each a pattern."""
    return re.compile(rf"\\begin\{{({'|'.join(names)})\}}")


def environments(text: str, begin: re.Pattern[str]) -> Iterator[Environment]:
    """The environments that begin so, from left to right, none within another; one without an end is none."""
    at, endless = 0, set[str]()
    while found := begin.search(text, at):
        at, name = found.end(), found[1]
        closing = f"\\end{{{name}}}"
        end = -1 if name in endless else text.find(closing, at)
        if end < 0:
            endless.add(name)
            continue
        inner, at = text[at:end], end + len(closing)
        yield Environment(found.start(), at, name, inner)


def replaced(text: str, begin: re.Pattern[str], instead: Callable[[Environment], str]) -> str:
    """The text with something else in the place of each environment."""
    made, at = list[str](), 0
    for one in environments(text, begin):
        made += [text[at : one.start], instead(one)]
        at = one.end
    return "".join([*made, text[at:]])
