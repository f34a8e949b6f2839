"""Tiny sets of pairs with one label, and of words with tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from .sentences import TAGS, Sentence, sentence
from .table import Rows, Table, classes, count, integer, listed, string

NLI = ("entailment", "neutral", "contradiction")
IOB2 = "O B-PER I-PER B-ORG I-ORG B-LOC I-LOC".split()
XNLI = "ar bg de el en es fr hi ru sw th tr ur vi zh".split()
PAWSX = "de en es fr ja ko zh".split()
PANX = """af ar az bg bn de el en es et eu fa fi fr gu he hi hu id it ja jv ka kk ko lt ml mr ms my nl pa pl pt qu ro ru sw ta
    te th tl tr uk ur vi yo zh""".split()


def _pairs(split: str, language: str, names: tuple[str, str], labels: tuple[str, ...], **more: Callable[[int], Any]) -> Rows:
    """The label can be seen: the second sentence is the first, or differs in its place, or in its subject."""
    rng, rows = Random(f"{split} {language}"), []
    for number in range(count(split)):
        one, label = sentence(rng, language), number % len(labels)
        who, does, what, where = one.parts
        unlike = label if len(labels) > 2 else 1 - label
        changed = (one.parts, (who, does, what, (where + 1) % 3), ((who + 1) % 4, does, what, where))[unlike]
        rows.append({names[0]: one.text(), names[1]: Sentence(language, changed).text(), "label": label,
                     **{name: make(number) for name, make in more.items()}})  # fmt: skip
    return rows


def _inference(split: str, language: str = "en", **more: Callable[[int], Any]) -> Rows:
    return _pairs(split, language, ("premise", "hypothesis"), NLI, **more)


def _nli_features(**more: Any) -> dict[str, Any]:
    return {"premise": string(), "hypothesis": string(), "label": classes(*NLI), **more}


def anli() -> Iterator[Table]:
    more = {"uid": string(), "reason": string()}
    for split in (f"{name}_r{number}" for name in ("train", "dev", "test") for number in (1, 2, 3)):
        rows = _inference(split, uid=lambda n, s=split: f"{s}-{n}", reason=lambda n: "")
        yield Table("plain_text", split, rows, _nli_features(**more))


def snli() -> Iterator[Table]:
    for split in ("test", "validation", "train"):
        rows = _inference(split)
        rows[3]["label"] = -1  # its annotators did not agree
        yield Table("plain_text", split, rows, _nli_features())


def multi_nli() -> Iterator[Table]:
    extra = {"promptID": integer(), "pairID": string(), "genre": string()}
    for split in ("train", "validation_matched", "validation_mismatched"):
        rows = _inference(split, promptID=lambda n: n, pairID=lambda n: f"{n}e", genre=lambda n: "fiction")
        yield Table("default", split, rows, {**extra, **_nli_features()}, f"data/{split}-00000-of-00001.parquet")


def glue() -> Iterator[Table]:
    for split in ("train", "validation_matched", "validation_mismatched"):
        yield Table("mnli", split, _inference(split, idx=lambda n: n), _nli_features(idx=integer()))
    questions = {"question1": string(), "question2": string(), "label": classes("not_duplicate", "duplicate"), "idx": integer()}
    for split in ("train", "validation", "test"):
        rows = _pairs(split, "en", ("question1", "question2"), ("not", "same"), idx=lambda n: n)
        yield Table("qqp", split, [{**row, "label": -1} for row in rows] if split == "test" else rows, questions)


def xnli() -> Iterator[Table]:
    for language in XNLI:
        for split in ("train", "test", "validation"):
            yield Table(language, split, _inference(split, language), _nli_features())


def paws_x() -> Iterator[Table]:
    features = {"id": integer(), "sentence1": string(), "sentence2": string(), "label": classes("0", "1")}
    for language in PAWSX:
        for split in ("train", "test", "validation"):
            rows = _pairs(split, language, ("sentence1", "sentence2"), ("0", "1"), id=lambda n: n + 1)
            yield Table(language, split, rows, features)


def _tagged(split: str, language: str) -> Rows:
    rng = Random(f"{split} {language}")
    rows = []
    for _ in range(count(split)):
        words = sentence(rng, language).words()
        rows.append({"tokens": words, "ner_tags": [IOB2.index(tag) for tag, _ in TAGS], "langs": [language] * len(words),
                     "spans": [f"PER: {words[0]}", f"LOC: {words[-1]}"]})  # fmt: skip
    return rows


def wikiann() -> Iterator[Table]:
    names = listed(classes(*IOB2))
    features = {"tokens": listed(string()), "ner_tags": names, "langs": listed(string()), "spans": listed(string())}
    for language in PANX:
        for split in ("validation", "test", "train"):
            yield Table(language, split, _tagged(split, language), features)


def treebanks() -> Iterator[tuple[str, str]]:
    """Every treebank of XTREME's and its splits: the first of a language has all three, the others are test sets, as PUD is."""
    from replicate.tasks.treebanks import LATER, TREEBANKS

    for language, names in (*TREEBANKS.items(), *LATER.items()):
        for number, name in enumerate(names):
            some = {"kk": "train test", "th": "test", "tl": "test", "yo": "test"}.get(language, "train dev test")
            yield name, some if number == 0 else "test"


def universal_dependencies() -> Iterator[Table]:
    """The first word of every sentence is written as one and is two: `Anna` and `'s`, of which the first is the head."""
    strings = listed(string())
    spans = listed({"id": string(), "form": string(), "feats": string(), "misc": string()})
    features = {"sent_id": string(), "text": string(), "tokens": strings, "upos": strings, "head": listed(integer(16)),
                "deps": strings, "mwt": spans}  # fmt: skip
    for treebank, splits in treebanks():
        for split in splits.split():
            rows, rng = [], Random(f"{treebank} {split}")
            for number in range(count(split)):
                first, *rest = sentence(rng, treebank[:2]).words()
                tags = [TAGS[0][1], "PART", *(tag for _, tag in TAGS[1:])]
                rows.append({
                    "sent_id": f"{treebank}-{number}", "text": " ".join([first + "'s", *rest]), "tokens": [first, "'s", *rest],
                    "upos": tags, "head": [3, 1, 0, 3, 3], "deps": [None] * 5,
                    "mwt": [{"id": "1-2", "form": first + "'s", "feats": None, "misc": None}],
                })  # fmt: skip
            yield Table(treebank, split, rows, features, f"parquet/{treebank}/{split}.parquet")
