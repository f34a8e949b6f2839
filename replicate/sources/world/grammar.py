"""How a meaning is spoken: words in order, inflected, written in the language's script, each with its gold labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from . import meanings, tree
from .meanings import Event, Name, Thing

LATIN = tree.CONSONANTS + tree.VOWELS
WRITING = {
    "Cyrl": "птквдгмнсзлрфўхщйаеиоу",
    "Hebr": "פתכבדגמנסזלרצטחשיאעהקו",
    "Hira": "ぱたかばだがまなさざらりふびはわやあえいおう",
}
DEVA = dict(zip(LATIN, "पतकबदगमनसजलरफवहखयआएइओउ", strict=True))
SIGNS = {"a": "\u093e", "e": "\u0947", "i": "\u093f", "o": "\u094b", "u": "\u0941"}
UNSPACED = frozenset({"Hira"})
RIGHT_TO_LEFT = frozenset({"Hebr"})
STOPS = {".": {"Hira": "。", "Deva": "।"}, "?": {}}


@dataclass(frozen=True)
class Word:
    """One word as written, with everything the world knows of it."""

    form: str
    gloss: str
    upos: str
    supertag: str
    entity: str = "O"
    role: str = ""


@cache
def write(sound: str, script: str) -> str:
    """Sounds in letters. Devanagari writes vowels after consonants as signs, as it does in the real world."""
    if script == "Latn":
        return sound
    if script != "Deva":
        return sound.translate(str.maketrans(LATIN, WRITING[script]))
    letters, after_consonant = [], False
    for letter in sound:
        letters.append(SIGNS[letter] if letter in tree.VOWELS and after_consonant else DEVA[letter])
        after_consonant = letter in tree.CONSONANTS
    return "".join(letters)


def _stays_latin(key: str, code: str) -> bool:
    """Whether a borrowed word or a name keeps the pivot's letters in a language of another script."""
    tongue = tree.BY_CODE[code]
    return Random(f"{tree.SEED} mixed {tongue.script} {key}").random() < tongue.mixed


@cache
def word(key: str, code: str, suffix: str = "", prefix: str = "") -> str:
    """A concept as this language writes it, with the sounds of its affixes."""
    sound = prefix + tree.sounds(code)[key] + suffix
    latin = key in tree.borrowed(code) and _stays_latin(key, code)
    return write(sound, "Latn" if latin else tree.BY_CODE[code].script)


@cache
def name_part(part: int, code: str) -> str:
    """A name part: a stock name in its spelling here, or the common noun that ends an organisation's name."""
    if part < 0:
        return word("guild" if part == meanings.GUILD else "bank", code)
    sound = tree.names()[part]
    return write(sound, "Latn" if _stays_latin(f"name {part}", code) else tree.BY_CODE[code].script).capitalize()


def _name(name: Name, code: str, role: str, case: str) -> list[Word]:
    words = []
    for number, part in enumerate(name.parts):
        last = number == len(name.parts) - 1
        form = name_part(part, code) + (write(case, tree.BY_CODE[code].script) if last and case else "")
        gloss = ("Guild" if part == meanings.GUILD else "Bank") if part < 0 else tree.names()[part].capitalize()
        tag = ("B-" if number == 0 else "I-") + name.kind
        words.append(Word(form, gloss, "PROPN", "NP" if last else "NP/NP", tag, role))
    return words


def thing(one: Thing, code: str, role: str, case: bool = False) -> list[Word]:
    """A noun phrase; `case` marks an object where the language does so."""
    tongue = tree.BY_CODE[code]
    grammar, sounds = tongue.grammar, tree.sounds(code)
    ending = sounds["object"] if case and grammar.case else ""
    if one.name:
        return _name(one.name, code, role, ending)
    plural = sounds["plural"] if one.count > 1 else ""
    suffix = (plural if grammar.genus == "suffix" else "") + ending
    noun = word(one.noun, code, suffix, plural if grammar.genus == "prefix" else "")
    gloss = one.noun + ("-PL" if plural else "") + ("-OBJ" if ending else "")
    words = [Word(noun, gloss, "NOUN", "N", role=role)]
    if one.adjective:
        before = grammar.adjective == "before"
        adjective = Word(word(one.adjective, code), one.adjective, "ADJ", "N/N" if before else "N\\N", role=role)
        words = [adjective, *words] if before else [*words, adjective]
    if one.count > 1:
        before = grammar.number == "before"
        number = meanings.NUMBERS[one.count - 2]
        numeral = Word(word(number, code), number, "NUM", "N/N" if before else "N\\N", role=role)
        words = [numeral, *words] if before else [*words, numeral]
    if grammar.article and one.count == 1:
        article = "the" if one.known else "a"
        words = [Word(word(article, code), article, "DET", "NP/N", role=role), *words]
    return words


def _phrase(adposition: str, words: list[Word], code: str, role: str) -> list[Word]:
    before = tree.BY_CODE[code].grammar.adposition == "before"
    mark = Word(word(adposition, code), adposition, "ADP", "PP/NP" if before else "PP\\NP", role=role)
    return [mark, *words] if before else [*words, mark]


ASKING = {"agent": "who", "patient": "what", "recipient": "who", "place": "where", "time": "when"}


def _asked(role: str, code: str) -> list[Word]:
    question = ASKING[role]
    upos = "ADV" if question in ("where", "when") else "PRON"
    return [Word(word(question, code), question, upos, "Q/S", role=role)]


def _verb(told: Event, code: str, passive: bool) -> list[Word]:
    grammar, sounds = tree.BY_CODE[code].grammar, tree.sounds(code)
    subject = told.patient if passive and told.patient else told.agent
    suffix = sounds["passive"] if passive else ""
    if grammar.agreement:
        suffix += sounds["plural_subject" if subject.count > 1 else "singular_subject"]
    left = "S\\NP" if grammar.order.index("S") < grammar.order.index("V") else "S/NP"
    tag = left
    if told.patient and not passive:
        tag = f"({left})" + ("\\NP" if grammar.order.index("O") < grammar.order.index("V") else "/NP")
    gloss = told.verb + ("-PASS" if passive else "") + (("-PL" if subject.count > 1 else "-SG") if grammar.agreement else "")
    verb = Word(word(told.verb, code, suffix), gloss, "VERB", tag, role="verb")
    if not told.negated:
        return [verb]
    before = grammar.negation == "before"
    negation = Word(word("not", code), "not", "PART", "S/S" if before else "S\\S", role="verb")
    return [negation, verb] if before else [verb, negation]


def speak(told: Event, code: str, passive: bool = False, front: str = "", ask: str = "", link: str = "") -> list[Word]:
    """The event as a sentence.

    `passive` makes the patient the subject; `front` puts "place" or "time" first; `ask` turns the
    sentence into a question for that role ("whether": a question to be answered by yes or no); `link` is the
    connective that it begins with.
    """
    grammar = tree.BY_CODE[code].grammar
    passive = passive and told.patient is not None

    def filler(role: str, case: bool = False) -> list[Word]:
        one = told.role(role)
        if ask == role:
            return _asked(role, code)
        return thing(one, code, role, case) if isinstance(one, Thing) else []

    slots: dict[str, list[Word]] = {"V": _verb(told, code, passive)}
    slots["S"] = filler("patient" if passive else "agent")
    slots["O"] = [] if passive else filler("patient", case=True)
    by = _phrase("by", filler("agent"), code, "agent") if passive else []
    to = _phrase("to", filler("recipient"), code, "recipient") if told.recipient or ask == "recipient" else []
    place = (
        []
        if not told.place and ask != "place"
        else filler("place")
        if ask == "place"
        else _phrase("at", filler("place"), code, "place")
    )
    time: list[Word] = []
    if ask == "time":
        time = _asked("time", code)
    elif told.time:
        time = [Word(word(told.time, code), told.time, "ADV", "S\\S", role="time")]
    rest = {"place": place, "time": time}
    first = rest.pop(front) if front and rest[front] and ask != front else []
    tail = [*by, *to, *(w for words in rest.values() for w in words)]
    core = [slots[letter] for letter in grammar.order]
    if grammar.order.endswith("V"):
        words = [*core[0], *tail, *core[1], *core[2]] if grammar.order == "SOV" else [*core[0], *core[1], *tail, *core[2]]
    else:
        words = [w for part in core for w in part] + tail
    words = [*first, *words]
    if ask in ASKING and grammar.asking == "first":
        asked = [w for w in words if w.role == ask and w.gloss in ASKING.values()]
        words = asked + [w for w in words if w not in asked]
    if ask == "whether":
        words = [Word(word("whether", code), "whether", "PART", "Q/S"), *words]
    if link:
        words = [Word(word(link, code), link, "SCONJ" if link == "because" else "CCONJ", "S/S"), *words]
    stop = "?" if ask else "."
    return [*words, Word(STOPS[stop].get(tree.BY_CODE[code].script, stop), stop, "PUNCT", stop)]


def text(words: list[Word], code: str) -> str:
    """Words as running text: spaces where the script has them, none before a full stop."""
    return place_words(words, code)[0]


def place_words(words: list[Word], code: str) -> tuple[str, list[tuple[int, int]]]:
    """Running text and, for each word, where it begins and ends in it."""
    spaced = tree.BY_CODE[code].script not in UNSPACED
    written, spans = "", []
    for one in words:
        if spaced and written and one.upos != "PUNCT":
            written += " "
        spans.append((len(written), len(written) + len(one.form)))
        written += one.form
    return written, spans


def join(sentences: list[str], code: str) -> str:
    """Sentences as a passage."""
    return ("" if tree.BY_CODE[code].script in UNSPACED else " ").join(sentences)
