"""The nouns, frozen: Question, Paper, Claim, Assertion, Evidence, Twin, Verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from replicate import results, tasks

BEST, MULTI = "best", "multi"
SHUFFLED = "shuffled-"  # how experiments name a control whose labels mean nothing
TRANSLATED = "translated"  # how they name what was trained on translations, and how a claim asks for it
CHOSEN = ("best per target on dev",)
SYSTEMS = (results.BASELINE, *tasks.INTERMEDIATE, MULTI, BEST)
SPLITS = ("dev", "test")


@dataclass(frozen=True)
class Assertion:
    """What a claim asserts, as data. `kind` says which of the other fields count (TAKES).

    The system is `intermediate` (with `mlm`, trained by `method`), or what `chosen` says; what is measured is `metric`
    (empty: the score of the field) of `target` in `language` on `split` (empty: not said). `over_model` names another
    model where the baseline is not the system's own. `value` holds the characters of the claim, `relation` how they are
    meant.

    - level, gain: the number `value`; best: the highest of `among`; greater: above `rival` (an assertion's system).
    - sign: for `quantifier` of `across` (intermediates, targets, languages) the gain goes `direction`.
    - count, size, setup: `what` of `about` (a task or the study itself) is `value`, as a paper's facts have it.
    """

    kind: str
    intermediate: str = ""
    target: str = results.AVERAGE
    over: str = results.BASELINE
    over_model: str = ""
    metric: str = results.SCORE
    language: str = results.ALL
    split: str = ""
    mlm: bool = False
    chosen: str = ""
    value: str = ""
    among: tuple[str, ...] = ()
    relation: str = "="
    model: str = ""
    method: str = "full"
    intermediate_languages: str = ""
    rival: str = ""
    rival_mlm: bool = False
    rival_languages: str = ""
    across: str = ""
    quantifier: str = ""
    direction: str = "up"
    about: str = ""
    what: str = ""


RELATIONS = ("=", "about", "at least", "at most", "more than", "less than")
QUANTIFIERS = ("each", "most", "some", "none")
ACROSS = ("intermediates", "targets", "languages")
DIRECTIONS = ("up", "down")
SYSTEM = ("intermediate", "mlm", "method", "intermediate_languages", "model")
MEASURED = ("kind", "target", "metric", "language", "split")
FACT = ("kind", "about", "what", "value", "relation")
TAKES: dict[str, tuple[str, ...]] = {
    "level": (*MEASURED, *SYSTEM, "value", "relation"),
    "gain": (*MEASURED, *SYSTEM, "over", "over_model", "chosen", "value", "relation"),
    "best": (*MEASURED, *SYSTEM, "over", "among"),
    "greater": (*MEASURED, *SYSTEM, "rival", "rival_mlm", "rival_languages"),
    "sign": (*MEASURED, *SYSTEM, "over", "among", "across", "quantifier", "direction"),
    "count": FACT,
    "size": FACT,
    "setup": FACT,
}
NEEDS: dict[str, tuple[str, ...]] = {
    "level": ("intermediate", "value"),
    "gain": ("intermediate", "value"),
    "best": ("intermediate",),
    "greater": ("intermediate", "rival"),
    "sign": ("across", "quantifier"),
    "count": ("about", "what", "value"),
    "size": ("about", "what", "value"),
    "setup": ("about", "what", "value"),
}


@dataclass(frozen=True)
class Claim:
    """One sentence, the version of the paper that it cites, and what the report said of it.

    The shipped claims are in our own words; those of `synth ingest` are the report's own. `cut` says that the sentence
    stops in the middle, as reports print it.
    """

    id: str
    text: str
    paper: str
    asserts: tuple[Assertion, ...] = ()
    reported: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    cut: bool = False


@dataclass(frozen=True)
class Question:
    """One research question: its papers, its claims, the experiment that answers it, and the margin stated beforehand."""

    name: str
    question: str
    experiment: str
    papers: tuple[str, ...]
    margin: float
    claims: tuple[Claim, ...]
    reported: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    search: Mapping[str, Any] = field(default_factory=dict)  # read by literature/plan.py alone


@dataclass(frozen=True)
class Paper:
    """One text of one paper, as a source describes it.

    `id` has the version where the source counts versions (2005.13013v2); `aliases` are the paper's other names, each with
    its kind (doi:10.18653/v1/2020.aacl-main.56). With a `sha256` the file with these bytes lies in the library.
    `withdrawn` holds the words of a withdrawal, `latest` the newest version that there was when the source was asked.
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    date: str = ""
    abstract: str = ""
    venue: str = ""
    language: str = ""
    aliases: tuple[str, ...] = ()
    source: str = ""
    url: str = ""
    pdf: str = ""
    sha256: str = ""
    size: int = 0
    when: str = ""
    latest: str = ""
    withdrawn: str = ""


@dataclass(frozen=True)
class Evidence:
    """One cell or one passage that decided: where it stands and what it holds.

    `cell` names the place as people find it; of a passage `value` is the words themselves, `page` where they stand (from
    1), and `start` to `end` their characters there.
    """

    origin: str
    cell: str
    value: str
    note: str = ""
    page: int | None = None
    start: int | None = None
    end: int | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Twin:
    """A claim made from another one, and what the same checks said of it.

    `false` twins are false by construction, the others are paraphrases, as true as the claim. `kind` says what was touched
    (number, sibling, unread, task, metric, model, language, split, benchmark, system, direction, quantifier, negation, swapped),
    `changed` what was changed into what.
    """

    text: str
    kind: str
    changed: str
    false: bool
    asserts: tuple[Assertion, ...] = ()
    verdict: str = ""
    checks: Mapping[str, str] = field(default_factory=dict, hash=False)  # what each check said of it, by the check's name


@dataclass(frozen=True)
class Verdict:
    """What one check says of a claim, or all of them together (`checks` holds theirs).

    `line` says why in one sentence, `number` is what was found as people print it, `recomputation` how it came about.
    `confidence` is the calibrated probability that the verdict is right, `interval` its uncertainty; None where nothing
    calibrates it, and `reason` says so. `twins` are the controls, `scope` what else a reader has to know.
    """

    check: str
    verdict: str
    line: str
    number: str = ""
    evidence: tuple[Evidence, ...] = ()
    recomputation: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, Verdict] = field(default_factory=dict)
    confidence: float | None = None
    interval: tuple[float, float] | None = None
    reason: str = ""
    twins: tuple[Twin, ...] = ()
    scope: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON of one check."""
        plain = {name: getattr(self, name) for name in ("verdict", "line", "number", "recomputation")}
        evidence = [{one.name: getattr(item, one.name) for one in fields(item)} for item in self.evidence]
        return {**plain, "evidence": evidence, **self.data}


def title(system: str, mlm: bool = False) -> str:
    """What people call an intermediate training or a target."""
    names = {
        results.BASELINE: "no intermediate training", MULTI: "multi-task", BEST: "best models",
        results.AVERAGE: "average", results.WITHOUT_RETRIEVAL: "average without retrieval",
    }  # fmt: skip
    if system.startswith(SHUFFLED):
        return f"{title(system.removeprefix(SHUFFLED), mlm)}, labels shuffled"
    if system.startswith(f"{TRANSLATED}-"):
        return f"{TRANSLATED} {title(system.removeprefix(f'{TRANSLATED}-'), mlm)}"
    name = names.get(system) or (tasks.TASKS[system].title if system in tasks.TASKS else system)
    return f"{name} with MLM" if mlm else name
