"""Folders as XTREME's own script leaves them, tiny and in the true formats: what the tests of the source `xtreme:DIR` read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from replicate.sources import Source, xtreme


def folder(tmp_path: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = tmp_path / "download" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path / "download"


def opened(tmp_path: Path, files: dict[str, str | bytes]) -> Source:
    return xtreme.source(folder(tmp_path, files))


def tsv(*rows: tuple[str, ...]) -> str:
    """Rows as XTREME's preprocessing writes them: Python's csv module with tabs."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter="\t").writerows(rows)
    return file.getvalue()


def squad(*questions: tuple[str, str, str, list[tuple[int, str]]]) -> str:
    """SQuAD's JSON from (id, question, context, [(offset, answer), ...]), each question with its own paragraph."""
    return json.dumps({
        "version": "1.1",
        "data": [
            {"paragraphs": [{"context": context, "qas": [{"id": id, "question": question, "answers": [
                {"answer_start": start, "text": answer} for start, answer in answers]}]}]}
            for id, question, context, answers in questions
        ],
    })  # fmt: skip


def lines(*objects: dict) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


COPA = {"premise": "It fell.", "choice1": "It broke.", "choice2": "It flew.", "question": "effect", "label": 0, "idx": 7}
PARIS = ("q1", "Where?", "It is in Paris.", [(9, "Paris")])
DOWNLOAD: dict[str, str | bytes] = {
    "xnli/train-en.tsv": tsv(("A man sleeps.", "He rests.", "entailment"), ('He said "no".', "Yes.", "contradiction")),
    "xnli/dev-de.tsv": tsv(("Ein Mann schläft.", "Er ruht.", "entailment")),
    "xnli/test-de.tsv": tsv(("Ein Hund bellt.", "Er schläft.")),
    "xnli/translate-train/en-de-translated.tsv": 'A.\tB.\t"Ä"\tB.\tcontradictory\nbroken\tline\n',
    "pawsx/train-en.tsv": tsv(("a b", "b a", "0"), ("a b", "a b", "1")),
    "pawsx/train-de.tsv": tsv(("c d", "d c", "0")),
    "pawsx/dev-de.tsv": tsv(("c d", "c d", "1")),
    "pawsx/test-de.tsv": tsv(("c d", "c d")),
    "udpos/train-en.tsv": "A\tDET\ndog\tNOUN\n\nGo\tVERB\n",
    "udpos/dev-de.tsv": "Ja\tINTJ\n",
    "udpos/test-de.tsv": "Nein\n",
    "panx/train-en.tsv": "Ann\tB-PER\nLee\tI-PER\nran\tO\n\n",
    "panx/test-en.tsv": "Bob\n",
    "squad/train-v1.1.json": squad(PARIS),
    "squad/dev-v1.1.json": squad(("q2", "Who?", "Ann ran.", [(0, "Ann"), (0, "Ann ran")])),
    "squad/train-v2.0.json": squad(PARIS, ("q3", "Why?", "It is in Paris.", [])),
    "squad/translate-train/squad.translate.train.en-de.json": squad(("q1", "Wo?", "Es ist in Paris.", [(10, "Paris")])),
    "xquad/xquad.de.json": squad(("x1", "Wo?", "Es ist in Paris.", [(0, "")])),
    "mlqa/MLQA_V1/dev/dev-context-de-question-de.json": squad(("m1", "Wo?", "Es ist in Bonn.", [(10, "Bonn")])),
    "mlqa/MLQA_V1/test/test-context-de-question-de.json": squad(("m2", "Wo?", "Es ist in Ulm.", [(0, "")])),
    "tydiqa/tydiqa-goldp-v1.1-train/tydiqa.goldp.en.train.json": squad(PARIS),
    "tydiqa/tydiqa-goldp-v1.1-train/tydiqa-goldp-v1.1-train.json": squad(
        ("english-1-0", *PARIS[1:]), ("finnish-1-0", "Missä?", "Se on Turussa.", [(6, "Turussa")])
    ),
    "tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.goldp.fi.dev.json": squad(("finnish-2-0", "Kuka?", "Hän on Anni.", [(0, "")])),
    "bucc2018/de-en.dev.de": "de-1\tHund\nde-2\tKatze\nde-3\tMaus\n",
    "bucc2018/de-en.dev.en": "en-1\tcat\nen-2\thouse\nen-3\tdog\n",
    "bucc2018/de-en.dev.gold": "de-1\ten-3\nde-2\ten-1\n",
    "bucc2018/de-en.test.de": "de-9\tBaum\n",
    "bucc2018/de-en.test.en": "en-9\ttree\n",
    "tatoeba/de-en.de": "Zwei.\nEins.\n",
    "tatoeba/de-en.en": "One.\nTwo.\n",
    "xcopa/train.en.jsonl": lines(COPA),
    "xcopa/val.en.jsonl": lines(COPA),
    "xcopa/test.en.jsonl": lines({key: value for key, value in COPA.items() if key != "label"}),
    "xcopa/val.it.jsonl": lines({**COPA, "label": 1, "changed": False}),
    "siqa/socialIQa_v1.4_trn.jsonl": lines(
        {"context": "C", "question": "Q?", "answerA": "a", "answerB": "b", "answerC": "c", "correct": "C"}
    ),
}
