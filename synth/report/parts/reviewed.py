"""The review: scores of the reviewers, what they agree on, every dissent, the total, and the certainty of each finding."""

from __future__ import annotations

from collections.abc import Sequence

from ...review.grade import NOT_RATED
from ...review.review import Agreement, Review
from ...sentences import Finding, count
from ...shortened import shortened
from ..value import Block, Bullets, Paragraph, Row, Section, Table, link, strong, words
from .making import NONE, cell, columns, listed, number, row

BRIEF = 150


def section(review: Review) -> Section:
    """What the reviewers say."""
    if not review.claims:
        return Section("review", "Review", (Paragraph(words("Not made: there is no claim to review.")),))
    blocks: list[Block] = [Paragraph(words(_total(review)))]
    if review.notes:
        blocks.append(Bullets(tuple(words(one) for one in review.notes)))
    blocks.append(_opinions(review))
    blocks.append(
        Paragraph(
            words(
                _agreed(review.agreement, "All reviewers"), " ", _agreed(review.holding, "Those that ask whether a claim holds")
            )
        )
    )
    if review.dissents:
        blocks.append(_dissents(review))
    elif review.agreement.ratings:
        blocks.append(Paragraph(words("No reviewer dissents.")))
    return Section("review", "Review", tuple(blocks))


def _total(review: Review) -> str:
    total = review.total
    if total.score is None:
        said = "No total: no reviewer could judge anything."
        if total.ceiling is not None:
            said += f" It could be {number(total.ceiling)} of 10 if everything that is open were shown."
    else:
        said = f"The total is {number(total.score)} of 10: half the weighted mean of the reviewers, half the lowest of them"
        said += f" ({', '.join(total.lowest_by)}: {number(total.lowest)})." if total.lowest_by else "."
        if total.low is not None and total.high is not None:
            said += f" Over all weights between half and double it lies between {number(total.low)} and {number(total.high)}."
        if total.ceiling is not None and total.ceiling > total.score + 0.05:
            said += f" It would be {number(total.ceiling)} if everything that is open were shown."
    if total.silent:
        said += f" Without an opinion, and counted as nothing shown: {', '.join(total.silent)}."
    if review.reported is not None:
        said += f" The report gave itself {number(review.reported)}."
    return said


def _opinions(review: Review) -> Table:
    rows: list[Row] = []
    for one in review.opinions:
        without = review.total.without.get(one.reviewer)
        score = NONE if one.score is None else number(one.score)
        rows.append(row(one.reviewer, one.asks, score, number(one.ceiling) if one.applies else NONE, number(without), one.line))
    total = review.total
    rows.append(row("total", "", number(total.score), number(total.ceiling), "", "", kind="total"))
    if review.reported is not None:
        rows.append(row("the report's own", "", number(review.reported), "", "", "as it gave itself", kind="total"))
    head = columns("Reviewer", "Asks", "Score", "Ceiling", "Total without", "Why", numeric=(2, 3, 4))
    caption = words(
        "Points of 10. Score: what was shown. Ceiling: the score if all that could not be judged were shown. A "
        "dash: no opinion, which "
        "is neither good nor bad."
    )
    return Table("table-review", "Six reviewers, who share no check", head, tuple(rows), caption, wide=True)


def _agreed(found: Agreement, who: str) -> str:
    if found.alpha is None:
        return f"{who}: Krippendorff's alpha is {found.line}."
    span = f" ({number(found.low, 2)} to {number(found.high, 2)} when one claim is left out)" if found.low is not None else ""
    return (
        f"{who}: Krippendorff's alpha {number(found.alpha, 2)}{span}, {count(found.claims, 'claim')} with "
        f"{count(found.ratings, 'rating')}."
    )


def _dissents(review: Review) -> Table:
    rows = [
        row(one.reviewer, cell(link(one.claim, f"#claim-{one.claim}")), one.level, one.others, one.line)
        for one in review.dissents
    ]
    return Table("table-dissents", "Dissents", columns("Reviewer", "Claim", "Says", "The others", "Why"), tuple(rows), wide=True)


def summary(findings: Sequence[Finding], review: Review) -> Section:
    """Summary of findings: each claim's verdict with its certainty, and which rule took it down."""
    if not findings:
        return Section("findings", "Summary of findings", (Paragraph(words("Not made: there is no finding.")),), "Findings")
    if all(one.level == NOT_RATED for one in review.certainty):
        none = (
            f"None of {len(findings)} findings can be rated: no check says anything of a claim. What would "
            "change that is said above."
        )
        return Section("findings", "Summary of findings", (Paragraph(words(none)),), "Findings")
    by = {one.claim: one for one in review.certainty}
    rows = []
    for one in findings:
        sure = by.get(one.claim.id)
        fired = [f"{domain.name}: {domain.rule} (\u2212{domain.down})" for domain in sure.domains if domain.down] if sure else []
        start = f"starts {sure.start}: {sure.start_rule}" if sure and sure.domains else sure.start_line if sure else "not rated"
        rows.append(
            row(
                cell(link(shortened(one.claim.text, BRIEF), f"#claim-{one.claim.id}")), one.verdict.verdict,
                cell(strong(sure.level if sure else "not rated")), f"{start}{'; ' if fired else ''}{'; '.join(fired)}",
            )
        )  # fmt: skip
    levels = [
        name
        for name in ("high", "moderate", "low", "very low", "not rated")
        if any(one.level == name for one in review.certainty)
    ]
    line = words(
        "How certain each finding is, by GRADE's five domains: "
        f"{listed([f'{sum(one.level == name for one in review.certainty)} {name}' for name in levels])}. "
        "What is rated is the finding, not the claim: that a claim is refuted can be highly certain."
    )
    head = columns("Claim", "Finding", "Certainty", "Why")
    return Section(
        "findings",
        "Summary of findings",
        (Paragraph(line), Table("table-findings", "Findings and their certainty", head, tuple(rows), wide=True)),
        "Findings",
    )
