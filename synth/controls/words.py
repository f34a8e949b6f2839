"""Words that controls exchange: opposites, synonyms, quantifiers and verbs, each with all of its forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

# Opposite words, form by form; what is of CHANGE moves a number up or down, of ORDER puts one thing above another, of TOP
# names the first or the last of several, of BOUND says on which side of a number something lies.
CHANGE = """
raise lower|raises lowers|raised lowered|raising lowering|increase decrease|increases decreases|increased decreased
increasing decreasing|improve worsen|improves worsens|improved worsened|improving worsening|improvement decline
improvements declines|gain loss|gains losses|boost reduce|boosts reduces|boosted reduced|boosting reducing
rise fall|rises falls|rose fell|rising falling|grows shrinks|grow shrink|grew shrank|growing shrinking|help hurt|helps hurts
helped hurt|helping hurting|benefit harm|benefits harms|reduction increase
positive negative|positively negatively|upward downward|succeeds fails|succeeded failed|succeed fail
"""
ORDER = """
higher lower|better worse|larger smaller|greater lesser|more less|stronger weaker|faster slower|longer shorter|wider narrower
outperform underperform|outperforms underperforms|outperformed underperformed|outperforming underperforming|above below
exceeds trails|exceed trail|exceeded trailed
"""
TOP = """
best worst|highest lowest|largest smallest|strongest weakest|fastest slowest|longest shortest|greatest least
"""
BOUND = """
no more than~more than|no less than~less than|no fewer than~fewer than|at least~less than|at most~more than|up to~more than
more than~at most|less than~at least|fewer than~at least|over~under|under~over
"""
OPPOSITE_RELATION = {"at least": "less than", "at most": "more than", "more than": "at most", "less than": "at least"}

# Words with the same meaning, form by form; only pairs that hold in any sentence of a results section.
SYNONYMS = """
raise increase|raises increases|raised increased|raising increasing|yield give|yields gives|yielded gave|yielding giving
improvement gain|improvements gains|show exhibit|shows exhibits|showed exhibited|examine study|examines studies
investigate study|investigates studies|investigated studied|utilize use|utilizes uses|use employ|uses employs
used employed|obtain reach|obtains reaches|obtained reached|achieve reach|achieves reaches|achieved reached
contain hold|contains holds|contained held|substantial considerable|substantially considerably|dramatic drastic
particularly especially|currently presently|roughly approximately|comprises contains|comprise contain|superior better
diverse varied|consistent steady|begin start|begins starts|beginning start|require need|requires needs|required needed
"""
# Verbs of results sections: base form, third person, past. What a 'not' can be put before.
VERBS = """
yield yields yielded|give gives gave|raise raises raised|increase increases increased|improve improves improved
outperform outperforms outperformed|perform performs performed|achieve achieves achieved|show shows showed|reach reaches reached
reduce reduces reduced|lower lowers lowered|decrease decreases decreased|lead leads led|help helps helped|hurt hurts hurt
benefit benefits benefited|contain contains contained|use uses used|evaluate evaluates evaluated|study studies studied
investigate investigates investigated|follow follows followed|include includes included|provide provides provided
cover covers covered|exceed exceeds exceeded|require requires required|make makes made|bring brings brought
surpass surpasses surpassed|see sees saw|find finds found|gain gains gained|get gets got|take takes took|score scores scored
consist consists consisted|introduce introduces introduced|release releases released|correlate correlates correlated
fall falls fell|rise rises rose|drop drops dropped|span spans spanned|employ employs employed|aim aims aimed|come comes came
succeed succeeds succeeded|allow allows allowed|enable enables enabled|remain remains remained|worsen worsens worsened
suggest suggests suggested|demonstrate demonstrates demonstrated|cause causes caused|prevent prevents prevented
inhibit inhibits inhibited|promote promotes promoted|affect affects affected|induce induces induced|occur occurs occurred
"""
AUXILIARIES = "is are was were has have had can could may might will would should does do did must".split()

# Quantifying words and what contradicts them. 'most' to 'some' or 'each' to 'most' would be true as well.
COUNTED = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)"
QUANTIFIERS = tuple(
    (re.compile(pattern, re.I), new)
    for pattern, new in (
        (r"\b(?:almost |nearly )?(?:all|each|every one|most|many|some|several|both) of\b", "none of"),
        (rf"\b(?:almost |nearly )?all(?= (?:the )?{COUNTED}\b)", "none of the"),
        (r"\b(?:almost |nearly )?(?:all|each|every|most|many|some|several)\b(?! (?:than|important|recent))", "no"),
        (r"\bboth\b(?! \w+ and\b)", "neither of the"),
        (r"\b(?:consistently|always|often|usually|sometimes)\b", "never"),
        (r"\bconsistent\b", "no"),
        (r"\bnone of\b", "all of"),
        (r"\bnever\b", "always"),
    )
)


def _pairs(table: str, both: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in re.split(r"[|\n]", table):
        one, _, other = entry.strip().partition("~" if "~" in entry else " ")
        if other:
            found.setdefault(one, other)
            if both:
                found.setdefault(other, one)
    return found


OPPOSITES: Mapping[str, Mapping[str, str]] = {
    name: _pairs(table, name != "bound") for name, table in (("bound", BOUND), ("change", CHANGE), ("order", ORDER), ("top", TOP))
}
SAME: Mapping[str, str] = _pairs(SYNONYMS, False)
BASE: Mapping[str, tuple[str, str]] = {  # a finite form -> its base form and the auxiliary that takes 'not'
    form: (forms[0], aid)
    for forms in (entry.split() for entry in re.split(r"[|\n]", VERBS) if entry.strip())
    for form, aid in reversed(list(zip(forms, ("do", "does", "did"), strict=True)))
}


def occurrences(text: str, table: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where words of a table stand in a text, and what to put there in the same case, in the order of the text."""
    for found in pattern(tuple(table)).finditer(text):
        yield found.start(), found.end(), cased(table[found[0].lower()], found[0])


def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern of these whole words, the longest first."""
    if words not in _PATTERNS:
        body = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        _PATTERNS[words] = re.compile(rf"(?<![\w-])(?:{body})(?![\w-])", re.I)
    return _PATTERNS[words]


_PATTERNS: dict[tuple[str, ...], re.Pattern[str]] = {}


def cased(word: str, like: str) -> str:
    """A word with a capital where the one that it stands for had one."""
    return word[:1].upper() + word[1:] if like[:1].isupper() else word
