"""Commands on papers: fetch."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import Declare, asking, plain, print_json

if TYPE_CHECKING:
    from ..literature.fetch import Outcome
    from ..literature.library import Library

FETCH_SCHEMA, LIBRARY_SCHEMA = "synth.fetch/1", "synth.library/1"


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    fetch = command(
        "fetch",
        "fetch papers into the library, pinned by version and hash",
        [asking.options(), plain()],
        "2005.13013v2",
        "stilts --cited",
        "--pdf paper.pdf --id 2020.acl-main.447",
        "--list",
    )
    fetch.add_argument(
        "wanted", metavar="QUESTION|ID", nargs="*", help="a question, or ids: 2005.13013v2, 2020.acl-main.447, a DOI"
    )
    fetch.add_argument(
        "--cited", action="store_true", help="of a question only the papers that it cites, not those that its search kept"
    )
    fetch.add_argument("--papers", metavar="DIR", help="the library of fetched papers (default: in the cache folder)")
    fetch.add_argument("--pdf", metavar="FILE", help="add a PDF that you have, under --id")
    fetch.add_argument("--id", metavar="ID", help="the id of the PDF: an arXiv id with its version, an ACL id, a DOI, or a name")
    fetch.add_argument("--list", action="store_true", help="show what the library has")


def _fetch(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import Problem

    from ..literature import library

    papers = library.open(arguments.papers)
    if arguments.list:
        return _list(arguments, papers)
    if (arguments.pdf is None) != (arguments.id is None):
        raise Problem("--pdf FILE and --id ID belong together: the file, and what it is")
    if arguments.pdf is not None:
        if arguments.wanted:
            raise Problem(f"--pdf adds one file; {arguments.wanted[0]!r} has no place beside it")
        return _add(arguments, papers)
    if not arguments.wanted:
        raise Problem(
            "fetch what? a question (stilts), or ids of papers (2005.13013v2); python -m synth fetch --list shows the library"
        )
    return _fetch_all(arguments, papers)


def _fetch_all(arguments: argparse.Namespace, papers: Library) -> int:
    from replicate.problems import DONE, FAILED, Problem
    from replicate.terminal.progress import Bar

    from ..literature import fetch, services

    wanted = _wanted(arguments)
    known = services.configured(arguments.base, arguments.interval)
    total = len(dict.fromkeys(wanted.ids))
    done = 0
    papers.ready()
    connect = asking.web(arguments, lambda line: bar.note(f"synth: {line}"))
    with Bar("fetching", total, "papers") as bar:

        def tell(outcome: Outcome) -> None:
            nonlocal done
            done += 1
            if not outcome.there and outcome.outcome != fetch.NOT_TRIED:
                bar.note(f"synth: {outcome.asked}: {outcome.why}")
            bar.update(done, doing=[outcome.id or outcome.asked])

        outcomes = fetch.fetch(wanted.ids, connect(), known, papers, tell)
    _note_searches(wanted.searches, outcomes)
    missing = fetch.missing(outcomes)
    if arguments.json:
        print_json({"schema": FETCH_SCHEMA, "library": str(papers.folder), "papers": [_outcome(one, papers) for one in outcomes]})
    else:
        for one in outcomes:
            if one.there and one.paper:
                print(_line(one))
    for reason, which in _not_tried(missing).items():
        names = ", ".join(which[:3]) + (f" and {len(which) - 3} more" if len(which) > 3 else "")
        print(f"synth: {names}: not tried: {reason}", file=sys.stderr)
    if wanted.nameless:
        print(f"synth: {wanted.nameless} studies kept have no arXiv id, ACL id or DOI to fetch by", file=sys.stderr)
    print(f"synth: library: {papers.folder}", file=sys.stderr)
    if not missing:
        return DONE
    again = "; the same command goes on" if any(one.outcome in (fetch.NOT_TRIED, fetch.FAILED) for one in missing) else ""
    print(f"synth: {len(missing)} of {len(outcomes)} papers not fetched{again}", file=sys.stderr)
    return Problem.code if all(one.outcome == fetch.MALFORMED for one in missing) else FAILED


@dataclass
class _Wanted:
    """What a command line asks for: ids, the searches that some come from, and how many studies have no id to fetch by."""

    ids: list[str]
    searches: list[tuple[Path, list[dict[str, Any]]]]
    nameless: int = 0


def _wanted(arguments: argparse.Namespace) -> _Wanted:
    """Ids as they stand; of a question the papers that it cites and those that its search kept."""
    from replicate.problems import Problem

    from .. import questions
    from ..literature import ids, record

    known = questions.there(arguments.claims)
    made = _Wanted([], [])
    for text in arguments.wanted:
        folder = Path(arguments.out) / text
        is_question = text.endswith(".toml") or text in known
        searched = (folder / record.SEARCH).is_file()
        looks_like_id = any(letter.isdigit() for letter in text) or "/" in text
        if ids.maybe(text) or not (is_question or searched or not looks_like_id):
            made.ids.append(text)  # what is no id gets its own line, and the others are fetched
            continue
        cited: tuple[str, ...] = ()
        if is_question or not searched:
            question = asking.question(text, arguments.claims)
            folder, cited = Path(arguments.out) / question.name, question.papers
        kept = _kept(folder, made) if not arguments.cited else []
        if not cited and not kept:
            raise Problem(f"{text}: cites no papers, and {folder} has no search that kept any; python -m synth search {text}")
        made.ids += [*cited, *(id for id in kept if id)]
        made.nameless += sum(not id for id in kept)
    return made


def _kept(folder: Path, made: _Wanted) -> list[str]:
    """The ids of the papers that the search in a folder kept, "" for those without one; nothing without a search."""
    from ..literature import record

    if not (folder / record.SEARCH).is_file():
        return []
    rows = record.read(folder / record.SEARCH)
    made.searches.append((folder, rows))
    return [id for _, id in record.wanted(rows)]


def _note_searches(searches: Sequence[tuple[Path, list[dict[str, Any]]]], outcomes: Sequence[Outcome]) -> None:
    """What became of the papers of a search goes into its flow."""
    from ..literature import fetch, record

    became = {one.asked: "" if one.there else one.outcome for one in outcomes if one.outcome != fetch.NOT_TRIED}
    for folder, rows in searches:
        kept = record.wanted(rows)
        record.note_fetched(
            folder, {study: became[id] if id else "no open id" for study, id in kept if not id or id in became}, rows
        )


def _not_tried(missing: Sequence[Outcome]) -> dict[str, list[str]]:
    """Papers that were not tried, by reason."""
    from ..literature import fetch

    found: dict[str, list[str]] = {}
    for one in missing:
        if one.outcome == fetch.NOT_TRIED:
            found.setdefault(one.why, []).append(one.asked)
    return found


def _line(one: Outcome) -> str:
    paper = one.paper
    assert paper is not None
    asked = f" (asked for as {one.asked})" if one.id != one.asked else ""
    title = textwrap.shorten(paper.title, 70, placeholder=" ...")
    made = f"{one.id}  {one.outcome}  {_size(paper.size)}  sha256 {paper.sha256[:12]}  {title}{asked}"
    return f"{made}\n    withdrawn since: {paper.withdrawn}" if paper.withdrawn else made


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(round(size / 1e3), 1)} kB"


def _outcome(one: Outcome, papers: Library) -> dict[str, Any]:
    paper = {name: value for name, value in asdict(one.paper).items() if name != "abstract"} if one.paper else None
    path = str(papers.path(one.paper)) if one.there and one.paper else None
    return {
        "asked": one.asked,
        "id": one.id or None,
        "outcome": one.outcome,
        "why": one.why or None,
        "path": path,
        "paper": paper,
    }


def _add(arguments: argparse.Namespace, papers: Library) -> int:
    from replicate.problems import DONE

    from ..literature import fetch, ids

    id = ids.read(arguments.id, own=True)
    papers.ready()
    with papers.locked(id):
        paper = papers.add(Path(arguments.pdf), id)
    outcome = fetch.Outcome(arguments.id, paper.id, fetch.FETCHED, "", paper)
    if arguments.json:
        print_json({"schema": FETCH_SCHEMA, "library": str(papers.folder), "papers": [_outcome(outcome, papers)]})
    else:
        print(f"{paper.id}  added  {_size(paper.size)}  sha256 {paper.sha256[:12]}  {papers.path(paper)}")
    return DONE


def _list(arguments: argparse.Namespace, papers: Library) -> int:
    from replicate.problems import DONE

    found = papers.papers()
    if arguments.json:
        print_json({"schema": LIBRARY_SCHEMA, "library": str(papers.folder), "papers": [asdict(one) for one in found]})
        return DONE
    for one in found:
        what = f"{_size(one.size)}  sha256 {one.sha256[:12]}" if one.sha256 else "withdrawn, no file"
        print(f"{one.id}  {what}  {textwrap.shorten(one.title, 70, placeholder=' ...')}")
    print(f"{papers.folder}: {len(found)} paper{'s' * (len(found) != 1)}", file=sys.stderr)
    return DONE


COMMANDS = {"fetch": _fetch}
