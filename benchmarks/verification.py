"""Whether verification tells true claims from false ones, and how fast: twins of claims on a published table, claims by hand.

python -m benchmarks.verification --json            a sample of the claims
python -m benchmarks.verification --json --full     all of them, and papers as PDFs
python -m benchmarks.verification --calibrate data/calibration   what confidence is learnt from (_learnt.py)

The peer is the rule that the reports of ../shared/seeds fit: a claim is verified where its words overlap with some sentence of
the paper (Jaccard at least 0.15). Where ../shared/pdfs is there, claims written by hand on its papers are checked too, and the
training part of SciFact where ../shared/real is.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

from . import _asked, _labelled, _learnt

ROOT = Path(__file__).resolve().parents[1]
PDFS = ROOT.parent / "shared" / "pdfs"
HAND = ROOT / "tests" / "synth" / "data" / "hand_claims.jsonl"
SCIFACT = ROOT.parent / "shared" / "real" / "scifact"
SAMPLE, LEARNT, SPEED, PAPERS, PAGES = 60, 160, 1_000, 100, 8
OVERLAP = 0.15
SUPPORTED, REFUTED = "supported", "refuted"
WANTED = {"false": 97.0, "true": 90.0, "claims": 1_000 / 60, "index": 60.0}  # what the project asks of itself


class Judge:
    """All checks on a folder of papers (without one on the shipped tables alone), as `synth verify` makes them.

    With `controlled` each verdict stands after its controls, with a few twins.
    """

    def __init__(self, folder: Path | None = None, controlled: bool = False) -> None:
        from synth.checks.hand import Hand, published
        from synth.evidence import index
        from synth.records import Question

        self.index = index.open(folder) if folder else None
        self.hand = Hand(published(), index=self.index, library=folder)
        self.question, self.controlled = Question("benchmark", "Does intermediate training help?", "", (), 0.5, ()), controlled

    def __call__(self, claim: Any) -> Any:
        from synth.controls.discrimination import controlled

        found = self._checked(claim)
        return controlled(claim, found, self._checked, few=True) if self.controlled else found

    def _checked(self, claim: Any) -> Any:
        from synth import verify
        from synth.records import Verdict

        checks = verify.made(claim, self.question, self.hand)
        return Verdict("final", verify.word(checks), "", checks=checks)

    def sentences(self, paper: str) -> list[frozenset[str]]:
        """The words of every sentence of a paper."""
        return [content(one.text) for one in self.index.find(paper)] if self.index else []


def content(text: str) -> frozenset[str]:
    from synth.literature import terms

    return frozenset(terms.content_words(text))


def overlaps(claim: str, sentences: Sequence[frozenset[str]]) -> str:
    """The rule of the seeds: supported where the best Jaccard with a sentence reaches the threshold."""
    mine = content(claim)
    best = max((len(mine & one) / len(mine | one) for one in sentences if mine | one), default=0.0)
    return "supported" if best >= OVERLAP else "not supported"


def share(items: Sequence[Any], test: Callable[[Any], bool]) -> float:
    """Of how many per cent of the items the test holds."""
    return round(100 * sum(map(test, items)) / len(items), 2) if items else 0.0


def row(ours: float, peer: float, **more: Any) -> dict[str, Any]:
    return {"ratio": round(ours / peer, 4) if peer else 0.0, "ours": ours, "peer": peer, **more}


def judged_twins(claims: Iterable[_labelled.Known], judge: Judge, anew: bool) -> list[dict[str, Any]]:
    """Every claim and its twins with the verdict of our checks; twins that the rows bear out are left out.

    With `anew` what is asserted is read out of the words again, as of claims of others; else it is changed with the words.
    """
    from synth.controls.edits import as_claim
    from synth.controls.twins import twins
    from synth.english.reading import read
    from synth.records import Claim

    found = []
    for number, one in enumerate(claims):
        base = Claim(f"claim-{number}", one.text, _labelled.PAPER, one.asserts)
        items = [(base, "claim", True, "")]
        items += [
            (as_claim(base, twin), twin.kind, not twin.false, twin.changed)
            for twin in twins(base)
            if not (twin.false and _labelled.true_anyway(twin.asserts))
        ]
        for claim, kind, true, changed in items:
            if anew:
                claim = Claim(claim.id, claim.text, claim.paper, read(claim.text).asserts)
            verdict = judge(claim)
            found.append(
                {"group": base.id, "text": claim.text, "kind": kind, "true": true, "changed": changed, "verdict": verdict}
            )
    return found


def twins_rows(name: str, found: list[dict[str, Any]], sentences: Sequence[frozenset[str]]) -> dict[str, Any]:
    """The shares of false twins and of paraphrases, ours beside the rule's, with the kinds and some that went wrong."""
    false, true = [one for one in found if not one["true"]], [one for one in found if one["true"]]
    theirs = {id(one): overlaps(one["text"], sentences) for one in found}
    missed = [one for one in false if one["verdict"].verdict == SUPPORTED]
    lost = [one for one in true if one["verdict"].verdict != SUPPORTED]
    kinds, wrong = (Counter(one["kind"] for one in those) for those in (false, missed))
    return {
        f"false twins not supported, %, {name}": row(
            share(false, lambda one: one["verdict"].verdict != SUPPORTED),
            share(false, lambda one: theirs[id(one)] != SUPPORTED),
            n=len(false),
            wanted=WANTED["false"],
            refuted=share(false, lambda one: one["verdict"].verdict == REFUTED),
            missed={kind: f"{wrong[kind]} of {kinds[kind]}" for kind in kinds if wrong[kind]},
            examples=[one["text"] for one in missed[:5]],
        ),
        f"true claims and paraphrases supported, %, {name}": row(
            share(true, lambda one: one["verdict"].verdict == SUPPORTED),
            share(true, lambda one: theirs[id(one)] == SUPPORTED),
            n=len(true),
            wanted=WANTED["true"],
            refuted=share(true, lambda one: one["verdict"].verdict == REFUTED),
            lost=dict(Counter(one["changed"] or one["kind"] for one in lost).most_common(8)),
            examples=[one["text"] for one in lost[:5]],
        ),
    }


def by_hand(folder: Path) -> dict[str, Any]:
    """Claims that people wrote on real papers: no false one may be supported."""
    from synth.english.reading import read
    from synth.records import Claim

    judge, found = Judge(folder, controlled=True), []
    texts: dict[str, list[frozenset[str]]] = {}
    for line in HAND.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        if judge.index is None or judge.index.paper(one["paper"]) is None:
            continue
        if one["paper"] not in texts:
            texts[one["paper"]] = judge.sentences(one["paper"])
        verdict = judge(Claim(one["id"], one["claim"], one["paper"], read(one["claim"]).asserts)).verdict
        found.append((one["claim"], one["true"], verdict, overlaps(one["claim"], texts[one["paper"]])))
    false, true = [one for one in found if not one[1]], [one for one in found if one[1]]
    return {
        "false claims by hand not supported, %": row(
            share(false, lambda one: one[2] != SUPPORTED),
            share(false, lambda one: one[3] != SUPPORTED),
            n=len(false),
            wanted=100.0,
            refuted=share(false, lambda one: one[2] == REFUTED),
            examples=[one[0] for one in false if one[2] == SUPPORTED],
        ),
        "true claims by hand supported, %": row(
            share(true, lambda one: one[2] == SUPPORTED),
            share(true, lambda one: one[3] == SUPPORTED),
            n=len(true),
            refuted=share(true, lambda one: one[2] == REFUTED),
            examples=[one[0] for one in true if one[2] != SUPPORTED],
        ),
    }


def speed(known: Sequence[_labelled.Known], count: int, papers: int, pages: int) -> dict[str, Any]:
    """Claims a second against many papers, and seconds that their index takes; the peer is what the project asks of itself."""
    from synth.english.reading import read
    from synth.records import Claim

    def rate(judge: Judge, claims: Sequence[Any]) -> float:
        begin = time.process_time()
        for claim in claims:
            judge(claim)
        return round(len(claims) / (time.process_time() - begin), 1)

    with tempfile.TemporaryDirectory() as folder:
        _labelled.paper(Path(folder))
        _labelled.others(Path(folder), papers - 1, pages)
        begin = used()
        judge = Judge(Path(folder))
        indexed = used() - begin
        # Half of them cite no paper: those are looked for in all of them.
        claims = [
            Claim(f"c{place}", one.text, _labelled.PAPER if place % 2 else "", read(one.text).asserts)
            for place, one in ((place, known[place % len(known)]) for place in range(count))
        ]
        plain = rate(judge, claims)
        judge.controlled = True
        held = rate(judge, claims[: count // 10])
    kind = f"{papers} papers of {pages} pages" if pages else f"{papers} papers of plain text"
    return {
        f"claims a CPU second, {kind}": row(plain, round(WANTED["claims"], 1), n=count),
        f"claims a CPU second with a few twins each, {kind}": row(held, round(WANTED["claims"], 1), n=count // 10),
        f"CPU seconds of indexing {kind}": row(round(indexed, 1), WANTED["index"]),
    }


def used() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def scifact() -> dict[str, Any]:
    """The training folds of SciFact, where its data are there."""
    from . import scifact as others

    claims, corpus = SCIFACT / "claims_train.jsonl", SCIFACT / "corpus.jsonl"
    if not (claims.is_file() and corpus.is_file()):
        print("benchmarks.verification: ../shared/real/scifact is not there, so SciFact was not measured", file=sys.stderr)
        return {}
    print("benchmarks.verification: the training claims of SciFact", file=sys.stderr, flush=True)
    rows, _ = others.measure(claims, corpus, False)
    return {f"SciFact, {name}": one for name, one in rows.items()}


def measure(full: bool) -> dict[str, Any]:
    """All rows of this benchmark."""
    known = _labelled.known(None if full else SAMPLE)
    with tempfile.TemporaryDirectory() as folder:
        _labelled.paper(Path(folder))
        judge, rows = Judge(Path(folder)), dict[str, Any]()
        sentences = judge.sentences(_labelled.PAPER)
        for name, anew in (("as asserted", False), ("read anew", True)):
            print(f"benchmarks.verification: {len(known)} claims and their twins, {name}", file=sys.stderr, flush=True)
            rows |= twins_rows(name, judged_twins(known, judge, anew), sentences)
    if PDFS.is_dir() and any(PDFS.glob("*.pdf")):
        rows |= by_hand(PDFS)
    else:
        print("benchmarks.verification: ../shared/pdfs is not there, so the claims by hand were not checked", file=sys.stderr)
    print(f"benchmarks.verification: {SPEED:,} claims against {PAPERS} papers", file=sys.stderr, flush=True)
    rows |= speed(_labelled.known(), SPEED, PAPERS, PAGES if full else 0)
    return rows | scifact()


def calibrate(folder: Path, only: Sequence[str] = ()) -> None:
    """Write the files that confidence is learnt from; those whose data are not there stay as they are, and that is said."""
    tables = [ROOT / "data" / "published" / f"{_labelled.PAPER}.{kind}" for kind in ("csv", "toml")]
    about = f"claims on the published tables of {_labelled.PAPER}, their paraphrases and false twins"
    known = _labelled.known(LEARNT)
    if not only or "tables" in only:
        judge = Judge(controlled=True)
        found = [*_learnt.of_twins(judged_twins(known, judge, anew=True)), *_learnt.of_compounds(judge, known)]
        _learnt.write(folder, "tables.toml", found, f"{about}, against these tables", tables)
    if not only or "twins" in only:
        with tempfile.TemporaryDirectory() as papers:
            _labelled.paper(Path(papers))
            judge = Judge(Path(papers), controlled=True)
            found = [*_learnt.of_twins(judged_twins(known, judge, anew=True)), *_learnt.of_compounds(judge, known)]
        # Where words alone decided they were our own words, which says nothing of those of people.
        found = [one for one in found if "tables" in one.stratum]
        _learnt.write(folder, "twins.toml", found, f"{about}, against these tables and a paper made of them", tables)
    if not only or "hand" in only:
        if PDFS.is_dir() and any(PDFS.glob("*.pdf")):
            claims = [json.loads(line) for line in HAND.read_text(encoding="utf-8").splitlines()]
            about = (
                "claims written by hand on three papers of the ACL Anthology, with their twins, against the words of these papers"
            )
            source = f"{about}; the checks were developed with most of them in sight"
            _learnt.write(folder, "hand.toml", _learnt.of_hand(Judge(PDFS, True), claims), source, [HAND])
        else:
            print("benchmarks.verification: ../shared/pdfs is not there: hand.toml stays as it is", file=sys.stderr)
    if not only or "scifact" in only:
        claims, corpus = SCIFACT / "claims_train.jsonl", SCIFACT / "corpus.jsonl"
        if claims.is_file() and corpus.is_file():
            source = "the training claims of SciFact beside the abstracts that they cite, each by a model fitted to others"
            _learnt.write(folder, "scifact.toml", _learnt.of_scifact(claims, corpus), source, [claims, corpus])
        else:
            print("benchmarks.verification: ../shared/real/scifact is not there: scifact.toml stays as it is", file=sys.stderr)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print, as a table or as JSON."""
    parser = _asked.parser("verification", __doc__, "", "--full --json")
    parser.add_argument("--full", action="store_true", help=f"all claims on the published table, not {SAMPLE}")
    parser.add_argument("--calibrate", type=Path, metavar="DIR", help="write what confidence is learnt from, and measure nothing")
    parser.add_argument(
        "--only", action="append", choices=["tables", "twins", "hand", "scifact"], help="this file of --calibrate"
    )
    arguments = parser.parse_args(argv)
    if arguments.calibrate:
        calibrate(arguments.calibrate, arguments.only or ())
        return
    rows = measure(arguments.full)
    _asked.show("verification", rows, arguments.json, _plain)


def _plain(name: str, row: dict[str, Any]) -> str:
    line = f"{name:62} ours {row['ours']:>8,}   peer {row['peer']:>8,}   ratio {row['ratio']:.2f}"
    return "\n".join([line, *(f"    for example: {text}" for text in row.get("examples", [])[:5])])


if __name__ == "__main__":
    main()
