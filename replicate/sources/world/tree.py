"""The languages of the world: families grow branches, branches grow languages.

A family starts from a proto-lexicon of its own. Along each edge of its tree sounds change and words are
replaced; at its leaf a language borrows from the pivot. What differs is stated in the table below; how
far a language is from the pivot is computed from what came out, as it is for real languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from random import Random

from ...languages import Language
from . import meanings

SEED = 13
PIVOT = "a1a"
CONSONANTS, VOWELS = "ptkbdgmnszlrfvhwy", "aeiou"


@dataclass(frozen=True)
class Grammar:
    """The typological features of a language."""

    order: str = "SVO"
    adjective: str = "before"  # the noun
    number: str = "before"
    adposition: str = "before"
    genus: str = "suffix"  # where plural marks stand
    article: bool = True
    case: bool = False
    agreement: bool = True
    negation: str = "before"  # the verb
    asking: str = "first"  # where question words stand, or "inside"

    def features(self) -> dict[str, int]:
        """Binary features, as typological data bases code them."""
        subject, verb, object_ = (self.order.index(letter) for letter in "SVO")
        return {
            "subject before verb": int(subject < verb),
            "object before verb": int(object_ < verb),
            "subject before object": int(subject < object_),
            "adjective before noun": int(self.adjective == "before"),
            "numeral before noun": int(self.number == "before"),
            "preposition": int(self.adposition == "before"),
            "plural suffix": int(self.genus == "suffix"),
            "article": int(self.article),
            "object case": int(self.case),
            "agreement": int(self.agreement),
            "negation before verb": int(self.negation == "before"),
            "question word first": int(self.asking == "first"),
        }


@dataclass(frozen=True)
class Tongue:
    """All that makes one language: where it hangs on the tree, how it builds, writes and borrows.

    `replaced` is the share of words replaced on the last edge, `shifts` the number of its sound
    changes, `borrowed` the share of concepts named with the pivot's word, `mixed` the share of borrowed
    words and names that stay in the pivot's script, `documents` the corpus size, `variant` a seed.
    """

    code: str
    name: str
    grammar: Grammar
    script: str = "Latn"
    replaced: float = 0.1
    shifts: int = 1
    borrowed: float = 0.2
    mixed: float = 1.0
    documents: int = 4000
    variant: int = 0

    @property
    def family(self) -> str:
        return self.code[0].upper()

    @property
    def branch(self) -> str:
        return self.code[:2].upper()


A1 = Grammar()
A2 = replace(A1, adjective="after", asking="inside")
B1 = Grammar("SOV", adposition="after", article=False, case=True)
B2 = replace(B1, agreement=False, asking="inside", negation="after")
C1 = Grammar("SVO", article=False, case=True)
D1 = Grammar("VSO", "after", "before", "before", case=True)
E1 = Grammar("SOV", "before", "before", "after", "prefix", False, True, False, "after", "inside")
F1 = Grammar("SOV", "before", "before", "after", "suffix", False, False, True, "before", "inside")
G1 = Grammar("VOS", "after", "after", "before", "prefix", True, False, False, "before", "first")

TONGUES = (
    Tongue("a1a", "Talic", A1, borrowed=0, replaced=0.05, documents=6000),
    Tongue("a1b", "Melic", A1, borrowed=0.3, replaced=0.05),
    Tongue("a1c", "Rodic", replace(A1, asking="inside"), borrowed=0.3),
    Tongue("a1d", "Veskic", replace(A1, article=False), borrowed=0.25),
    Tongue("a2a", "Numian", A2, borrowed=0.25),
    Tongue("a2b", "Pelian", replace(A2, case=True), borrowed=0.25, documents=3000),
    Tongue("a2c", "Kezian", replace(A2, order="SOV"), borrowed=0.2, documents=2000),
    Tongue("b1a", "Sutan", B1, borrowed=0.3),
    Tongue("b1b", "Horan", replace(B1, adjective="after"), borrowed=0.2, documents=2000),
    Tongue("b2a", "Lefan", B2, borrowed=0.25, documents=3000),
    Tongue("c1a", "Gradic", C1, "Cyrl", borrowed=0.3, mixed=0.5),
    Tongue("c1b", "Vodic", replace(C1, agreement=False), "Cyrl", borrowed=0.25, mixed=0.5, documents=2000),
    Tongue("c2a", "Zemic", replace(C1, adjective="after"), "Cyrl", borrowed=0.2, mixed=0.4, documents=1500),
    Tongue("d1a", "Hamite", D1, "Hebr", borrowed=0.25, mixed=0.5),
    Tongue("d2a", "Yarite", replace(D1, order="SVO"), "Hebr", borrowed=0.2, mixed=0.4, documents=2000),
    Tongue("e1a", "Wanese", E1, "Hira", borrowed=0.25, mixed=0.5),
    Tongue("e2a", "Tosese", replace(E1, case=False, order="SVO"), "Hira", borrowed=0.2, mixed=0.4, documents=2000),
    Tongue("f1a", "Dravan", F1, "Deva", borrowed=0.3, mixed=0.5, documents=3000),
    Tongue("f2a", "Kanan", replace(F1, case=True), "Deva", borrowed=0.2, mixed=0.4, documents=1500),
    Tongue("g1a", "Oroa", G1, borrowed=0.25, documents=2000),
)
# Languages that differ from `a2a` in one thing alone, and a twin that differs in nothing but the seed.
BASE = "a2a"
_BASE = next(tongue for tongue in TONGUES if tongue.code == BASE)
PAIRS = (
    replace(_BASE, code="a2a-script", name="Numian in Cyrillic", script="Cyrl"),
    replace(_BASE, code="a2a-lexicon", name="Numian, other words", replaced=1.0),
    replace(_BASE, code="a2a-order", name="Numian, verb last", grammar=replace(A2, order="SOV")),
    replace(_BASE, code="a2a-corpus", name="Numian, little text", documents=_BASE.documents // 10),
    replace(_BASE, code="a2a-null", name="Numian, another seed", variant=1),
)
DEMO = ("a1a", "a1b", "a1c", "a2a", "a2b", "b1a", "b2a", "c1a", "d1a", "e1a", "f1a", "g1a")
TINY = ("a1a", "a1b", "b1a")
BY_CODE = {tongue.code: tongue for tongue in (*TONGUES, *PAIRS)}
AFFIXES = ("plural", "object", "singular_subject", "plural_subject", "passive")
SHORT = frozenset((*meanings.GRAMMATICAL, *AFFIXES))


def _root(rng: Random, short: bool) -> str:
    shape = rng.choice(("CV", "CVC", "VC")) if short else rng.choice(("CVCV", "CVCVC", "CVCCV", "VCVC"))
    return "".join(rng.choice(CONSONANTS if letter == "C" else VOWELS) for letter in shape)


def _shift(rng: Random, count: int) -> dict[str, str]:
    """Sound changes: so many consonants or vowels become a neighbour."""
    changes: dict[str, str] = {}
    for _ in range(count):
        pool = VOWELS if rng.random() < 0.25 else CONSONANTS
        old, new = rng.sample(pool, 2)
        changes[old] = new
    return changes


def _descend(forms: Mapping[str, str], rng: Random, replaced: float, shifts: int) -> dict[str, str]:
    """One edge of the tree: words replaced at a rate, then sounds changed in all of them."""
    changes = str.maketrans(_shift(rng, shifts))
    fresh = {key: _root(rng, key in SHORT) for key in forms}
    kept = {key: form if rng.random() >= replaced else fresh[key] for key, form in forms.items()}
    return {key: form.translate(changes) for key, form in kept.items()}


@cache
def _branch_forms(family: str, branch: str) -> dict[str, str]:
    rng = Random(f"{SEED} family {family}")
    proto = {key: _root(rng, key in SHORT) for key in (*meanings.CONCEPTS, *AFFIXES)}
    return _descend(proto, Random(f"{SEED} branch {branch}"), 0.15, 1)


@cache
def sounds(code: str) -> dict[str, str]:
    """Concept or affix -> how it sounds in this language, before writing; borrowed words as in the pivot."""
    tongue = BY_CODE[code]
    stem = code.partition("-")[0]
    forms = _descend(
        _branch_forms(tongue.family, tongue.branch),
        Random(f"{SEED} leaf {stem} {tongue.variant}"),
        tongue.replaced,
        tongue.shifts,
    )
    for noun, verb in meanings.HOMOGRAPHS.items():
        forms[noun] = forms[verb]
    if code != PIVOT:
        pivot = sounds(PIVOT)
        for key in borrowed(code):
            forms[key] = pivot[key]
    return _told_apart(forms)


@cache
def borrowed(code: str) -> frozenset[str]:
    """The concepts that a language names with the pivot's word."""
    tongue = BY_CODE[code]
    rng = Random(f"{SEED} loans {code.partition('-')[0]} {tongue.variant}")
    return frozenset(key for key in meanings.CONCEPTS if rng.random() < tongue.borrowed)


def _told_apart(forms: dict[str, str]) -> dict[str, str]:
    """No two concepts sound alike, but for the homographs: the later one grows a vowel."""
    taken: dict[str, str] = {}
    for key, form in forms.items():
        if key in AFFIXES:
            continue
        owner = meanings.HOMOGRAPHS.get(key, key)
        turn = 0
        while taken.get(form, owner) != owner:
            form, turn = form + VOWELS[(turn + len(form)) % 5], turn + 1
        forms[key] = form
        taken[form] = owner
    return forms


@cache
def names() -> tuple[str, ...]:
    """The world's stock of name parts, as the pivot sounds them."""
    rng = Random(f"{SEED} names")
    stock: list[str] = []
    while len(stock) < meanings.STOCK:
        form = _root(rng, False)
        if form not in stock:
            stock.append(form)
    return tuple(stock)


def syntactic(code: str) -> float:
    """The share of typological features in which a language differs from the pivot."""
    ours, pivot = BY_CODE[code].grammar.features(), BY_CODE[PIVOT].grammar.features()
    return sum(ours[key] != pivot[key] for key in pivot) / len(pivot)


def lexical(code: str) -> float:
    """The share of concepts that are not written as the pivot writes them."""
    from .grammar import word

    return sum(word(key, code) != word(key, PIVOT) for key in meanings.CONCEPTS) / len(meanings.CONCEPTS)


def phonological(code: str) -> float:
    """One minus the overlap of the inventories of sounds, weighted by use."""
    ours, pivot = "".join(sounds(code).values()), "".join(sounds(PIVOT).values())
    shares = [(ours.count(s) / len(ours), pivot.count(s) / len(pivot)) for s in CONSONANTS + VOWELS]
    return 1 - sum(min(a, b) for a, b in shares)


def genetic(code: str) -> float:
    """How far up the tree the common ancestor is: same language, branch, family, none."""
    tongue, pivot = BY_CODE[code], BY_CODE[PIVOT]
    if code == PIVOT:
        return 0.0
    return 1 / 3 if tongue.branch == pivot.branch else 2 / 3 if tongue.family == pivot.family else 1.0


@cache
def languages() -> dict[str, Language]:
    """Every language of the world, the pairs included, as the Language values that the rest works with."""
    found = {}
    for code, tongue in BY_CODE.items():
        distances = {
            "genetic": genetic(code),
            "syntactic": syntactic(code),
            "phonological": phonological(code),
            "script": float(tongue.script != BY_CODE[PIVOT].script),
            "lexical": lexical(code),
        }
        distances["featural"] = sum(distances.values()) / len(distances)
        found[code] = Language(
            code=code, name=tongue.name, family=tongue.family, branch=tongue.branch, script=tongue.script,
            word_order=tongue.grammar.order, size=float(tongue.documents),
            distances={key: round(value, 4) for key, value in distances.items()}, world="artificial",
        )  # fmt: skip
    return found


def difference(code: str) -> tuple[str, ...]:
    """The fields in which a language of a pair differs from its base (its code and name aside)."""
    tongue = BY_CODE[code]
    return tuple(
        f.name for f in fields(tongue) if f.name not in ("code", "name") and getattr(tongue, f.name) != getattr(_BASE, f.name)
    )
