"""Scope: whether a claim, and a report, has anything to do with what was asked; findings, each with its reason.

None of them changes a verdict. A claim may be true of its source and say nothing on the question.
"""

from __future__ import annotations

import re
import statistics
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from replicate import resources, tasks
from replicate.problems import Problem

from .. import vocabulary
from ..literature import ids, terms
from ..literature.library import Library
from ..reading.document import ABSTRACT
from ..records import MULTI, Claim, Paper, Question, Verdict
from .asked import AGAINST, CHANGED, MEASURED, asked, common, shared, telling, unasked
from .hand import Hand
from .papers import base

# XTREME-R took these two out of XTREME and put in those whose `benchmark` says so.
DROPPED = ("pawsx", "bucc2018")
CUT_AT = (115, 125)  # characters at which reports cut their claims off
FEW = 0.25  # the share of a question's words below which a paper that has none of its themes is on something else


@dataclass(frozen=True)
class Scoped:
    """One finding: `kind` names it, `claim` is the id of the claim that it is about (empty: the whole question).

    A `fault` is something that speaks against relying on the claim or the report; others are good to know.
    """

    kind: str
    line: str
    claim: str = ""
    paper: str = ""
    fault: bool = True


def scope(question: Question, hand: Hand, library: Library | None = None) -> tuple[Scoped, ...]:
    """All findings on a question and its claims, those on the whole first. `library` knows titles, versions, withdrawals;
    without one it is the hand's."""
    folder = hand.library
    if library is None and folder is not None and (folder / "papers").is_dir():
        library = Library(folder)
    of_claims = [finding for claim in question.claims for finding in on_claim(claim, question)]
    whole = (_bearing(question, of_claims), _papers(question, hand, library), _one_source(question), _counts(question),
             _score(question, of_claims))  # fmt: skip
    return (*(one for part in whole for one in part), *of_claims)


def with_scope(verdict: Verdict, claim: Claim, found: Iterable[Scoped]) -> Verdict:
    """The verdict with what is known of the claim's scope, and of the paper that it cites."""
    there = list(found)
    lines = [one.line for one in there if one.claim == claim.id]
    lines += [one.line for one in there if one.paper and one.paper == claim.paper and one.fault]
    if verdict.verdict == "refuted" and claim.paper:
        lines.append(f"{claim.paper}, which it cites, says otherwise")
    return replace(verdict, scope=tuple(lines))


def concerning(found: Iterable[Scoped]) -> Callable[[Claim], list[Scoped]]:
    """The findings on a claim or its paper: of thousands of claims none looks through those on all the others."""
    there = list(found)
    of_claim, of_paper = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for place, one in enumerate(there):
        of_claim[one.claim].append(place)
        of_paper[one.paper].append(place)
    return lambda claim: [there[place] for place in sorted({*of_claim[claim.id], *of_paper[claim.paper]})]


def on_claim(claim: Claim, question: Question) -> tuple[Scoped, ...]:
    """The findings on one claim."""
    found = [bears(claim, question) if asks(question) else None, _cut(claim), *_benchmark(claim, question)]
    return tuple(one for one in found if one is not None)


# ---- the question


def bears(claim: Claim, question: Question) -> Scoped | None:
    """None where a claim speaks of what the question is about in particular; else what it leaves out.

    That is what is changed or compared with; where these are the field itself, what is measured; else the field's words.
    """
    parts = asked(question.question).themes
    text = f"{claim.text} {_asserted(claim)}"
    treated = [*parts.get(CHANGED, ()), *parts.get(AGAINST, ())]
    measured = list(parts.get(MEASURED, ()))
    wanted = treated or measured
    if not wanted:
        same = common(claim.text) & common(question.question)
        return None if len(same) >= 2 or claim.asserts else Scoped("question", "it shares no word with what is asked", claim.id)
    if any(shared(theme, text) for theme in wanted):
        return None
    also = [theme for theme in measured if shared(theme, text)]
    but = f"; of what is measured it shares {_listed(telling(also))}" if also else ""
    return Scoped(
        "question", f"it says nothing of {_listed(telling(wanted))}, which is what the question asks about{but}", claim.id
    )


def _asserted(claim: Claim) -> str:
    """What assertions say that the words of a claim may leave out."""
    made = []
    for one in claim.asserts:
        systems = [tasks.TASKS[name].title for name in (one.intermediate, one.rival) if name in tasks.TASKS]
        made += [*systems, *(["multi-task"] if MULTI in (one.intermediate, one.rival) else [])]
        made += [one.method] if one.method != "full" else []
        made += ["non-English"] if one.intermediate_languages not in ("", "en") else []
    return " ".join(dict.fromkeys(made))


def asks(question: Question) -> bool:
    """Whether there is a research question: a list of claims, of others or out of a paper, has none."""
    return not question.path.lower().endswith(".jsonl") and not unasked(question.question)


def _bearing(question: Question, found: Sequence[Scoped]) -> list[Scoped]:
    if not asks(question):
        return []
    if not question.claims:
        return [Scoped("question", "there is no claim that could answer it")]
    wanted = asked(question.question)
    off = sum(one.kind == "question" for one in found)
    themes = _listed(telling(theme for group in wanted.themes.values() for theme in group))
    about = f" ({themes})" if themes else ""
    every = len(question.claims)
    if off == every:
        return [Scoped("question", f"none of the {every} claims bears on the question{about}")]
    if off:
        return [Scoped("question", f"{every - off} of {every} claims bear on the question{about}", fault=every - off < off)]
    return [Scoped("question", f"all {every} claims bear on the question{about}", fault=False)]


# ---- the papers


def _papers(question: Question, hand: Hand, library: Library | None) -> list[Scoped]:
    cited = list(dict.fromkeys([*(claim.paper for claim in question.claims if claim.paper), *question.papers]))
    claimed = Counter(claim.paper for claim in question.claims)
    papers = {id: known(id, hand, library) for id in cited}
    found = list[Scoped]()
    for id, paper in papers.items():
        found += [Scoped("paper", line, paper=id) for line in (_on(paper, question) if paper else ())]
        if claimed[id]:
            found += _version(id, claimed[id], hand)
        elif question.claims:
            found.append(Scoped("paper", f"{id} is cited and no claim comes from it", paper=id))
    unknown = [id for id, paper in papers.items() if paper is None]
    if unknown and asks(question):
        them = "it is" if len(unknown) == 1 else "they are"
        line = (
            f"{_listed(unknown)}: not at hand, so whether {them} on the topic was not looked at; synth fetch {' '.join(unknown)}"
        )
        found.append(Scoped("paper", line, fault=False))
    return found


def _on(paper: Paper, question: Question) -> list[str]:
    """What speaks against a paper as a source for this question."""
    lines, text = list[str](), f"{paper.title}. {paper.abstract}"
    wanted = asked(question.question)
    themes = [theme for group in wanted.themes.values() for theme in group]
    words = terms.content_words(question.question)
    have = [word for word in words if word in set(terms.words(text))]
    if asks(question) and not any(shared(theme, text) for theme in themes) and len(have) < FEW * len(words):
        lines.append(f"{paper.id} is not on the topic: {paper.title!r} shares {_listed(have) or 'no word'} with the question")
    if paper.withdrawn:
        lines.append(f"{paper.id} was withdrawn: {paper.withdrawn}")
    elif paper.latest and paper.latest != paper.id and base(paper.latest) == base(paper.id):
        lines.append(f"{paper.id} is not the newest version: there is {paper.latest}")
    return lines


def known(id: str, hand: Hand, library: Library | None) -> Paper | None:
    """What is known of a paper: from the library, from the tables that ship with us, from its own text."""
    there = _in(library, id) if library is not None else None
    file = resources.data() / "published" / f"{id}.toml"
    if there is None and re.fullmatch(r"[\w.-]+", id) and file.is_file():
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        there = Paper(id, str(data.get("title", "")), tuple(data.get("authors", ())), str(data.get("date", "")))
    listed = hand.index.paper(id) if hand.index is not None else None
    if listed is not None and (there is None or not there.abstract):
        abstract = " ".join(one.text for one in hand.index.find(listed.id) if one.label == ABSTRACT)
        there = replace(there or Paper(id, listed.title), abstract=abstract)
    return there if there is not None and terms.words(there.title) else None


def _in(library: Library, id: str) -> Paper | None:
    try:
        return library.find(ids.read(id, own=True))
    except Problem:  # no id that any source has: then the library has no such paper
        return None


def _version(id: str, claims: int, hand: Hand) -> list[Scoped]:
    """Claims that cite one version while another one is at hand."""
    others = [other for other in hand.papers if base(other) == base(id)]
    if id in hand.papers or not others:
        return []
    cite = f"{claims} claims cite {id}" if claims > 1 else f"one claim cites {id}"
    return [Scoped("version", f"{cite}; the tables at hand are those of {_listed(others)}, which is another text", paper=id)]


def _one_source(question: Question) -> list[Scoped]:
    papers = {claim.paper for claim in question.claims if claim.paper}
    retrieved = question.reported.get("papers_retrieved")
    if len(question.claims) < 2 or len(papers) != 1:
        return []
    said = f" of {retrieved} papers retrieved" if isinstance(retrieved, int) and retrieved > 1 else ""
    return [
        Scoped(
            "source",
            f"all {len(question.claims)} claims come from one paper{said}, {next(iter(papers))}: nothing corroborates it",
        )
    ]


# ---- the benchmark


def contains(benchmark: str, task: str) -> bool | None:
    """Whether a benchmark has a task among its targets; None where that is not known."""
    if task not in tasks.TASKS or tasks.TASKS[task].role != "target":
        return None
    own = tasks.TASKS[task].benchmark
    if benchmark == "XTREME":
        return own == "XTREME"
    if benchmark == "XTREME-R":
        return task not in DROPPED
    return None


def _benchmark(claim: Claim, question: Question) -> list[Scoped]:
    """Tasks of a claim that the benchmark it names (else the question's) does not have."""
    kinds = (vocabulary.BENCHMARK, vocabulary.TASK)
    named = [one.name for one in vocabulary.mentions(claim.text, kinds)]
    mine = list(dict.fromkeys(name.id for name in named if name.kind == vocabulary.BENCHMARK))
    asked_for = [one.name.id for one in vocabulary.mentions(question.question, (vocabulary.BENCHMARK,))]
    there = dict.fromkeys([*(name.id for name in named if name.kind == vocabulary.TASK), *(one.target for one in claim.asserts)])
    found = []
    for benchmark in mine or dict.fromkeys(asked_for):
        absent = [tasks.TASKS[id].title for id in there if contains(benchmark, id) is False]
        if absent:
            whose = "" if mine else ", which the question asks about"
            found.append(Scoped("benchmark", f"{_listed(absent)} is not in {benchmark}{whose}", claim.id))
    if not mine:
        return found
    other = [one for one in dict.fromkeys(asked_for) if one not in mine]
    if other:
        line = f"it is about {_listed(mine)}, the question about {_listed(other)}"
        found.append(Scoped("benchmark", line, claim.id))
    return found


# ---- what a report says of itself


def _cut(claim: Claim) -> Scoped | None:
    text, (low, high) = claim.text.rstrip(), CUT_AT
    ends = text.endswith((".", "!", "?", ")", "\u2026"))
    if claim.cut and ends and claim.note:
        return Scoped("cut", "the report cuts it off, not we: the note says where, and whose words its end is", claim.id)
    if claim.cut:
        where = "" if ends else f" after {len(text)} characters"
        return Scoped("cut", f"the report cuts it off{where}: what it would have said is not known", claim.id)
    if low <= len(text) <= high and not ends:
        line = f"it stops in the middle after {len(text)} characters: what it would have said is not known"
        return Scoped("cut", line, claim.id)
    return None


def _number(reported: Mapping[str, object], *names: str) -> float | None:
    for name in names:
        value = reported.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def _ticks(question: Question) -> tuple[int, int]:
    marks = [claim.reported["verified"] for claim in question.claims if isinstance(claim.reported.get("verified"), bool)]
    return sum(marks), len(marks)


def _counts(question: Question) -> list[Scoped]:
    """The report's own counts against what it lists."""
    ticks, marked = _ticks(question)
    found = []
    for what, said, listed in (
        ("claims", _number(question.reported, "claims_extracted", "claims", "extracted"), len(question.claims)),
        ("verified claims", _number(question.reported, "claims_verified", "verified", "independently_verified"), ticks),
    ):
        if said is None or (what != "claims" and not marked):
            continue
        agrees = int(said) == listed
        line = f"the report counts {said:g} {what} and lists {listed}"
        found.append(Scoped("counts", line if not agrees else f"{line}, as many", fault=not agrees))
    return found


def _score(question: Question, found: Sequence[Scoped]) -> list[Scoped]:
    score = _number(question.reported, "score", "quality_score", "quality")
    ticks, marked = _ticks(question)
    if score is None or not marked:
        return []
    off = sum(one.kind == "question" for one in found)
    line = f"the quality score of {score:g} stands beside {ticks} of {marked} ticks"
    if off:
        return [Scoped("score", f"{line}, while {off} of {len(question.claims)} claims do not bear on the question")]
    return [Scoped("score", line, fault=False)]


def scores(questions: Iterable[Question]) -> Scoped | None:
    """Whether quality scores follow the share of ticks, over several reports; None for fewer than three that have both."""
    pairs = []
    for question in questions:
        score, (ticks, marked) = _number(question.reported, "score", "quality_score", "quality"), _ticks(question)
        if score is not None and marked:
            pairs.append((score, ticks / marked))
    if len(pairs) < 3 or any(len(set(side)) < 2 for side in zip(*pairs, strict=True)):
        return None
    r = statistics.correlation([score for score, _ in pairs], [rate for _, rate in pairs])
    follows = r > 0.9
    line = f"over {len(pairs)} reports the quality score and the share of ticks correlate at {r:+.2f}"
    said = ": the score rewards ticks" if follows else ""
    return Scoped("score", line.replace("-", "\u2212") + said, fault=follows)


def _listed(names: Sequence[str]) -> str:
    """'a, b and c'."""
    there = list(names)
    if len(there) > 6:
        there = [*there[:5], f"{len(there) - 5} more"]
    return " and ".join(part for part in (", ".join(there[:-1]), *there[-1:]) if part)
