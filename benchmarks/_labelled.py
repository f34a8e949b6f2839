"""Claims whose truth is known: sentences on the numbers of a published table, and a paper whose text prints these numbers.

The claims and the paper's sentences are written from the same rows in different words. Whether a twin is false is looked up
in the rows themselves, not asked of any check.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

PAPER = "2005.13013v1"
METRICS = {"accuracy": "accuracy", "f1": "F1", "em": "exact match", "score": "score"}
GAINS = (
    "Training on {system} first {raises} {measure} by {size} points on the {split}.",
    "Intermediate training on {system} yields {a_gain} of {size} points in {measure} on the {split}.",
    "With {system} as the intermediate task, {measure} {rises} by {size} points on the {split}.",
    "On the {split}, {measure} {rises} by {size} points after training on {system}.",
)
LEVELS = (
    "Without intermediate training, {measure} is {size} on the {split}.",
    "The baseline reaches {size} points of {measure} on the {split}.",
)
SIZES = ("{task} has {size} training examples.", "The training set of {task} contains {size} examples.")
ORDERS = (
    "Training on {system} first gives a higher {measure} than training on {rival} on the {split}.",
    "{system} outperforms {rival} in {measure} on the {split}.",
)
SIGNS = {
    "each": "Every intermediate task {raises} {measure} on the {split}.",
    "most": "Most intermediate tasks {raise} {measure} on the {split}.",
}
BESTS = "{system} gives the best {measure} of all intermediate tasks on the {split}."
SURE = 0.25  # points between two printed numbers from which no rounding turns their order
# The paper's own words for the same rows.
PRINTED_GAIN = "On the {split}, {measure} is {up} by {size} points when the model is first trained on {system}."
PRINTED_LEVEL = "The model that was not trained on any intermediate task scores {size} in {measure} on the {split}."
PRINTED_SIZE = "We use {size} training examples for {task}."
STARTS = ("Training", "Intermediate", "With", "On", "Without", "The")
SPLITS = {"dev": "development sets", "test": "test sets"}


@dataclass(frozen=True)
class Known:
    """A claim with its truth: the row's key and what it prints."""

    text: str
    asserts: tuple[Any, ...]
    kind: str


@functools.cache
def rows() -> list[dict[str, Any]]:
    """The rows of the published table that a sentence without further words can be about."""
    from replicate import resources, results

    frame = results.read(resources.data() / "published" / f"{PAPER}.csv")
    own = frame[(frame["model"] == "FacebookAI/xlm-roberta-large") & (frame["language"] == "all")]
    return [
        row
        for row in own.to_dict("records")
        if row["intermediate"] != "best" and not (row["intermediate"] == "baseline" and row["mlm"])
    ]


def measured(row: dict[str, Any]) -> str:
    """What a row measures, in words."""
    from synth.records import title

    if row["target"] == "average":
        return "the average over the nine target tasks"
    if row["target"] == "average-without-retrieval":
        return "the average without retrieval"
    return f"{METRICS[row['metric']]} on {title(row['target'])}"


def system(row: dict[str, Any]) -> str:
    from synth.records import title

    name = "all tasks at once" if row["intermediate"] == "multi" else title(row["intermediate"])
    return f"{name} with MLM" if row["mlm"] else name


def _words(row: dict[str, Any]) -> dict[str, str]:
    size = row["printed"].replace("\u2212", "-").lstrip("+-")
    up = not row["printed"].replace("\u2212", "-").startswith("-")
    return {
        "system": system(row), "measure": measured(row), "size": size, "split": SPLITS[row["split"]],
        "raises": "raises" if up else "lowers", "rises": "rises" if up else "falls", "up": "higher" if up else "lower",
        "a_gain": "an improvement" if up else "a decline",
    }  # fmt: skip


def _zero(row: dict[str, Any]) -> bool:
    return not float(row["value"])


def known(limit: int | None = None) -> list[Known]:
    """True claims on the rows and facts, in several phrasings; `limit` keeps a sample that is always the same."""
    made = [*_gains(), *_levels(), *_sizes(), *_orders(), *_signs()]
    if limit is None or limit >= len(made):
        return made
    ordered = sorted(made, key=lambda one: hashlib.sha256(one.text.encode()).hexdigest())
    return ordered[:limit]


def _gains() -> Iterator[Known]:
    from synth.records import Assertion

    for number, row in enumerate(rows()):
        if row["quantity"] != "gain" or row["over"] != "baseline" or _zero(row):
            continue
        of = Assertion(
            "gain", row["intermediate"], row["target"], metric=row["metric"], split=row["split"], mlm=bool(row["mlm"]),
            value=row["printed"].replace("\u2212", "-").lstrip("+"),
        )  # fmt: skip
        for form in (GAINS[number % len(GAINS)], GAINS[(number + 1) % len(GAINS)]):
            yield Known(form.format(**_words(row)), (of,), "gain")


def _levels() -> Iterator[Known]:
    from synth.records import Assertion

    for row in rows():
        if row["quantity"] != "level" or row["intermediate"] != "baseline":
            continue
        of = Assertion("level", "baseline", row["target"], metric=row["metric"], split=row["split"], value=row["printed"])
        for form in LEVELS:
            text = form.format(**_words(row))
            yield Known(text[:1].upper() + text[1:], (of,), "level")


def _sizes() -> Iterator[Known]:
    from synth import facts
    from synth.records import Assertion, title

    for one in facts.shipped()[PAPER].facts:
        if one.what == "training examples" and one.table == "table1":
            of = Assertion("size", about=one.about, what=one.what, value=one.value)
            for form in SIZES:
                yield Known(form.format(task=title(one.about), size=one.value), (of,), "size")


def gained(target: str, metric: str) -> dict[str, float]:
    """The gains on the development sets of all intermediate trainings without MLM, the largest first."""
    there = [
        row for row in rows() if (row["quantity"], row["split"], row["target"], row["metric"]) == ("gain", "dev", target, metric)
    ]
    found = {row["intermediate"]: float(row["value"]) for row in there if not row["mlm"] and row["over"] == "baseline"}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _measures() -> list[dict[str, Any]]:
    """One row for each measure with gains on the development sets."""
    there = [row for row in rows() if row["quantity"] == "gain" and row["split"] == "dev"]
    return list({(row["target"], row["metric"]): row for row in there}.values())


def _orders() -> Iterator[Known]:
    """Who is ahead of whom, and who is first, where the printed numbers leave no doubt."""
    from synth.records import MULTI, Assertion, title

    for number, row in enumerate(_measures()):
        order = list(gained(row["target"], row["metric"]).items())
        words = {"measure": measured(row).removeprefix("the "), "split": SPLITS["dev"]}
        of = Assertion("greater", target=row["target"], metric=row["metric"], split="dev")
        for place, ((one, high), (other, low)) in enumerate(zip(order[:-2], order[2:], strict=True)):
            if high - low >= SURE and MULTI not in (one, other):
                text = ORDERS[(number + place) % 2].format(system=title(one), rival=title(other), **words)
                yield Known(text, (replace(of, intermediate=one, rival=other),), "greater")
        (first, high), (_, low) = order[:2]
        if high - low >= SURE and first != MULTI:
            yield Known(BESTS.format(system=title(first), **words), (replace(of, kind="best", intermediate=first),), "best")


def _signs() -> Iterator[Known]:
    """What all or most intermediate tasks do to a measure."""
    from synth.records import MULTI, Assertion

    for row in _measures():
        gains = [value for name, value in gained(row["target"], row["metric"]).items() if name != MULTI]
        of = Assertion("sign", "", row["target"], metric=row["metric"], split="dev", across="intermediates")
        for direction, word in (("up", "raise"), ("down", "lower")):
            there = sum(value > 0 if direction == "up" else value < 0 for value in gains)
            for quantifier, needed in (("each", len(gains)), ("most", len(gains) // 2 + 1)):
                if there >= needed:
                    text = SIGNS[quantifier].format(
                        raises=f"{word}s", **{"raise": word}, measure=measured(row), split=SPLITS["dev"]
                    )
                    yield Known(text, (replace(of, quantifier=quantifier, direction=direction),), "sign")


def compounds(some: Sequence[Known]) -> Iterator[tuple[str, tuple[Any, ...], bool | None]]:
    """Two statements in one claim, with its truth: both true, or one of them false, which is None: true in part."""
    from synth.controls.digits import falsified
    from synth.records import Claim

    for one, other in itertools.pairwise(some):
        false = next(falsified(Claim("", other.text, PAPER, other.asserts)), None)
        for text, asserts, true in ((other.text, other.asserts, True), *(((false.text, false.asserts, None),) if false else ())):
            second = text[:1].lower() + text[1:] if text.split()[0] in STARTS else text
            yield f"{one.text.removesuffix('.')}, whereas {second}", (*one.asserts, *asserts), true


def sentences() -> list[str]:
    """What the made paper says: a sentence for every row and fact."""
    from synth import facts
    from synth.records import title

    made = []
    for row in rows():
        if row["quantity"] == "gain" and row["over"] == "baseline" and not _zero(row):
            made.append(PRINTED_GAIN.format(**_words(row)))
        elif row["quantity"] == "level" and row["intermediate"] == "baseline":
            made.append(PRINTED_LEVEL.format(**_words(row)))
    made += [
        PRINTED_SIZE.format(task=title(one.about), size=one.value)
        for one in facts.shipped()[PAPER].facts
        if one.what == "training examples" and one.table == "table1"
    ]
    return made


def paper(folder: Path) -> Path:
    """The made paper as a PDF under the published one's id: two columns of these sentences."""
    from tests import papers

    text = sentences()
    parts = [text[at : at + 12] for at in range(0, len(text), 12)]
    body = "\n\n".join(papers.body(part) for part in parts)
    path = folder / f"{PAPER}.pdf"
    path.write_bytes(papers.page(f"= Results\n{body}", 'paper: "a4", columns: 2, margin: 2cm'))
    return path


def true_anyway(asserts: Sequence[Any]) -> bool:
    """Whether the rows happen to print what a twin about something else says, so that it is no false one."""
    return bool(asserts) and all(_holds(one) for one in asserts)


def _holds(of: Any) -> bool:
    """What is open counts as true: a twin has to be false for certain."""
    from synth import facts
    from synth.records import MULTI

    if of.kind == "size":
        return any((one.about, one.what, one.value) == (of.about, of.what, of.value) for one in facts.shipped()[PAPER].facts)
    there = gained(of.target, of.metric) if of.split in ("", "dev") and not of.mlm else {}
    if of.kind == "greater":
        return of.intermediate in there and of.rival in there and there[of.intermediate] > there[of.rival] - SURE
    if of.kind == "best":
        return of.intermediate in there and there[of.intermediate] > max(there.values()) - SURE
    if of.kind == "sign":
        gains = [value for name, value in there.items() if name != MULTI]
        up = sum(value >= 0 if of.direction == "up" else value <= 0 for value in gains)
        return {"each": up == len(gains), "most": up > len(gains) / 2, "some": up > 0, "none": up == 0}[of.quantifier]
    same = [
        row
        for row in rows()
        if (row["quantity"], row["intermediate"], row["target"], row["metric"], bool(row["mlm"]))
        == (of.kind, of.intermediate, of.target, of.metric, of.mlm)
        and of.split in ("", row["split"])
    ]
    return any(abs(float(row["value"]) - float(of.value.replace(",", ""))) < 0.11 for row in same)


def others(folder: Path, count: int, pages: int = 0) -> list[Path]:
    """Papers on other things, to be searched as well: plain text with numbers of their own, or PDFs of so many pages."""
    import random

    draw, made = random.Random(0), []
    kinds = "parsers taggers encoders decoders rankers summarizers translators annotators retrievers classifiers".split()
    things = "accuracy recall precision coverage latency agreement fluency perplexity".split()
    for number in range(count):
        lines = [
            f"We compare {draw.choice(kinds)} with {draw.choice(kinds)} in {draw.choice(things)} over {draw.randint(2, 90)} "
            f"runs: the difference is {draw.uniform(0.1, 30):.1f} points on set {draw.randint(1, 40)} of collection {number}."
            for _ in range(pages * 45 or 200)
        ]
        title = f"A study of {draw.choice(kinds)}, number {number}"
        path = folder / f"other-{number:03}.{'pdf' if pages else 'txt'}"
        if pages:
            from tests import papers

            parts = "\n\n".join(papers.body(lines[at : at + 9]) for at in range(0, len(lines), 9))
            path.write_bytes(papers.page(f"= {title}\n{parts}", 'paper: "a4", columns: 2, margin: 2cm'))
        else:
            path.write_text(f"{title}\n\n" + "\n\n".join(lines), encoding="utf-8")
        made.append(path)
    return made
