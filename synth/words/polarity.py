"""Words that turn what is said: 'reduces', 'lack of', 'not', 'less'. Two of them in one statement turn it back.

So 'lack of A slows B' and 'A slows B' stand against each other, and 'lack of A slows B' and 'A promotes B' agree.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from ..evidence.stems import stem
from ..evidence.terms import WORD, term


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


DOWN = _stems(
    "decrease reduce reduction lower low inhibit inhibition inhibitor inhibitory suppress suppression suppressor block blockade "
    "prevent impair impairment attenuate diminish downregulate downregulation slow slower delay less fewer few lack loss lose "
    "deficiency deficient deplete depletion deprivation insufficient insufficiency knockdown knockout ko haploinsufficiency "
    "abolish abrogate limit restrict restrain weaken weak weaker small smaller short shorter resist resistant absent absence "
    "negative negatively worse poor poorly poorer worsen decline protect protective protection dampen silence silencing "
    "inactivate inactivation inactive disrupt disruption perturb disturb discourage hinder struggle fail failure unable "
    "insensitive ablate ablation deletion null without remove removal dispensable unnecessary independent independently light "
    "lighter rare rarely scarce mild milder mitigate eliminate avoid hamper ineffective inaccurate inverse inversely unrelated "
    "unaffected not no cannot never neither nor unlikely antagonize antagonist counteract minimal minimize little interfere "
    "defective defect destabilize degrade repress repression deregulate dysfunction shrink refractory insignificant "
    "nonsignificant neutralize alleviate ameliorate rescue reverse harm hurt harmful damage compromise halt arrest impede "
    "prohibit disable abnormal aberrant refute false incorrect contrary opposite lowest least underexpressed minus "
    "fall fell drop smallest shortest slowest weakest fewest worst trail underperform degradation narrower"
)
UP = _stems(
    "increase rise raise elevate elevation enhance promote induce induction activate activation stimulate improve improvement "
    "high higher great greater more most upregulate upregulation accelerate strengthen facilitate augment boost expand expansion "
    "long longer gain positive positively better best large larger strong stronger exacerbate exacerbation aggravate encourage "
    "support enable contribute cause lead necessary required require essential sufficient susceptible susceptibility "
    "hypersensitive sensitive overexpression overexpress heavy heavier presence amplify potentiate trigger drive frequent "
    "frequently mediate important accurate abundant enrich correlate associate association link sensitize predispose stabilize "
    "maintain enlarge double restore potent effective efficacious advantage advantageous beneficial excess exceed dominant "
    "highest largest longest strongest greatest most fastest faster wider outperform rose grew"
)
# Where such a word is part of a name, or only bounds a number.
NAMES = re.compile(
    r"\b(?:heart|cardiac|kidney|renal|liver|respiratory|hepatic|organ) failure\b|\b(?:high|low)[- ](?:throughput|density)\b"
    r"|\b(?:more|less|fewer|greater) than\b|\bsmall (?:molecule|interfering|RNA)|\bT[- ]cell activation\b|\bnot only\b",
    re.I,
)
# A ratio below one says less, one above it more.
RATIO = re.compile(
    r"\b(?:(?:odds|hazard|risk|rate) ratios?|relative risks?|ORs?|RRs?|HRs?|ratio)\b[^0-9;]{0,25}(\d+[.\u00b7]\d+)"
)
CLAUSE = re.compile(
    r"(?<=[;:])\s|,\s(?=(?:but|whereas|while|and|which|although|leading|suggest\w*|indicat\w*)\b)"
    r"|\b(?:but|whereas|while|although|however)\b"
)


@dataclass(frozen=True)
class Signed:
    """A word of a statement: its term (empty for a function word) and its sign: -1 turns, 1 affirms, 0 is neutral."""

    term: str
    sign: int


@functools.lru_cache(maxsize=16384)
def signed(text: str) -> tuple[Signed, ...]:
    """The words of a text with their signs, ratios among them."""
    hidden = [match.span() for match in NAMES.finditer(text)]
    found = list[tuple[int, Signed]]()
    for match in WORD.finditer(text):
        word = match[0].lower()
        sign = 0
        if not any(start <= match.start() < end for start, end in hidden):
            root = stem(word)
            sign = -1 if root in DOWN or word.endswith(("n't", "n\u2019t")) else 1 if root in UP else 0
        found.append((match.start(), Signed(term(word), sign)))
    for match in RATIO.finditer(text):
        value = float(match[1].replace("\u00b7", "."))
        if 0 < value < 30 and value != 1:
            found.append((match.start(1), Signed("", -1 if value < 1 else 1)))
    return tuple(one for _, one in sorted(found, key=lambda item: item[0]))


def sense(text: str) -> int:
    """The sign of a whole statement: 1, or -1 where an odd number of its words turn it."""
    return -1 if sum(one.sign < 0 for one in signed(text)) % 2 else 1


@functools.lru_cache(maxsize=16384)
def clauses(text: str) -> tuple[str, ...]:
    """The clauses of a sentence, each with a sense of its own."""
    return tuple(part for part in CLAUSE.split(text) if part and part.strip()) or (text,)
