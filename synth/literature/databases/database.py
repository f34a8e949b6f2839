"""What a database is: how it wants a query written, what it filters itself, and how its pages come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...records import Paper
from ..plan import Plan
from ..services import Service
from ..web import Answer, Trouble, Web, is_page, page


@dataclass(frozen=True)
class Page:
    """One page of results. `total` is how many the database says it has, `skipped` how many of the page have no title or id."""

    url: str
    total: int
    papers: tuple[Paper, ...]
    skipped: int = 0
    seconds: float = 0.0
    tries: int = 1
    note: str = ""


@dataclass(frozen=True)
class Ask:
    """A request for results: the exact query, what the database itself filters by, and how many are wanted."""

    query: str
    filters: Mapping[str, str]
    plan: Plan
    limit: int


Pages = Callable[[Web, Service, Ask], Iterator[Page]]


@dataclass(frozen=True)
class Database:
    """One database at its service, whose name is its own. `most` is how many results of a query it gives at all."""

    service: Service
    write: Callable[[Plan], str]
    filters: Callable[[Plan], Mapping[str, str]]
    pages: Pages
    most: int = 10_000

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def title(self) -> str:
        return self.service.title

    def ask(self, plan: Plan) -> Ask:
        return Ask(plan.queries.get(self.name) or self.write(plan), self.filters(plan), plan, min(plan.limit, self.most))


def no_filters(plan: Plan) -> Mapping[str, str]:
    return {}


def ask_json(answer: Answer) -> Trouble | None:
    """What is wrong with an answer that should be a JSON object."""
    if is_page(answer):
        return page(answer, "JSON")
    try:
        fits = isinstance(json.loads(answer.content), dict)
    except (ValueError, RecursionError):
        fits = False
    return None if fits else Trouble("damaged", f"{answer.url} gave no JSON object")


def at(data: Any, *path: str) -> Any:
    """What lies at a path of keys; None where any of them is missing or null."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def words_at(data: Any, *path: str) -> str:
    """The text at a path; empty if it is none. Half a letter, as JSON can write it, is none that a record could hold."""
    found = at(data, *path)
    return whole(" ".join(found.split())) if isinstance(found, str) else ""


def whole(text: str) -> str:
    """The text with a question mark for each half of a letter."""
    return text.encode("utf-8", "replace").decode()


def items(data: Any, *path: str) -> list[Any]:
    found = at(data, *path)
    return found if isinstance(found, list) else []


def count(data: Any, *path: str) -> int:
    found = at(data, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0
