"""Sentences for tiny data sets: a few words of a few languages. The others borrow the words of one with their script."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# who, does, what, where: each index means the same in all languages
WORDS = {
    "en": ("Anna|the teacher|a farmer|Boris", "reads|buys|finds", "a book|the map|two apples", "in Rome|at home|near the river"),
    "de": ("Anna|die Frau|ein Bauer|Boris", "liest|kauft|findet", "ein Buch|die Karte|zwei Äpfel", "in Rom|zu Hause|am Fluss"),
    "es": ("Ana|la maestra|un granjero|Boris", "lee|compra|halla", "un libro|el mapa|dos manzanas", "en Roma|en casa|del río"),
    "ru": ("Анна|учительница|фермер|Борис", "читает|покупает|находит", "книгу|карту|два яблока", "в Риме|дома|у реки"),
    "ar": ("آنا|المعلمة|مزارع|بوريس", "تقرأ|تشتري|تجد", "كتابا|الخريطة|تفاحتين", "في روما|في البيت|قرب النهر"),
    "hi": ("अन्ना|शिक्षिका|एक किसान|बोरिस", "पढ़ती|खरीदती|पाती", "एक किताब|नक्शा|दो सेब", "रोम में|घर पर|नदी के पास"),
    "zh": ("安娜|老师|一个农民|鲍里斯", "读|买|找到", "一本书|地图|两个苹果", "在罗马|在家|在河边"),
    "el": ("η Άννα|η δασκάλα|ένας αγρότης|ο Μπόρις", "διαβάζει|αγοράζει|βρίσκει", "ένα βιβλίο|τον χάρτη|δύο μήλα",
           "στη Ρώμη|στο σπίτι|στο ποτάμι"),
}  # fmt: skip
BORROWED = {
    "bg": "ru", "uk": "ru", "kk": "ru", "fa": "ar", "ur": "ar", "mr": "hi", "bn": "hi", "ta": "hi", "te": "hi", "ml": "hi",
    "gu": "hi", "pa": "hi", "ja": "zh", "ko": "zh", "fr": "es", "it": "es", "pt": "es", "ro": "es", "nl": "de", "af": "de",
}  # fmt: skip
TAGS = (("B-PER", "PROPN"), ("O", "VERB"), ("O", "NOUN"), ("B-LOC", "ADV"))
UNSPACED = ("zh", "ja")


@dataclass(frozen=True)
class Sentence:
    """A sentence in a language: its four parts, by their numbers."""

    language: str
    parts: tuple[int, ...]

    def words(self) -> list[str]:
        """Its words, those of a part without the spaces between them."""
        table = WORDS[BORROWED.get(self.language, self.language if self.language in WORDS else "en")]
        return [part.split("|")[number].replace(" ", "-") for part, number in zip(table, self.parts, strict=True)]

    def text(self) -> str:
        """The sentence with its full stop; a language with borrowed words says its code, so that no two say the same."""
        own = [] if self.language in WORDS else [self.language]
        return "".join(self.words()) + "。" if self.language in UNSPACED else " ".join([*self.words(), *own]) + "."

    def said_in(self, language: str) -> Sentence:
        """Its translation."""
        return Sentence(language, self.parts)


def sentence(rng: Random, language: str) -> Sentence:
    """One of 108 sentences."""
    return Sentence(language, tuple(rng.randrange(len(part.split("|"))) for part in WORDS["en"]))


def every(language: str) -> list[Sentence]:
    """All of them, the same meaning at the same place in every language."""
    sizes = [len(part.split("|")) for part in WORDS["en"]]
    return [Sentence(language, (a, b, c, d)) for a in range(sizes[0]) for b in range(sizes[1])
            for c in range(sizes[2]) for d in range(sizes[3])]  # fmt: skip
