"""Papers fetched once, whole, and pinned: what was asked for, in the version that was asked for, or a line that says why not.

The rest of a batch goes on when one paper fails. A service that cannot be reached, or that asks us to wait for longer than we
may, is not asked again in the same batch: its papers are not tried, and the same command goes on later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlsplit

from replicate.problems import Problem, explain

from ..records import Paper
from . import ids, pdfs
from .databases import acl, arxiv, openalex
from .ids import Id
from .library import Library, now
from .services import Service, private
from .web import Answer, Trouble, Web

FETCHED, PRESENT = "fetched", "present"
WITHDRAWN, MISSING, MALFORMED, NOT_TRIED, FAILED = "withdrawn", "missing", "malformed", "not tried", "failed"
ENOUGH = 3  # papers in a row that a service fails on


@dataclass(frozen=True)
class Outcome:
    """What became of one paper. `id` has the version that was found; `why` is empty where the paper is in the library."""

    asked: str
    id: str
    outcome: str
    why: str = ""
    paper: Paper | None = None

    @property
    def there(self) -> bool:
        return self.outcome in (FETCHED, PRESENT)


@dataclass
class Batch:
    """One run: who is asked, where papers are put, who is told, and which services have stopped answering."""

    web: Web
    services: Mapping[str, Service]
    library: Library
    tell: Callable[[Outcome], None]
    stopped: dict[str, str] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    full: str = ""

    def get(self, service: Service, url: str, look: Callable[[Answer], Trouble | None], most: int) -> Answer:
        """An answer, and a note of how the service fares."""
        self.ask(service)
        try:
            answer = self.web.get(service, url, look=look, most=most)
        except Trouble as trouble:
            self.failed(service, trouble)
            raise
        self.failures[service.name] = 0
        return answer

    def ask(self, service: Service) -> None:
        """Raises if there is no use in asking."""
        if self.full or service.name in self.stopped:
            raise Trouble(NOT_TRIED, self.full or self.stopped[service.name])

    def failed(self, service: Service, trouble: Trouble) -> None:
        if trouble.kind in ("missing", "damaged", "other version", NOT_TRIED):
            return
        self.failures[service.name] = self.failures.get(service.name, 0) + 1
        if trouble.kind in ("unreachable", "limited") or self.failures[service.name] >= ENOUGH:
            self.stopped[service.name] = str(trouble)


def fetch(
    asked: Sequence[str],
    web: Web,
    services: Mapping[str, Service],
    library: Library,
    tell: Callable[[Outcome], None] = lambda one: None,
) -> list[Outcome]:
    """Fetch papers by their ids (texts as people write them); one outcome for each id that was asked for, in order."""
    library.ready()
    library.tidy()
    outcomes: dict[str, Outcome] = {}
    batch = Batch(web, services, library, tell)
    wanted: dict[str, tuple[str, Id]] = {}
    for text in dict.fromkeys(asked):
        try:
            id = ids.read(text)
            wanted.setdefault(str(id), (text, id))
        except Problem as problem:
            outcomes[text] = Outcome(text, "", MALFORMED, str(problem))
            tell(outcomes[text])
    known = _describe(batch, [id for _, id in wanted.values() if id.kind == ids.ARXIV])
    found: dict[str, Outcome] = {}
    for name, (text, id) in wanted.items():
        outcome = _one(batch, text, id, known)
        found[name] = outcome
        tell(outcome)
    for text in dict.fromkeys(asked):
        if text not in outcomes:
            outcomes[text] = replace(found[str(ids.read(text))], asked=text)
    return [outcomes[text] for text in dict.fromkeys(asked)]


@dataclass(frozen=True)
class _Known:
    """What arXiv said of the papers of a batch: pinned texts by id, latest texts by paper; or why it said nothing."""

    pinned: Mapping[str, Paper] = field(default_factory=dict)
    latest: Mapping[str, Paper] = field(default_factory=dict)
    trouble: Trouble | None = None


def _describe(batch: Batch, wanted: Sequence[Id]) -> _Known:
    """Metadata of all arXiv papers that are not here yet, a hundred in a request.

    Pinned papers are asked for twice, by version and by paper: only the latest version says that a paper was withdrawn.
    """
    needed = [id for id in wanted if not (id.version and _present(batch.library, id))]
    pinned = [id for id in needed if id.version]
    papers = list(dict.fromkeys(id.bare for id in needed))
    service = batch.services[ids.ARXIV]
    try:
        latest = {_bare(paper.id): paper for paper in arxiv.describe(batch.web, service, papers).values()}
        # What the latest version is, is known now: only older ones are asked for.
        older = [id for id in pinned if id.name in latest and latest[id.name].id != str(id)]
        found = {paper.id: paper for paper in latest.values()}
        return _Known({**found, **arxiv.describe(batch.web, service, older)}, latest)
    except Trouble as trouble:
        batch.failed(service, trouble)
        return _Known(trouble=trouble)


def _bare(id: str) -> str:
    return ids.read(id).name


def _present(library: Library, id: Id) -> Paper | None:
    """The paper, if it is here with the bytes that its record names, or known to be withdrawn."""
    paper = library.find(id)
    return paper if paper and (library.whole(paper) or (paper.withdrawn and not paper.sha256)) else None


def _one(batch: Batch, text: str, id: Id, known: _Known) -> Outcome:
    try:
        if id.kind == ids.ARXIV:
            return _arxiv(batch, text, id, known)
        with batch.library.locked(id):
            if there := _present(batch.library, id):
                return _settled(text, there)
            return _acl(batch, text, id) if id.kind == ids.ACL else _doi(batch, text, id)
    except Trouble as trouble:
        outcome = trouble.kind if trouble.kind in (MISSING, NOT_TRIED) else FAILED
        return Outcome(text, str(id), outcome, str(trouble))
    except OSError as error:
        # The disk is full, or the folder is gone: every other paper would fail in the same way.
        batch.full = explain(error)
        return Outcome(text, str(id), FAILED, batch.full)


def _settled(text: str, paper: Paper) -> Outcome:
    """The outcome of a paper that the library knows."""
    if not paper.sha256:
        return Outcome(text, paper.id, WITHDRAWN, f"withdrawn: {paper.withdrawn}", paper)
    return Outcome(text, paper.id, PRESENT, "", paper)


def _arxiv(batch: Batch, text: str, id: Id, known: _Known) -> Outcome:
    service = batch.services[ids.ARXIV]
    if id.version and (there := _present(batch.library, id)):
        return _said_withdrawal(_settled(text, there))
    if known.trouble:
        here = batch.library.find(id)
        hint = f"; the library has {here.id}" if here and here.id != str(id) else ""
        raise Trouble(NOT_TRIED, f"{known.trouble}{hint}")
    latest = known.latest.get(id.name)
    if latest is None:
        return Outcome(text, str(id), MISSING, f"arXiv has no paper {id.bare}")
    paper = known.pinned.get(str(id)) if id.version else latest
    if paper is None:
        newest = ids.read(latest.id)
        versions = f"it has versions up to {newest.version}" if id.number > newest.number else f"its latest is {newest}"
        return Outcome(text, str(id), MISSING, f"arXiv has no {id}; {versions}")
    paper = replace(paper, latest=latest.id, withdrawn=_withdrawal(paper, latest))
    exact = ids.read(paper.id)
    with batch.library.locked(exact):
        if there := _present(batch.library, exact):
            return _said_withdrawal(_settled(text, there))
        if paper.withdrawn.startswith(f"{paper.id}: "):
            return _withdrawn(batch, text, paper)
        url = f"{service.base}/pdf/{exact}"
        try:
            answer = batch.get(service, url, lambda got: pdfs.look(exact, got), pdfs.MOST)
        except Trouble as trouble:
            if trouble.kind == "missing":
                # A withdrawal makes a version without a text, and need not say so in words.
                older = f"; an earlier version: python -m synth fetch {exact.bare}v{exact.number - 1}" if exact.number > 1 else ""
                return Outcome(text, paper.id, MISSING, f"arXiv has no PDF of {exact}: withdrawn, or never made{older}")
            raise
        return _keep(batch, text, paper, answer)


def _withdrawal(paper: Paper, latest: Paper) -> str:
    """Which version says in which words that the paper was withdrawn; empty if none does."""
    if paper.withdrawn:
        return f"{paper.id}: {paper.withdrawn}"
    return f"{latest.id}: {latest.withdrawn}" if latest.withdrawn else ""


def _withdrawn(batch: Batch, text: str, paper: Paper) -> Outcome:
    """Nothing else is fetched in its place; which earlier version to take is for the user to say."""
    batch.library.note(replace(paper, when=now()))
    number = ids.read(paper.id).number
    older = f"; an earlier version stays readable: python -m synth fetch {_bare(paper.id)}v{number - 1}" if number > 1 else ""
    return Outcome(text, paper.id, WITHDRAWN, f"withdrawn ({paper.withdrawn}){older}", paper)


def _said_withdrawal(outcome: Outcome) -> Outcome:
    if outcome.outcome == WITHDRAWN and outcome.paper:
        number = ids.read(outcome.id).number
        older = (
            f"; an earlier version stays readable: python -m synth fetch {_bare(outcome.id)}v{number - 1}" if number > 1 else ""
        )
        return replace(outcome, why=f"withdrawn ({outcome.paper.withdrawn}){older}")
    return outcome


def _keep(batch: Batch, text: str, paper: Paper, answer: Answer) -> Outcome:
    kept = batch.library.put(replace(paper, url=answer.url, when=now()), answer.content)
    return Outcome(text, kept.id, FETCHED, "", kept)


def _acl(batch: Batch, text: str, id: Id) -> Outcome:
    service = batch.services[ids.ACL]
    batch.ask(service)
    try:
        paper = acl.entry(batch.web, service, id)
    except Trouble as trouble:
        batch.failed(service, trouble)
        if trouble.kind == "missing":
            return Outcome(text, str(id), MISSING, f"the ACL Anthology has no paper {id}")
        raise
    if paper is None or paper.id != str(id):
        return Outcome(text, str(id), MISSING, f"the ACL Anthology gives {paper.id if paper else 'no paper'} for {id}")
    if paper.withdrawn:
        batch.library.note(replace(paper, when=now()))
        return Outcome(text, paper.id, WITHDRAWN, f"withdrawn ({paper.withdrawn})", paper)
    return _keep(
        batch, text, paper, batch.get(service, f"{service.base}/{id.name}.pdf", lambda got: pdfs.look(id, got), pdfs.MOST)
    )


def _doi(batch: Batch, text: str, id: Id) -> Outcome:
    """A DOI through the open copy that OpenAlex knows of."""
    service = batch.services["openalex"]
    batch.ask(service)
    try:
        paper = openalex.lookup(batch.web, service, Id(ids.DOI, quote(id.name, safe="/")))
    except Trouble as trouble:
        batch.failed(service, trouble)
        if trouble.kind == "missing":
            return Outcome(text, str(id), MISSING, f"OpenAlex has no work with the DOI {id}")
        raise
    if paper is None or not paper.pdf:
        return Outcome(
            text,
            str(id),
            MISSING,
            f"no open PDF of {id} is known; python -m synth fetch --pdf FILE --id {id} adds one that you have",
        )
    if paper.withdrawn:
        return Outcome(text, str(id), WITHDRAWN, f"withdrawn ({paper.withdrawn})", paper)
    copy = ids.maybe(paper.pdf)
    if copy and copy.kind == ids.ARXIV:
        # The preprint is another text than the one that bears the DOI.
        return Outcome(text, str(id), MISSING, f"the open copy of {id} is its preprint: python -m synth fetch {copy}")
    parts = urlsplit(paper.pdf)
    if parts.scheme not in ("http", "https") or (private(paper.pdf) and not service.local):
        return Outcome(text, str(id), FAILED, f"the open copy of {id} has an address that is not fetched from: {paper.pdf[:80]}")
    host = Service("open", parts.netloc, f"{parts.scheme}://{parts.netloc}", service.interval if service.local else 1.0)
    answer = batch.web.get(host, paper.pdf, look=lambda got: pdfs.look(id, got), most=pdfs.MOST)
    return _keep(batch, text, replace(paper, id=str(id)), answer)


def missing(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those that are not in the library."""
    return [one for one in outcomes if not one.there]
