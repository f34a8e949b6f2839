"""Whether the checker is worth anything: what it made of twins that are false, and how far its confidence holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...controls import discrimination
from ...controls.discrimination import Share, wilson
from ...figures.reliability import reliability
from ...sentences import Finding, count
from ..inputs import Inputs
from ..value import Block, Figure, Paragraph, Section, Table, words
from .making import columns, figure, number, row


def section(inputs: Inputs, findings: Sequence[Finding]) -> Section:
    """Twins, then calibration."""
    found = discrimination.of(one.verdict for one in findings)
    blocks: list[Block] = []
    if found.false.of or found.true.of:
        blocks.append(Paragraph(words(_line(found.false, found.true, found.elsewhere))))
        if found.kinds:
            blocks.append(_kinds(found.kinds))
    else:
        none = (
            "No claim was decided, so there was nothing to tell apart: no false twin was asked about. "
            "Nothing in this report rests on a check that was not tried."
        )
        blocks.append(Paragraph(words(none)))
    if inputs.reliable:
        blocks.append(_reliability(inputs))
    else:
        blocks.append(Paragraph(words("How far confidences hold is not known: there is no calibration.")))
    return Section("checker", "Is the checker worth anything?", tuple(blocks), "Checker")


def _line(false: Share, true: Share, elsewhere: int) -> str:
    made = []
    if false.of:
        made.append(
            f"Of {count(false.of, 'twin')} of these claims that are false by construction {false.right} were not "
            "supported, as is right "
            f"({_percent(false)})."
        )
    if true.of:
        made.append(f"Of {count(true.of, 'true paraphrase')} {true.right} kept the verdict ({_percent(true)}).")
    if elsewhere:
        made.append(f"{count(elsewhere, 'twin').capitalize()} the sources bear out by other evidence; they count in neither.")
    return " ".join(made)


def _percent(share: Share) -> str:
    low, high = share.interval
    return f"{number(100 * share.value, 0)}%, 95% interval {number(100 * low, 0)} to {number(100 * high, 0)}%"


def _kinds(kinds: Mapping[str, Share]) -> Table:
    rows = [
        row(kind, str(share.of), str(share.right), _percent(share))
        for kind, share in sorted(kinds.items(), key=lambda pair: pair[0])
    ]
    head = columns("What was changed", "False twins", "Not supported", "Share", numeric=(1, 2))
    return Table("table-twins", "False twins by what was changed", head, tuple(rows))


def _reliability(inputs: Inputs) -> Figure:
    rows = inputs.reliable
    shares = [wilson(right, of) for _, right, of in rows]
    total = sum(of for _, _, of in rows)
    off = sum(of * abs(mean - right / of) for mean, right, of in rows) / total
    sources = f" Learnt from: {'; '.join(inputs.sources)}." if inputs.sources else ""
    caption = (
        f"{total:,} labelled verdicts, each given a confidence that was learnt without its own claim; bars are "
        "95% intervals. What lies "
        f"on the line keeps what it says; on average they are {number(100 * off)} points of probability off.{sources}"
    )
    return figure(
        "figure-reliability", "How far a confidence holds", caption, caption,
        lambda id, name, says, narrow: reliability(id, name, rows, shares, narrow),
        ("mean confidence", "right", "of"), rows, False,
    )  # fmt: skip
