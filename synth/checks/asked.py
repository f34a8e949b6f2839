"""What a research question asks about: what is changed, against what, and what is measured; and which of it a text shares."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .. import vocabulary
from ..literature import terms

# What every claim on cross-lingual transfer speaks of: sharing it is no sign that a claim answers a question.
COMMON = frozenset(
    """intermediate task training train trained transfer cross lingual crosslingual multilingual zero shot performance language
    model english target benchmark dataset data set score result xtreme xlm metric evaluation evaluate evaluated measured point
    setting experiment average effect impact change conducted using base large approach method pretrained finetuning tuning fine
    when degree vary improve improvement better than enhanced logical inference deviation baseline typical respect general based
    how what which does can extent hold far another example number kind respect near distant answer question matter counted mean
    above below well withstand stand whole often first
    """.split()
)
# Words that say the same thing of an experiment; the first one names the group.
ALIKE = (
    ("family", "families", "branch", "genealogical", "language families", "related languages"),
    ("typology", "typological", "syntactic distance", "linguistic distance", "divergence", "word order"),
    ("length", "long", "longer", "short", "shorter", "max length", "truncated", "sequence length"),
    ("perturbation", "perturbed", "character", "noise", "noisy", "typo", "character level", "misspelling", "corrupted"),
    ("adapter", "houlsby", "mad-x", "bottleneck", "lora", "parameter-efficient"),
    ("multi-task", "multitask", "multiple", "simultaneously", "jointly", "at once", "all nine", "all 9"),
    ("single task", "single", "one task"),
    (
        "non-English",
        "another language",
        "other languages than english",
        "machine translated",
        "translated",
        "target language data",
    ),
    ("robustness", "robust"),
    ("diversity", "diverse", "variety of"),
    ("per language", "each language", "by language"),
)
HOW = r"(?:impact|effect|influence|role)"
VERB = r"(?:impact|affect|influence|change|improve|reduce|increase|help|hurt|lead to|enhance|alter|raise|vary with|depend on)s?"
FORMS = tuple(
    re.compile(form, re.I)
    for form in (
        # What is the impact of X on Y? / What effect does X have on Y?
        rf"\b{HOW} (?:of|does|do) (?P<changed>.+?) (?:have )?on (?P<measured>.+)",
        # How does Y vary when X? / How does Y change as X?
        r"\bhow (?:does|do|is|are) (?P<measured>.+?) (?:vary|change|differ)(?:s|ed)? (?:when|if|as|with|under) (?P<changed>.+)",
        # Does Y change when X?
        r"\b(?:does|do|will|would) (?P<measured>.+?) (?:vary|change|differ)\b,?.*? (?:when|if|under) (?P<changed>.+)",
        # Does X improve Y?
        rf"\b(?:how does|how do|does|do|can|could|is|are|will|would|whether) (?P<changed>.+?) {VERB} (?P<measured>.+)",
        # When X, does Y ...?
        r"^(?:when|if) (?P<changed>[^,]+), (?P<measured>.+)",
    )
)
INSTEAD = re.compile(
    r"\b(?:instead of|compared (?:to|with)|rather than|as opposed to|in comparison (?:to|with)|versus|vs\.?|relative to) "
    r"(?P<against>[^,?]+)",
    re.I,
)


# Questions that nobody asked: a file of claims, or a paper, is what they are about.
UNASKED = re.compile(r"(?:Do the papers say what is claimed in \S.*|Does what .+ claims hold)\?", re.S)
# Words of degree and manner: they say how, not what. A note names them only as part of the thing that they stand for.
LIGHT = frozenset(
    """long longer short shorter single multiple several simultaneously jointly at once diverse robust noisy perturbed related
    typological genealogical linguistic new novel recent current specific particular particularly significantly significant
    consistently consistent substantially overall additional various certain""".split()
)
THINGS = frozenset("family subfamily anomaly assembly supply reply italy".split())  # no manner, for all that they end in 'ly'
MOST = 3  # themes that a note names
LONGEST = 1_000  # characters of a question that are looked at: its forms have gaps, which are tried at every length

CHANGED, AGAINST, MEASURED = "what is changed", "what it is compared with", "what is measured"


@dataclass(frozen=True)
class Asked:
    """The phrases of a question, as they stand in it; where its form is not known, all of it is what is changed."""

    changed: str
    against: str = ""
    measured: str = ""

    @functools.cached_property
    def themes(self) -> dict[str, tuple[str, ...]]:
        """What is asked about in particular, for each part that has any."""
        parts = {CHANGED: self.changed, AGAINST: self.against, MEASURED: self.measured}
        return {name: found for name, text in parts.items() if (found := themes(text))}


@functools.lru_cache(maxsize=256)  # every claim of a question is held against the same one
def asked(question: str) -> Asked:
    """The parts of a research question."""
    text = " ".join(question[:LONGEST].split()).rstrip("?. ")
    found = INSTEAD.search(text)
    against = found["against"].strip() if found else ""
    rest = text[: found.start()].rstrip(" ,") + text[found.end() :] if found else text
    for form in FORMS:
        if parts := form.search(rest):
            return Asked(parts["changed"].strip(), against, parts["measured"].strip(" ,"))
    return Asked(rest, against)


def themes(text: str) -> tuple[str, ...]:
    """What a text is about, in its own words, without what every text of the field is about: ALIKE's, names, rare words."""
    plain = _plain(text)
    found = dict.fromkeys(said for group in ALIKE if (said := _said(group, plain)))
    taken = {word for one in found for word in terms.words(one)}
    for one in vocabulary.mentions(text, (vocabulary.TASK, vocabulary.MODEL, vocabulary.LANGUAGE)):
        if one.name.id != "en":
            found[one.text] = None
            taken |= set(terms.words(one.text))
    for group in ALIKE:
        if any(one in found for one in group):
            taken |= {word for one in group if " " not in one for word in terms.words(one)}
    for word in terms.content_words(text):
        if word not in COMMON and word not in taken and not word.isdigit():
            found[word] = None
    return tuple(found)


def telling(found: Iterable[str]) -> tuple[str, ...]:
    """The few themes that a note names: those that say what is asked about; of a word of degree the thing that it is of."""
    there = list(found)
    named = [next((group[0] for group in ALIKE if theme in group), "") if _light(theme) else theme for theme in there]
    return tuple(dict.fromkeys(theme for theme in named if theme))[:MOST] or tuple(there[:1])


def _light(theme: str) -> bool:
    return all(word in LIGHT or (word.endswith("ly") and word not in THINGS) for word in terms.words(theme))


def unasked(question: str) -> bool:
    """Whether a question asks nothing: it is empty, the name of a file, or made for a list of claims."""
    text = question.strip()
    return not re.search(r"\s", text) or bool(UNASKED.fullmatch(text))


def shared(theme: str, text: str) -> bool:
    """Whether a text speaks of a theme: by any word that says the same, by any of its names."""
    plain = _plain(text)
    if any(_said(group, plain) for group in ALIKE if theme in group):
        return True
    names = {id for one in vocabulary.find(theme) for id in (one.id, *one.open) if id}
    if names and names & _named(text):
        return True
    return bool(terms.words(theme)) and _plain(theme) in plain


@functools.lru_cache(maxsize=256)
def _named(text: str) -> frozenset[str]:
    """The ids of all that a text names."""
    return frozenset(id for one in vocabulary.mentions(text) for id in (one.name.id, *one.name.open))


def common(text: str) -> frozenset[str]:
    """The words of the field in a text."""
    return frozenset(terms.words(text)) & COMMON


def _said(group: tuple[str, ...], plain: str) -> str:
    """The longest of these words that stands in a text."""
    return max((one for one in group if _plain(one) in plain), key=len, default="")


@functools.lru_cache(maxsize=1 << 12)
def _plain(text: str) -> str:
    return f" {' '.join(terms.words(text))} "
