"""Whether a check tells a claim from its twins. One that does not has verified nothing, and its verdict is 'not checkable'.

The rule: where a claim is supported or partly supported, no false twin may be supported too. A twin about something else
(ELSEWHERE) or with another number of the passage (siblings) counts only where it is supported by the same passage as the
claim, or by no other cell: by others, the sources say it as well, and the twin is no false one. Where all that is missed is a
number that no assertion holds, the rest of the claim was checked, and it is partly supported. Of a claim of which anything is
refuted a false twin may be the truth: there the paraphrases alone are tried. Claims that nothing decides have nothing to be
told apart, and no twins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from statistics import NormalDist

from ..records import Claim, Twin, Verdict
from .digits import UNREAD
from .edits import as_claim
from .siblings import KIND as SIBLING
from .siblings import siblings
from .tautology import tautology
from .twins import ELSEWHERE, twins

SUPPORTED, PARTLY, REFUTED, NOT_ENOUGH, NOT_CHECKABLE = (
    "supported", "partly", "refuted", "not enough information", "not checkable",
)  # fmt: skip
SAID_TOO = "supported elsewhere"  # of a twin about something else: the sources say that as well
Judge = Callable[[Claim], "Verdict | str"]
Places = set[tuple[object, ...]]


@dataclass(frozen=True)
class Share:
    """`right` of `of`, with the Wilson interval of the share."""

    right: int
    of: int

    @property
    def value(self) -> float:
        return self.right / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.right, self.of)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.right} of {self.of} ({self.value:.1%}, 95% interval {low:.1%} to {high:.1%})" if self.of else "none"

    def to_dict(self) -> dict[str, float | int | list[float] | None]:
        return {"right": self.right, "of": self.of, "share": self.value if self.of else None, "interval": list(self.interval)}


@dataclass(frozen=True)
class Discrimination:
    """What checks made of twins: of one claim or of many.

    `false` counts the false twins that were not supported, `true` the paraphrases that kept the verdict, `kinds` the false
    ones by kind. `elsewhere` are twins that the sources bear out by other evidence; they count in neither. `missed` names the
    false twins that were supported.
    """

    false: Share
    true: Share
    kinds: Mapping[str, Share] = field(default_factory=dict)
    elsewhere: int = 0
    missed: tuple[Twin, ...] = ()

    def __str__(self) -> str:
        return f"false twins not supported: {self.false}; paraphrases that keep the verdict: {self.true}"

    def to_dict(self) -> dict[str, object]:
        return {
            "false_twins_not_supported": self.false.to_dict(),
            "paraphrases_that_keep_the_verdict": self.true.to_dict(),
            "kinds": {name: share.to_dict() for name, share in self.kinds.items()},
            "supported_elsewhere": self.elsewhere,
            "missed": [{"text": one.text, "kind": one.kind, "changed": one.changed} for one in self.missed],
        }


def wilson(right: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """The Wilson interval of a share; from 0 to 1 where there is nothing to count."""
    if not of:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return 0.0 if not right else middle - half, 1.0 if right == of else middle + half


def tried(verdict: Verdict | str) -> tuple[bool, ...]:
    """Which twins are made for a verdict: False for paraphrases, True for false ones; see the rule above."""
    if isinstance(verdict, Verdict) and verdict.verdict == PARTLY and _refuted_in_part(verdict):
        return (False,)
    return {SUPPORTED: (True, False), PARTLY: (True, False), REFUTED: (False,)}.get(_word(verdict), ())


def _refuted_in_part(verdict: Verdict) -> bool:
    """Whether a check refutes any statement of the claim."""
    checks = [verdict, *verdict.checks.values()]
    parts = [part for one in checks for name in ("statements", "parts") for part in one.data.get(name, ())]
    return any(part["verdict"] == REFUTED for part in parts) or any(one.verdict == REFUTED for one in checks)


def judged(claim: Claim, judge: Judge, verdict: Verdict | str | None = None, few: bool = False) -> tuple[Twin, ...]:
    """The twins of a claim with their verdicts; none where the claim's own verdict wants none.

    `judge` makes the verdict of any claim as it made that of this one; `verdict` saves making that again. With `few` there is
    one false twin of each kind and one paraphrase, for thousands of claims; and the siblings, which a blind check misses first.
    """
    own = judge(claim) if verdict is None else verdict
    wanted = tried(own)
    if not wanted:
        return ()
    made = [one for one in twins(claim) if one.false in wanted]
    if few:
        made = list({one.kind: one for one in reversed(made)}.values())[::-1]
    if True in wanted and isinstance(own, Verdict):
        made += [one for one in siblings(claim, own) if one.text not in {other.text for other in made}]
    return tuple(_said(own, one, judge(as_claim(claim, one))) for one in made)


def _said(own: Verdict | str, of: Twin, found: Verdict | str) -> Twin:
    """A twin with what was said of it."""
    checks = {} if isinstance(found, str) else {name: check.verdict for name, check in found.checks.items()}
    return replace(of, verdict=_verdict(own, of, found), checks=checks)


def _word(verdict: Verdict | str) -> str:
    return verdict if isinstance(verdict, str) else verdict.verdict


def _verdict(own: Verdict | str, of: Twin, found: Verdict | str) -> str:
    word = _word(found)
    if word == SUPPORTED and of.kind in (*ELSEWHERE, SIBLING) and isinstance(own, Verdict) and isinstance(found, Verdict):
        return SAID_TOO if _by_others(own, found) else word
    return word


def _by_others(own: Verdict, found: Verdict) -> bool:
    """Whether a twin is supported by what does not support the claim: other passages, or cells of which one is another.

    One cell of a comparison is that of the system that both name.
    """
    (passages, cells), (its_passages, its_cells) = places(own), places(found)
    if not (passages or cells) or not (its_passages or its_cells) or passages & its_passages:
        return False
    return not its_cells or not its_cells <= cells


def places(verdict: Verdict) -> tuple[Places, Places]:
    """Where what supports stands: passages, and cells."""
    supporting = [check for check in (verdict, *verdict.checks.values()) if check.verdict in (SUPPORTED, PARTLY)]
    evidence = [one for check in supporting for one in check.evidence]
    passages: Places = {(one.origin, one.page, one.start, one.end) for one in evidence if one.start is not None}
    return passages, {(one.origin, one.cell) for one in evidence if one.start is None}


def discrimination(made: Iterable[Twin], verdict: str) -> Discrimination:
    """What a check made of the twins of one claim that has this verdict."""
    every = [one for one in made if one.verdict]
    false = [one for one in every if one.false and one.verdict != SAID_TOO]
    kinds = dict.fromkeys(one.kind for one in false)
    missed = tuple(one for one in false if one.verdict == SUPPORTED)
    same = [one for one in every if not one.false]
    return Discrimination(
        Share(len(false) - len(missed), len(false)),
        Share(sum(one.verdict == verdict for one in same), len(same)),
        {
            kind: Share(sum(one.kind == kind and one not in missed for one in false), sum(one.kind == kind for one in false))
            for kind in kinds
        },
        sum(one.verdict == SAID_TOO for one in every),
        missed,
    )


def overall(parts: Iterable[Discrimination]) -> Discrimination:
    """Many claims together."""
    every = list(parts)

    def summed(shares: Iterable[Share]) -> Share:
        there = list(shares)
        return Share(sum(one.right for one in there), sum(one.of for one in there))

    kinds = dict.fromkeys(kind for one in every for kind in one.kinds)
    return Discrimination(
        summed(one.false for one in every),
        summed(one.true for one in every),
        {kind: summed(one.kinds[kind] for one in every if kind in one.kinds) for kind in kinds},
        sum(one.elsewhere for one in every),
        tuple(twin for one in every for twin in one.missed),
    )


def controlled(claim: Claim, verdict: Verdict, judge: Judge, few: bool = False) -> Verdict:
    """The verdict with its twins, or 'not checkable' with the reason where the check cannot tell them apart.

    So does a claim end that checks only itself, as long as nothing refutes it. `judge` is the same checks without controls;
    what it says of the twins is in `Verdict.twins`. `few` as for `judged`.
    """
    if verdict.verdict in (SUPPORTED, PARTLY, NOT_ENOUGH) and (why := tautology(claim, verdict)):
        return replace(verdict, verdict=NOT_CHECKABLE, line=f"checks only itself: {why}")
    made = judged(claim, judge, verdict, few)
    if not made:
        return verdict
    found = discrimination(made, verdict.verdict)
    data = {**verdict.data, "discrimination": found.to_dict(), "before_controls": verdict.verdict}
    with_twins = replace(verdict, twins=made, data=data)
    if verdict.verdict not in (SUPPORTED, PARTLY) or not found.missed:
        return with_twins
    first = found.missed[0]
    if all(one.kind == UNREAD for one in found.missed):
        said = first.changed.partition(" -> ")[0]
        return replace(with_twins, verdict=PARTLY, line=f"{verdict.line}; not checked, since nothing of it was read: {said}")
    others = f", and {len(found.missed) - 1} more" if len(found.missed) > 1 else ""
    line = f"the check does not tell it from a false twin ({first.kind}: {first.changed}{others}); it had said: {verdict.line}"
    return replace(with_twins, verdict=NOT_CHECKABLE, line=line)


def of(verdicts: Iterable[Verdict]) -> Discrimination:
    """The discrimination of all claims that were controlled, as their verdicts carry it: paraphrases are held against the
    verdict that the checks gave before any control."""
    return overall(discrimination(one.twins, str(one.data.get("before_controls", one.verdict))) for one in verdicts if one.twins)
