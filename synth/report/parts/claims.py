"""The claims: what the original report said of each beside our verdicts, and all that stands behind these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from ...checks import CHECKS
from ...records import Claim, Evidence, Twin, Verdict
from ...sentences import Finding
from ...shortened import shortened
from ...verify import FINALS
from ..inputs import Inputs
from ..plain import visible
from ..value import ClaimLine, Claims, Control, Paragraph, Proof, Section, Words, strong, words

TITLES = {name: check.title for name, check in CHECKS.items()}
LONGEST = 420  # characters of a claim in the table; the whole of it stands inside
PASSAGE, CELLS = 1200, 40  # characters of a quote, cells of a check that are shown


def section(inputs: Inputs, findings: Sequence[Finding]) -> Section:
    """The table of claims."""
    if not findings:
        return Section("claims", "The claims", (Paragraph(words("This question has no claims yet.")),), "Claims")
    margin = inputs.question.margin
    intro = words(
        "With each claim go the quote, the cells, the recomputation and the controls behind its verdict. What the original "
        f"report said of a claim stands beside our three checks; our runs are compared within a margin of {margin:g} points "
        "that was stated before any run."
    )
    verdicts = Counter(one.verdict.verdict for one in findings)
    ordered = tuple((word, verdicts[word]) for word in (*FINALS, *sorted(set(verdicts) - set(FINALS))) if word in verdicts)
    # What is said of the whole question stands in a section of its own, and not with each claim again.
    once = {one.line for one in inputs.scoped if not one.claim}
    lines = tuple(_line(one.claim, one.verdict, once) for one in findings)
    return Section("claims", "The claims and what became of them", (Paragraph(intro), Claims(lines, ordered)), "Claims")


def _line(claim: Claim, verdict: Verdict, once: Set[str]) -> ClaimLine:
    reported = claim.reported
    text = visible(claim.text) + (" \u2026" if claim.cut and not claim.text.rstrip().endswith(("\u2026", "...")) else "")
    brief = shortened(text, LONGEST)
    return ClaimLine(
        id=claim.id,
        text=brief,
        whole=text if brief != text else "",
        paper=visible(claim.paper),
        mark="none" if "verified" not in reported else "yes" if reported["verified"] else "no",
        reported=_number(reported.get("confidence")),
        proofs=tuple(_proof(name, verdict.checks.get(name)) for name in TITLES),
        verdict=verdict.verdict,
        line=visible(verdict.line),
        confidence=confidence(verdict),
        note=visible(claim.note),
        controls=tuple(_control(twin, verdict) for twin in verdict.twins),
        scope=tuple(visible(one) for one in verdict.scope if one not in once),
        source=visible(str(reported.get("report", ""))),
    )


def _number(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def confidence(verdict: Verdict) -> str:
    """The calibrated probability with its interval, or why there is none."""
    if verdict.confidence is None:
        return f"none: {visible(verdict.reason) or 'uncalibrated'}"
    low, high = map(probability, verdict.interval or (verdict.confidence, verdict.confidence))
    return probability(verdict.confidence) + (f" ({low} to {high})" if low != high else "")


def probability(value: float) -> str:
    """With two digits; what would round to certainty is not called certain."""
    return ">0.99" if value >= 0.995 else f"{value:.2f}"


def _proof(name: str, check: Verdict | None) -> Proof:
    if check is None:
        return Proof(name, TITLES[name], "not made", "", "This check was not made.")
    other = check.data.get("other_version") or {}
    found = (other.get("number") if isinstance(other, Mapping) else "") or check.number
    quotes = tuple(_quote(one) for one in check.evidence if one.page is not None or one.start is not None)
    cells = [one for one in check.evidence if one.page is None and one.start is None]
    shown = tuple((visible(one.cell), visible(one.value), visible(one.origin), visible(one.note)) for one in cells[:CELLS])
    if len(cells) > CELLS:
        shown = (*shown, (f"and {len(cells) - CELLS} more cells", "", "", "all of them are in the data of this report"))
    return Proof(
        name, TITLES[name], check.verdict, visible(str(found or "")), _after(check.verdict, visible(check.line)),
        visible(check.recomputation), quotes, shown, check.verdict == "illustration",
    )  # fmt: skip


def _after(verdict: str, line: str) -> str:
    """A check's line without the verdict at its beginning, which stands before it already."""
    rest = line[len(verdict) :]
    return rest[1:].lstrip() if line.lower().startswith(verdict.lower()) and rest[:1] == ":" and rest[1:].strip() else line


def _quote(one: Evidence) -> Words:
    """A passage with the place where it stands."""
    at = [f"page {one.page}"] if one.page is not None and f"p. {one.page}" not in one.cell else []
    if one.start is not None and one.end is not None:
        at.append(f"characters {one.start} to {one.end}")
    if one.sha256:
        at.append(f"file {one.sha256[:12]}")
    place = ", ".join([one.origin.removeprefix("paper:"), *([one.cell] if one.cell else []), *at])
    return words(f"\u201c{shortened(one.value, PASSAGE)}\u201d ", strong(place), f" {one.note}" if one.note else "")


def _control(twin: Twin, verdict: Verdict) -> Control:
    """Right is a false twin that is not supported, and a paraphrase with the claim's own verdict."""
    said = twin.verdict
    right = None if not said else (said != "supported" if twin.false else said == verdict.verdict)
    return Control(visible(twin.text), twin.kind, visible(twin.changed).replace("->", "\u2192"), twin.false, said, right)
