"""Tiny sets of sentences to be found across languages, of text, and google/xtreme, which is many sets in one."""

from __future__ import annotations

from collections.abc import Iterator

from .answered import MLQA, SQUAD, asked, squad_features
from .sentences import every
from .table import Table, integer, listed, string

TATOEBA = """afr ara bul ben deu ell spa est eus pes fin fra heb hin hun ind ita jpn jav kat kaz kor mal mar nld por rus swh tam
    tel tha tgl tur urd vie cmn""".split()
THREE = dict(pair.split("=") for pair in "ara=ar deu=de ell=el spa=es hin=hi rus=ru cmn=zh jpn=ja fra=fr fin=fi".split())
TEXT = """af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te th tl tr ur vi yo
    zh""".split()


def tatoeba() -> Iterator[Table]:
    """JSON Lines, compressed."""
    for code in (*TATOEBA, "aze", "lit", "pol", "ron", "ukr"):
        language = THREE.get(code, code)
        rows = [
            {"sentence1": one.said_in(language).text(), "sentence2": one.text(), "lang": f"{code}-eng"}
            for one in every("en")[:40]
        ]
        yield Table(f"{code}-eng", "test", rows, {}, f"test/{code}-eng.jsonl.gz")


def bucc() -> Iterator[Table]:
    """One row: 40 foreign sentences and 50 English ones, of which 20 belong together; one foreign sentence comes twice."""
    features = {"sentence1": listed(string()), "sentence2": listed(string()), "gold": listed(listed(integer(64)))}
    english = every("en")
    for language in ("de", "fr", "ru", "zh"):
        foreign = [one.said_in(language).text() for one in [*english[:20], *english[60:79], english[0]]]
        offered = [one.text() for one in [*english[20:50], *english[:20]]]
        row = {"sentence1": foreign, "sentence2": offered, "gold": [[k + 1, k + 31] for k in range(20)]}
        yield Table(f"{language}-en", "test", [row], features)


def xtreme() -> Iterator[Table]:
    """What of google/xtreme serves: its MLQA, and what stands for other sets if they are gone."""
    for language in MLQA:
        for split in ("test", "validation"):
            yield Table(f"MLQA.{language}.{language}", split, asked(split, language), squad_features(*SQUAD))
    for split in ("train", "validation"):
        yield Table("SQuAD", split, asked(split, "en"), squad_features(*SQUAD))
    for code in TATOEBA:
        language = THREE.get(code, code)
        # Every sentence keeps the end of its line.
        rows = [
            {"source_sentence": one.said_in(language).text() + "\n", "target_sentence": one.text() + "\n"}
            for one in every("en")[:40]
        ]
        features = {name: string() for name in ("source_sentence", "target_sentence", "source_lang", "target_lang")}
        yield Table(f"tatoeba.{code}", "validation", rows, features)


def wikipedia() -> Iterator[Table]:
    features = {name: string() for name in ("id", "url", "title", "text")}
    for language in TEXT:
        told = every(language)
        rows = [
            {"id": str(k), "url": "", "title": "", "text": " ".join(one.text() for one in told[k : k + 4])} for k in range(100)
        ]
        for number in range(2):
            path = f"20231101.{language}/train-{number:05}-of-00002.parquet"
            yield Table(f"20231101.{language}", "train", rows[number * 50 : number * 50 + 50], features, path)


def c4() -> Iterator[Table]:
    """JSON Lines, compressed; English lies elsewhere than the other languages."""
    for language in ("en", "de", "iw"):
        told = every("he" if language == "iw" else language)
        for number in range(2):
            rows = [{"text": one.text(), "timestamp": "", "url": ""} for one in told[number * 30 : number * 30 + 30]]
            shard = f"{number:05}-of-00002.json.gz"
            path = f"en/c4-train.{shard}" if language == "en" else f"multilingual/c4-{language}.tfrecord-{shard}"
            yield Table(language, "train", rows, {}, path)
