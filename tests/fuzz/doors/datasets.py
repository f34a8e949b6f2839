"""Data sets: XTREME's folder, a folder of one's own, files of the hub."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

from ..family import ANSWERS, Door, Family, seeds

ROWS = ("replicate.sources.forms", "replicate.sources.rows", "replicate.sources.lines")


# ---- XTREME's folder


def xtreme(form: str, task: str, split: str, language: str, files: tuple[str, ...]) -> Callable[[Path], None]:
    """What reads files of one form in XTREME's download, as examples and as text; which files there are is known."""

    def read(path: Path) -> None:
        from collections import deque

        from replicate.problems import Problem
        from replicate.sources import xtreme as source
        from replicate.sources.xtreme import layout, text
        from replicate.tasks import find

        place, asked = layout.Place(form, next(one for one in path.parents if one.name == "download"), files), find(task)
        if why := source._fault(place, asked):
            raise Problem(why)
        found: Problem | None = None
        try:
            source.READERS[form](place, asked, split, language, None)
        except Problem as problem:
            found = problem
        if form in text.TEXTS:
            deque((piece for one in text.TEXTS[form](place, language) for piece in text.divided(one, text.LENGTH)), maxlen=0)
        if found:
            raise found

    return read


def _xtreme(
    name: str, file: str, part: str, form: str, own: str = "", beside: tuple[str, ...] = (), words: tuple[str, ...] = ()
) -> Door:
    """`part` is the form in XTREME's layout, then task, split and language; `beside` are files that are read with this one."""
    from tests.xtreme_files import DOWNLOAD

    kind, task, split, language = part.split()
    files = tuple(sorted((file, *beside), key=lambda one: one.endswith(".gold")))
    more = {f"download/{one}": given if isinstance(given := DOWNLOAD[one], bytes) else given.encode() for one in beside}
    homes = ("questions", "sentences", "retrieval", "text")
    traced = (*(f"replicate.sources.xtreme.{home}" for home in homes), *ROWS, "replicate.sources.ud")
    read = xtreme(kind, task, split, language, files * (1 + (kind == "lareqa")))  # its candidates are those of its questions too
    return Door(name, f"download/{file}", read, seeds(own or DOWNLOAD[file]), form, words, traced, more)


CONLLU = """# sent_id = 1
# text = Vámonos al mar
1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_
1\tVamos\tir\tVERB\t_\t_\t0\troot\t0:root\t_
2\tnos\tnosotros\tPRON\t_\t_\t1\tobj\t1:obj|3.1:nsubj\t_
3-4\tal\t_\t_\t_\t_\t_\t_\t_\t_
3\ta\ta\tADP\t_\t_\t5\tcase\t5:case\t_
3.1\tx\tx\tVERB\t_\t_\t_\t_\t0:root\t_
4\tel\tel\tDET\t_\t_\t5\tdet\t5:det\t_
5\tmar\tmar\tNOUN\t_\t_\t1\tobl\t_\t_

1\t_\t_\tNOUN\t_\t_\t0\troot\t_\t_

"""
LAREQA = json.dumps({"data": [{"paragraphs": [{
    "context": "It is in Paris. It rains.", "sentence_breaks": [[0, 15], [16, 25]],
    "qas": [{"id": "q1", "question": "Where?", "answers": [{"answer_start": 9, "text": "Paris"}]}],
}]}]})  # fmt: skip
MLQA = "mlqa/MLQA_V1/dev/dev-context-de-question-de.json"
TYDIQA = "tydiqa/tydiqa-goldp-v1.1-train/tydiqa-goldp-v1.1-train.json"
BUCC = ("bucc2018/de-en.dev.de", "bucc2018/de-en.dev.en", "bucc2018/de-en.dev.gold")
AUTO = """ID=wsj_0200.1 PARSER=GOLD NUMPARSE=1
(<T S[dcl] 0 2> (<L N NNP NNP Pierre N_73> ) (<L S[dcl]\\NP VBD VBD ran (S[dcl]\\NP_10)_11> ) )
"""
LEAVES = ("(<L ", "(<T ", ">", "ID=", "N/N", "\\", "(<L N/N NNP NNP Pierre N_73/N_73>)")
WORD = (
    "\t",
    "\t\t",
    "-DOCSTART-",
    "O",
    "B-PER",
    "NOUN",
    "de:",
    "²",
    "١",
    "9" * 5000,
    "1-99999999999",
    "0-0",
    "1.1",
    "_",
    "\u200c",
    "|",
    "0:root",
)


# ---- a folder of one's own


def folder(path: Path) -> None:
    """`folder:DIR`: source.toml, and every part that it names."""
    from collections import deque

    from replicate.problems import Problem
    from replicate.sources import entries, source

    source._open.cache_clear()
    held = source.open_source(f"folder:{path.parents[0] if path.name == entries.NAME else path.parents[1]}")
    _, told = entries.load(Path(held.name.partition(":")[2]))
    found: Problem | None = None
    for entry in told:
        for split in entry.splits:
            for language in entry.languages:
                if held.missing(entry.task.id, split, language, entry.translated):
                    continue
                try:
                    if entry.task.kind == "text":
                        deque(held.text(language), maxlen=0)
                    else:
                        held.examples(entry.task.id, split, language, translated=entry.translated)
                        held.fingerprint(entry.task.id, split, language, entry.translated)
                except Problem as problem:
                    found = problem
    if found:
        raise found


def _own(name: str, file: str, toml: str, own: str | bytes, form: str = "lines", words: tuple[str, ...] = ()) -> Door:
    beside = {"own/source.toml": f'[[data]]\nfiles = "{file}"\nsplit = "train"\nlanguage = "en"\n{toml}'.encode()}
    traced = ("replicate.sources.tables", *ROWS, "replicate.sources.ud")
    return Door(name, f"own/{'data/' if '/' not in file else ''}{file}", folder, seeds(own), form, words, traced, beside)


SOURCE = b"""world = "real"
[[data]]
task = "xnli"
files = "data/{split}-{language}.csv"
splits = { dev = "validation" }
languages = { de = "deu", en = "eng" }
columns = { first = "premise", second = "hypothesis", label = "gold", id = "pair.id" }
labels = ["entailment|e", "neutral", "contradiction"]
translated = false
quoted = true
[[data]]
task = "udpos"
files = "data/*.conll"
split = "train"
language = "en"
conll = { word = 1, tag = 3, separator = "\\t", comment = "#" }
[[data]]
task = "text"
files = "data/{language}.txt"
document = "block"
"""
NLI = 'premise,hypothesis,gold,id\nA man sleeps.,He rests.,e,1\n"He said ""no"".",Yes.,2,\n'
SPANS = (
    '{"question": "Where?", "context": "It is in Paris.", "answers": {"text": ["Paris"], "answer_start": [9]}}\n'
    '{"question": "Who?", "context": "Ann.", "answers": [{"text": "Ann", "answer_start": 2}]}\n'
)
PAIRS = (
    'task = "xnli"\ncolumns = { first = "premise", second = "hypothesis", label = "gold", id = "id" }\nlabels = ["e", "n", "c"]\n'
)


def _table() -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    held = {"premise": ["A", "B"], "hypothesis": ["C", None], "gold": ["e", "n"], "id": [1, 2]}
    pyarrow.parquet.write_table(pyarrow.table(held), out, compression="none")
    return out.getvalue()


def _columns() -> Door:
    one = _own("parquet", "data/train.parquet", PAIRS, b"")
    return Door(one.name, one.file, one.read, lambda: (_table(),), "text", (), one.traced, one.beside)


# ---- CCGbank, the hub


def ccg(path: Path) -> None:
    """CCGbank's derivations, or its sentences in one file."""
    from replicate.sources import ccg as bank

    bank.read(next(one for one in path.parents if one.name == "ccg"), "train", None)


def hub(path: Path) -> None:
    """A file of a data set of the hub, row by row."""
    from collections import deque

    from replicate.sources.hub import read

    wanted = read.Wanted(("premise", "label"), ("premise", "A"), "label")
    deque(
        (
            read._parquet(path, str(path), wanted, lambda: ())
            if path.suffix == ".parquet"
            else read._objects(path, str(path), wanted)
        ),
        maxlen=0,
    )


FAMILIES = (
    Family(
        "conll",
        (
            _xtreme("tags", "udpos/train-en.tsv", "tags udpos train en", "lines", words=WORD),
            _xtreme("panx", "panx/train-en.tsv", "tags panx train en", "lines", words=WORD),
            _xtreme("wikiann", "panx_dataset/de-dev", "wikiann panx dev de", "lines", "de:Ann\tB-PER\nde:ran\tO\n\n", words=WORD),
            _xtreme("conllu", "udpos/es-ud-train.conllu", "conllu udpos train es", "tsv", CONLLU, words=WORD),
            _own(
                "conll",
                "data/train.conll",
                'task = "panx"\nconll = { word = 0, tag = 1, separator = "" }\n',
                "Ann B-PER\nran O\n\nGo O\n",
                "lines",
                WORD,
            ),
            _own("universal", "data/train.conllu", 'task = "udpos"\n', CONLLU, "tsv", WORD),
            Door("derivations", "ccg/data/AUTO/02/wsj_0200.auto", ccg, seeds(AUTO), "lines", LEAVES, ("replicate.sources.ccg",)),
        ),
    ),
    Family(
        "squad",
        (
            _xtreme("squad", "squad/train-v1.1.json", "squad squad1 train en", "json", words=ANSWERS),
            _xtreme("unanswerable", "squad/train-v2.0.json", "squad squad2 train en", "json", words=ANSWERS),
            _xtreme("mlqa", MLQA, "squad mlqa dev de", "json", words=ANSWERS),
            _xtreme("tydiqa", TYDIQA, "tydiqa tydiqa train fi", "json", words=(*ANSWERS, "finnish-")),
            _xtreme("lareqa", "lareqa/xquad-r/de.json", "lareqa lareqa test de", "json", LAREQA, words=ANSWERS),
        ),
    ),
    Family(
        "sources",
        (
            _xtreme("pairs", "xnli/train-en.tsv", "pairs xnli train en", "tsv", words=("neutral", '""', '"')),
            _xtreme("translated", "xnli/translate-train/en-de-translated.tsv", "translated xnli train de", "tsv"),
            _xtreme("copa", "xcopa/val.it.jsonl", "copa xcopa dev it", "jsonl", words=("label", "idx", "choice1")),
            _xtreme("siqa", "siqa/socialIQa_v1.4_trn.jsonl", "siqa siqa train en", "jsonl", words=("correct", "A", "answerA")),
            _xtreme("bucc", BUCC[0], "bucc bucc2018 dev de", "lines", beside=BUCC[1:]),
            _xtreme("gold", BUCC[2], "bucc bucc2018 dev de", "lines", beside=BUCC[:2]),
            _xtreme("aligned", "tatoeba/de-en.de", "aligned tatoeba test de", "lines", beside=("tatoeba/de-en.en",)),
            Door(
                "toml",
                "own/source.toml",
                folder,
                seeds(SOURCE),
                "toml",
                ("csv", "tsv", "jsonl", "text", "{split}", "{x}", "**", "..", "label_from", "option0"),
                ("replicate.sources.entries", "replicate.sources.folder"),
                {
                    "own/data/validation-deu.csv": NLI.encode(),
                    "own/data/a.conll": b"1\tAnn\tx\tPROPN\n\n",
                    "own/data/en.txt": b"One.\n\nTwo.\n",
                },
            ),
            _own("csv", "data/train.csv", PAIRS, NLI, "csv"),
            _own("tsv", "data/train.tsv", PAIRS, NLI.replace(",", "\t"), "tsv"),
            _own("jsonl", "data/train.jsonl", PAIRS, '{"premise": "A", "hypothesis": "B", "gold": "e", "id": 1}\n', "jsonl"),
            _own("spans", "data/train.jsonl", 'task = "squad1"\n', SPANS, "jsonl", ANSWERS),
            _own(
                "choices",
                "data/train.jsonl",
                'task = "hellaswag"\ncolumns = { context = "c", options = "o", label = "l" }\n',
                '{"c": "A", "o": ["a", "b", "c", "d"], "l": 3}\n',
                "jsonl",
            ),
            _own(
                "words",
                "data/train.jsonl",
                'task = "panx"\n',
                '{"words": ["Ann", "ran"], "tags": ["B-PER", "O"]}\n{"words": "A b", "tags": [0, 1]}\n',
                "jsonl",
            ),
            _own("text", "data/train.txt", 'task = "text"\ndocument = "block"\n', "One.\nTwo.\n\nThree.\n"),
            _columns(),
            Door(
                "hub",
                "rows.jsonl",
                hub,
                seeds('{"premise": "A", "label": 1}\n{"premise": "B", "label": 0}\n', '[{"premise": "A", "label": 1}]'),
                "jsonl",
                (),
                ("replicate.sources.hub.read",),
            ),
        ),
    ),
)
