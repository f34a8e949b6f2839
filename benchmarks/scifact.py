"""SciFact's claims and abstracts: what is found, what label a claim gets, and how often a contradicted one is called supported.

The claims are a control and not the aim: they are of medicine, and no model of language looks at them. Labels are measured on
folds of the claims, each fold held out of the fit with all claims that cite one of its abstracts; with --held-out they are
those of the shipped weights. Beside it stands the rule of the reports: the best Jaccard of a sentence with the claim, 0.15 or
more is 'verified'.

python -m benchmarks.scifact --json
python -m benchmarks.scifact --fit      writes data/calibration/words.toml
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from replicate import files, resources
from replicate.problems import BAD_INPUT, DONE, Problem, guard
from synth.evidence import index as evidence
from synth.evidence.terms import terms
from synth.words.features import features
from synth.words.labels import (
    LABELS,
    NOT_ENOUGH,
    REFUTED,
    SUPPORTED,
    Model,
    choose,
    dump,
    fit,
    label,
    may_hold,
    scales,
    shipped,
)

from . import _asked

SHARED = Path(__file__).resolve().parents[2] / "shared" / "real" / "scifact"
FOLDS, TIMES = 10, 3
PENALTY, CAUTION = 200.0, 1.6
COMMON, UNSEEN = 40, 15  # texts that hold a stem before it is shipped, and what others count as
RULE = 0.15
NAMES = {"SUPPORT": SUPPORTED, "CONTRADICT": REFUTED}


@dataclass(frozen=True)
class Pair:
    """A claim beside an abstract that it cites, with the label that people gave them."""

    claim: str
    id: str
    title: str
    sentences: tuple[str, ...]
    label: int


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON Lines."""
    if not path.is_file():
        raise Problem(f"{path}: no such file; SciFact's files are wanted here, --claims and --corpus name others")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def paired(claims: Sequence[dict[str, Any]], corpus: dict[str, dict[str, Any]]) -> tuple[list[Pair], np.ndarray]:
    """Claims beside the abstracts that they cite, and the group of each: claims that share an abstract stay together."""
    pairs, parent = list[Pair](), dict[str, str]()

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    owners = list[str]()
    for one in claims:
        for id in dict.fromkeys([*map(str, one["cited_doc_ids"]), *one["evidence"]]):
            text = corpus[id]
            given = one["evidence"].get(id)
            found = NAMES[given[0]["label"]] if given else NOT_ENOUGH
            pairs.append(Pair(one["claim"], id, text["title"], tuple(text["abstract"]), found))
            owners.append(f"claim {one['id']}")
            parent[root(owners[-1])] = root(f"text {id}")
    number: dict[str, int] = {}
    return pairs, np.array([number.setdefault(root(name), len(number)) for name in owners])


def rarities(corpus: dict[str, dict[str, Any]]) -> dict[str, int]:
    """In how many abstracts each common stem stands."""
    count: Counter[str] = Counter()
    for text in corpus.values():
        count.update({one.term for sentence in (text["title"], *text["abstract"]) for one in terms(sentence)})
    return {stem: number for stem, number in count.items() if number >= COMMON and stem.isascii() and stem.isalnum()}


def table(pairs: Sequence[Pair], model: Model) -> tuple[list[str], list[str], np.ndarray, np.ndarray]:
    """The features of all pairs: names, then values, of what is shared and of sense."""
    made = [features(one.claim, one.title, one.sentences, model.rarity) for one in pairs]
    shared, turns = list(made[0][0]), list(made[0][1])
    return (
        shared,
        turns,
        np.array([[one[name] for name in shared] for one, _ in made]),
        np.array([[one[name] for name in turns] for _, one in made]),
    )


def fitted(shared: np.ndarray, turns: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, Callable[[int], np.ndarray]]:
    """Weights, and how the features of a pair are scaled for them; `shared` and `turns` hold all pairs, `labels` -1 elsewhere."""
    inside = labels >= 0
    mean, scale, spread = scales(shared[inside], turns[inside])
    rows = np.hstack([(shared - mean) / scale, turns / spread])
    return fit(rows[inside], labels[inside], PENALTY), lambda place: rows[place]


def folded(pairs: Sequence[Pair], groups: np.ndarray, shared: np.ndarray, turns: np.ndarray, model: Model) -> np.ndarray:
    """The label that each pair gets from a fit without it, once for each of several partings into folds."""
    labels = np.array([one.label for one in pairs])
    may = [may_hold(one.claim, one.sentences, model.rarity) for one in pairs]
    made = np.zeros((TIMES, len(labels)), int)
    for time in range(TIMES):
        fold = (np.random.default_rng(time).permutation(int(groups.max()) + 1) % FOLDS)[groups]
        for held in range(FOLDS):
            weights, row = fitted(shared, turns, np.where(fold == held, -1, labels))
            for place in np.flatnonzero(fold == held):
                made[time, place] = LABELS.index(choose(weights, row(place), shared.shape[1], CAUTION, may[place]).label)
    return made


def jaccard(pair: Pair) -> int:
    """The label of the reports' own rule: verified where a sentence shares enough words, and nothing is ever refuted."""
    words = set(re.findall(r"\w+", pair.claim.lower()))
    likeness = 0.0
    for sentence in pair.sentences:
        other = set(re.findall(r"\w+", sentence.lower()))
        likeness = max(likeness, len(words & other) / max(1, len(words | other)))
    return SUPPORTED if likeness >= RULE else NOT_ENOUGH


def judged(made: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The share of right labels, and of contradicted claims that are called supported."""
    right = float(np.mean(made == labels))
    return right, float(np.mean(made[..., labels == REFUTED] == SUPPORTED))


def recall(claims: Sequence[dict[str, Any]], corpus: Path) -> tuple[float, float, int]:
    """How many of the abstracts with evidence are among the first three, by ours and by likeness of words, and of how many."""
    index = evidence.open(corpus)
    bags = [frozenset(one.term for number in range(paper.first, paper.last) for one in terms(index.text(number)))
            for paper in index.papers]  # fmt: skip
    ours = likeness = wanted = 0
    for one in claims:
        gold = set(one["evidence"])
        if not gold:
            continue
        wanted += len(gold)
        ours += sum(paper.id in gold for paper, _ in index.near_papers(one["claim"], 3))
        asked = {term.term for term in terms(one["claim"])}
        scores = np.array([len(asked & bag) / max(1, len(asked | bag)) for bag in bags])
        ours_not = np.argsort(-scores, kind="stable")[:3]
        likeness += sum(index.papers[place].id in gold for place in ours_not)
    return ours / wanted, likeness / wanted, wanted


def measure(claims_path: Path, corpus_path: Path, held_out: bool) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Rows of this benchmark and lines that say of how many they are; `peer` is the rule of the reports."""
    claims = lines(claims_path)
    corpus = {str(one["doc_id"]): one for one in lines(corpus_path)}
    pairs, groups = paired(claims, corpus)
    labels = np.array([one.label for one in pairs])
    model = shipped()
    if model is None:
        raise Problem("data/calibration/words.toml is missing; python -m benchmarks.scifact --fit")
    if held_out:
        made = np.array([LABELS.index(label(model, one.claim, one.title, one.sentences).label) for one in pairs])
    else:
        _, _, shared, turns = table(pairs, model)
        made = folded(pairs, groups, shared, turns, model)
    right, wrong = judged(made, labels)
    rule_right, rule_wrong = judged(np.array([jaccard(one) for one in pairs]), labels)
    found, liked, wanted = recall(claims, corpus_path)
    how = "shipped weights" if held_out else f"{FOLDS} folds, {TIMES} times"
    rows = {
        "evidence among the first 3 abstracts": (liked / found, found, liked),
        f"right labels, {how}": (rule_right / right, right, rule_right),
        f"contradicted but called supported, {how}": (rule_wrong / wrong if wrong else 0.0, wrong, rule_wrong),
    }
    count = Counter(LABELS[one] for one in labels)
    about = [
        f"{len(claims)} claims, {len(corpus):,} abstracts; {wanted} abstracts with evidence",
        f"{len(pairs)} pairs of claim and abstract: {', '.join(f'{number} {name}' for name, number in count.items())}",
    ]
    return {
        name: {"ratio": round(ratio, 4), "ours": round(ours, 4), "peer": round(peer, 4)}
        for name, (ratio, ours, peer) in rows.items()
    }, about


def refit(claims_path: Path, corpus_path: Path) -> Path:
    """Fit the weights on all claims and write them with their provenance and what folds said of them."""
    claims = lines(claims_path)
    corpus = {str(one["doc_id"]): one for one in lines(corpus_path)}
    pairs, groups = paired(claims, corpus)
    labels = np.array([one.label for one in pairs])
    where = {
        "what": "claims and abstracts of SciFact (Wadden et al. 2020), its training part",
        "claims": f"CC BY 4.0, {len(claims)} claims, sha256 {files.sha256(claims_path)}",
        "abstracts": f"ODC-BY 1.0, {len(corpus)} abstracts of S2ORC, of which only counts of stems are kept, "
        f"sha256 {files.sha256(corpus_path)}",
        "source": "github.com/allenai/scifact",
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "by": "python -m benchmarks.scifact --fit",
    }
    empty = Model({}, {}, np.zeros((1, 3)), CAUTION, rarities(corpus), len(corpus), UNSEEN, where)
    shared_names, turns_names, shared, turns = table(pairs, empty)
    right, wrong = judged(folded(pairs, groups, shared, turns, empty), labels)
    weights, _ = fitted(shared, turns, labels)
    mean, scale, spread = scales(shared, turns)
    model = Model(
        dict(zip(shared_names, zip(map(float, mean), map(float, scale), strict=True), strict=True)),
        dict(zip(turns_names, map(float, spread), strict=True)),
        weights, CAUTION, empty.counts, empty.texts, UNSEEN, where,
    )  # fmt: skip
    about = {"pairs": len(pairs), "right": round(right, 4), "contradicted_called_supported": round(wrong, 4), "penalty": PENALTY}
    path = resources.data() / "calibration" / "words.toml"
    path.parent.mkdir(exist_ok=True)
    with files.whole(path) as out:
        out.write(dump(model, about).encode())
    return path


def main() -> int:
    """Measure and print, as a table or as JSON; or fit the weights again."""
    parser = _asked.parser("scifact", __doc__, "--scifact scifact/", "--scifact scifact/ --json")
    parser.add_argument("--scifact", metavar="DIR", default=str(SHARED), help="folder of claims_train.jsonl and corpus.jsonl")
    parser.add_argument("--claims", metavar="FILE", help="other claims in the same form")
    parser.add_argument("--corpus", metavar="FILE", help="other abstracts in the same form")
    parser.add_argument(
        "--held-out", action="store_true", help="label with the shipped weights: for claims they were not fitted on"
    )
    parser.add_argument("--fit", action="store_true", help="fit the weights and write data/calibration/words.toml")
    arguments = parser.parse_args()
    folder = Path(arguments.scifact)
    claims, corpus = Path(arguments.claims or folder / "claims_train.jsonl"), Path(arguments.corpus or folder / "corpus.jsonl")
    for path in (claims, corpus):
        if not path.is_file():
            print(
                f"scifact: not measured, {path} is not there; --scifact DIR names a folder with SciFact's files", file=sys.stderr
            )
            return BAD_INPUT
    if arguments.fit:
        print(refit(claims, corpus))
        return DONE
    rows, about = measure(claims, corpus, arguments.held_out)
    if not arguments.json:
        print("\n".join(about))
    plain = "{:62} ours {:.3f}   the reports' rule {:.3f}"
    _asked.show("scifact", rows, arguments.json, lambda name, row: plain.format(name, row["ours"], row["peer"]), about=about)
    return DONE


if __name__ == "__main__":
    sys.exit(guard(main, "scifact"))
