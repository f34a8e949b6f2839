"""What confidence is learnt from: verdicts on claims whose truth is known, counted into data/calibration.

tables.toml   claims on the published tables, their paraphrases and false twins, against these tables alone
twins.toml    the same against the tables and a paper made of them
hand.toml     claims written by hand on real papers, with their twins, by words alone (needs ../shared/pdfs)
scifact.toml  the training claims of SciFact beside the abstracts that they cite, by a model of labels (needs ../shared/real)
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import _labelled

MADE_BY = "python -m benchmarks.verification --calibrate data/calibration"


def labelled(verdict: Any, true: bool | None, group: str) -> list[Any]:
    """A verdict with whether it was right, if it decided anything; a claim that is true in part has the truth None."""
    from synth.calibration import Labelled, score, stratum

    name = stratum(verdict)
    right = verdict.verdict == {True: "supported", False: "refuted", None: "partly"}[true]
    return [Labelled(name, right, score(verdict), group)] if name else []


def of_twins(found: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """From the claims and twins of `benchmarks.verification`."""
    for one in found:
        yield from labelled(one["verdict"], one["true"], one["group"])


def of_compounds(judge: Any, known: Sequence[_labelled.Known]) -> Iterator[Any]:
    """From claims of two statements, the second of them true or false."""
    from synth.english.reading import read
    from synth.records import Claim

    for number, (text, _, true) in enumerate(_labelled.compounds(known)):
        verdict = judge(Claim(f"two-{number}", text, _labelled.PAPER, read(text).asserts))
        yield from labelled(verdict, true, f"two-{number}")


def of_hand(judge: Any, claims: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """From claims written by hand, and of the true ones from their twins; what tables would decide is left to words."""
    from synth.controls.edits import as_claim
    from synth.controls.twins import CONTRADICTS, twins
    from synth.records import Claim

    for one in claims:
        claim = Claim(str(one["id"]), str(one["claim"]), str(one["paper"]))
        yield from labelled(judge(claim), bool(one["true"]), claim.id)
        if one["true"]:
            for twin in twins(claim):
                if not twin.false or twin.kind in CONTRADICTS:
                    yield from labelled(judge(replace(as_claim(claim, twin), asserts=())), not twin.false, claim.id)


def of_scifact(claims: Path, corpus: Path) -> Iterator[Any]:
    """From SciFact's training claims, each beside every abstract that it cites, by a model of labels that was fitted to other
    claims: the shipped one has seen them all."""
    import numpy as np

    from synth.calibration import Labelled
    from synth.words.labels import LABELS, choose, may_hold, shipped

    from . import scifact

    model = shipped()
    if model is None:
        return
    texts = {str(one["doc_id"]): one for one in scifact.lines(corpus)}
    pairs, groups = scifact.paired(scifact.lines(claims), texts)
    _, _, shared, turns = scifact.table(pairs, model)
    labels = np.array([one.label for one in pairs])
    fold = (np.random.default_rng(0).permutation(int(groups.max()) + 1) % scifact.FOLDS)[groups]
    for held in range(scifact.FOLDS):
        weights, row = scifact.fitted(shared, turns, np.where(fold == held, -1, labels))
        for place in np.flatnonzero(fold == held):
            pair = pairs[place]
            hold = may_hold(pair.claim, pair.sentences, model.rarity)
            said = choose(weights, row(place), shared.shape[1], scifact.CAUTION, hold)
            if said.label != LABELS[scifact.NOT_ENOUGH]:
                chance = float(dict(zip(LABELS, said.probabilities, strict=True))[said.label])
                right = LABELS[pair.label] == said.label
                yield Labelled(f"{said.label} by words of an abstract", right, chance, str(groups[place]))


def write(folder: Path, name: str, found: Iterable[Any], source: str, inputs: Iterable[Path]) -> None:
    """One file of counts, with where they come from."""
    from replicate.files import sha256, whole
    from synth.calibration import written

    folder.mkdir(parents=True, exist_ok=True)
    with whole(folder / name) as file:
        file.write(written(list(found), source, MADE_BY, {one.name: sha256(one) for one in inputs}).encode())
    print(f"written: {folder / name}", file=sys.stderr)
