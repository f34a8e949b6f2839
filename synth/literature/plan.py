"""What is searched for: the `[search]` table of a question file, or a query of the command line.

[search]
terms = [["intermediate task", "intermediate training", "STILTs"], ["cross-lingual", "multilingual"]]
years = [2018, 2024]                          # written or published in
languages = ["en"]
must = [["zero-shot", "zero shot transfer"], { any = ["XTREME"], why = "our target tasks" }]
should = ["XLM-R", "mT5"]                     # raise the relevance, exclude nothing
exclude = [{ any = ["survey"], why = "reports no experiments of its own" }]
least = 0.2                                   # relevance below this excludes
limit = 200                                   # results of one database
databases = ["arxiv", "openalex"]
queries = { arxiv = 'abs:"intermediate training"' }   # the exact string for one database
decisions = [{ id = "2104.08645", keep = false, why = "read: no intermediate training" }]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from replicate.problems import Problem, unknown

from ..records import Question
from . import ids, terms
from .terms import Groups

LIMIT, MOST = 200, 10_000
WORDS_LEAST = 0.35  # of a question's words, where nobody wrote a query


@dataclass(frozen=True)
class Wanted:
    """Phrases of which one has to be there (or must not), and why."""

    phrases: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True)
class Decision:
    """What somebody decided about one study after reading it."""

    id: str
    keep: bool
    why: str


@dataclass(frozen=True)
class Plan:
    """One search. `ranked` says that any of the words may be there and the databases' own order counts."""

    name: str
    question: str
    groups: Groups
    ranked: bool = False
    queries: Mapping[str, str] = field(default_factory=dict)
    databases: tuple[str, ...] = ()
    years: tuple[int | None, int | None] = (None, None)
    languages: tuple[str, ...] = ()
    must: tuple[Wanted, ...] = ()
    should: tuple[str, ...] = ()
    exclude: tuple[Wanted, ...] = ()
    least: float = 0.0
    limit: int = LIMIT
    decisions: tuple[Decision, ...] = ()


def of_query(query: str, name: str = "") -> Plan:
    """The plan of a query that was typed."""
    groups = terms.parse(query)
    slug = "-".join(word for group in groups for phrase in group for word in terms.words(phrase))[:60].strip("-")
    return Plan(name or f"query-{slug}", query, groups)


def of_question(question: Question, databases: Iterable[str]) -> Plan:
    """The plan in a question file. Where it has none, the question's own words are looked for, any of them, best first."""
    table, where = dict(question.search), f"{question.path or question.name}: [search]"
    if not table:
        subject = terms.content_words(question.question)
        if not subject:
            raise Problem(f"{where}: no such table, and the question has no words to search for; write terms = [[...], ...]")
        return Plan(question.name, question.question, (subject,), ranked=True, least=WORDS_LEAST)
    known = {
        "terms",
        "query",
        "queries",
        "databases",
        "years",
        "languages",
        "must",
        "should",
        "exclude",
        "least",
        "limit",
        "decisions",
    }
    for name in table:
        if name not in known:
            raise Problem(f"{where}: {unknown('field', name, known)}")
    if "terms" in table and "query" in table:
        raise Problem(f"{where}: terms and query say the same thing; keep one of them")
    if "query" in table:
        groups = terms.parse(_text(table["query"], f"{where}, field query"))
    elif "terms" in table:
        groups = _groups(table["terms"], f"{where}, field terms")
    else:
        raise Problem(f'{where}: no field terms; for example terms = [["intermediate training", "STILTs"], ["cross-lingual"]]')
    known_databases = list(databases)
    queries = table.get("queries", {})
    if not isinstance(queries, dict):
        raise Problem(f"{where}, field queries: {queries!r} is not a table of database = 'query'")
    for name in (*queries, *_texts(table.get("databases", []), f"{where}, field databases")):
        if name not in known_databases:
            raise Problem(f"{where}: {unknown('database', name, known_databases)}")
    return Plan(
        name=question.name,
        question=question.question,
        groups=groups,
        queries={name: _text(query, f"{where}, field queries") for name, query in queries.items()},
        databases=_texts(table.get("databases", []), f"{where}, field databases"),
        years=_years(table.get("years", []), f"{where}, field years"),
        languages=_texts(table.get("languages", []), f"{where}, field languages"),
        must=_wanted(table.get("must", []), f"{where}, field must"),
        should=_texts(table.get("should", []), f"{where}, field should"),
        exclude=_wanted(table.get("exclude", []), f"{where}, field exclude"),
        least=_number(table.get("least", 0.0), 0, 1, f"{where}, field least"),
        limit=int(_number(table.get("limit", LIMIT), 1, MOST, f"{where}, field limit")),
        decisions=_decisions(table.get("decisions", []), f"{where}, field decisions"),
    )


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Problem(f"{where}: {value!r} is not a text in quotes")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise Problem(f"{where}: {value!r} is not a list")
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    return tuple(_text(one, where) for one in _list(value, where))


def _phrases(value: Any, where: str) -> tuple[str, ...]:
    found = (value,) if isinstance(value, str) else _texts(value, where)
    for one in found:
        if not terms.words(one):
            raise Problem(f"{where}: {one!r} has no letters to look for")
    if not found:
        raise Problem(f"{where}: an empty list of phrases")
    return found


def _groups(value: Any, where: str) -> Groups:
    made = tuple(_phrases(one, where) for one in _list(value, where))
    if not made:
        raise Problem(f"{where}: an empty list finds nothing")
    return made


def _wanted(value: Any, where: str) -> tuple[Wanted, ...]:
    made = []
    for one in _list(value, where):
        if isinstance(one, dict):
            for name in one:
                if name not in ("any", "why"):
                    raise Problem(f"{where}: {unknown('field', name, ('any', 'why'))}")
            made.append(Wanted(_phrases(one.get("any", []), where), _text(one["why"], where) if "why" in one else ""))
        else:
            made.append(Wanted(_phrases(one, where)))
    return tuple(made)


def _years(value: Any, where: str) -> tuple[int | None, int | None]:
    years = _list(value, where)
    fits = all(isinstance(year, int) and not isinstance(year, bool) and 1900 <= year <= 2100 for year in years)
    if not fits or len(years) not in (0, 1, 2) or years != sorted(years):
        raise Problem(f"{where}: {value!r} is not [first, last], two years, the first before the last ([2019] means since 2019)")
    return (years[0] if years else None, years[1] if len(years) == 2 else None)


def _number(value: Any, low: float, high: float, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise Problem(f"{where}: {value!r} is not a number from {low:g} to {high:g}")
    return float(value)


def _decisions(value: Any, where: str) -> tuple[Decision, ...]:
    made = []
    for one in _list(value, where):
        if not isinstance(one, dict) or set(one) != {"id", "keep", "why"} or not isinstance(one["keep"], bool):
            raise Problem(f'{where}: {one!r} is not {{ id = "...", keep = true or false, why = "..." }}')
        try:
            id = ids.read(_text(one["id"], where), own=True)
        except Problem as problem:
            raise Problem(f"{where}: {problem}") from None
        made.append(Decision(id.key, one["keep"], _text(one["why"], where)))
    return tuple(made)
