"""Words that exclude each other: one of them in a claim and the other where it should stand says the opposite."""

from __future__ import annotations

from ..evidence.stems import stem

PAIRS = """
fast slow|faster slower|quick slow|long short|longer shorter|early late|earlier later|wide narrow|wider narrower
dense sparse|simple complex|same different|similar dissimilar|public private|easy hard|easy difficult|cheap expensive
automatic manual|automatically manually|abundant scarce|presence absence|male female|men women|young old|younger older
maximum minimum|majority minority|include exclude|before after|first last|balanced imbalanced|rich poor|large small
larger smaller|big small|strong weak|stronger weaker|high low|higher lower|highest lowest|best worst|better worse
more less|more fewer|most least|increase decrease|improve worsen|improve degrade|gain loss|help hurt|benefit harm
raise lower|above below|positive negative|accept reject|succeed fail|success failure|correct incorrect|agree disagree
agreement disagreement|true false|monolingual multilingual|supervised unsupervised|labeled unlabeled
labelled unlabelled|human machine|input output|open closed|internal external|local global|upper lower|common rare
frequent rare|always never|sufficient insufficient|known unknown|consistent inconsistent|dependent independent
related unrelated|single multiple|formal informal|explicit implicit|absolute relative|largest smallest
strongest weakest|fastest slowest|longest shortest|greatest least|accurate inaccurate|thick thin|deep shallow
add remove|start end|begin end|upstream downstream|rise fall|widen narrow|lengthen shorten|accelerate slow
strengthen weaken
"""
NEGATING = ("un", "in", "im", "ir", "non", "dis", "de", "anti", "mis")
SHORTEST = 4  # letters of a word that a prefix turns


def _table() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entry in PAIRS.replace("\n", "|").split("|"):
        if entry.strip():
            one, other = (stem(word) for word in entry.split())
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {one: frozenset(others) for one, others in found.items()}


OPPOSITES = _table()


def opposite(one: str, other: str) -> bool:
    """Whether two stems exclude each other: 'fast' and 'slow', 'depend' and 'independ'."""
    if other in OPPOSITES.get(one, ()):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST and any(long == prefix + short for prefix in NEGATING)
