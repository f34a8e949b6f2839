"""`xtreme:DIR`: the folder that XTREME's own scripts/download_data.sh leaves, or a part of it, or raw forms of its files.

`layout.py` says which files hold which part, `sentences.py`, `questions.py` and `retrieval.py` read them, `text.py` takes
monolingual text out of all of them. XTREME removes the labels of its test sets; such files serve as text alone, and asking for
their examples says where labels are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ... import languages, tasks
from ...problems import Problem, unknown
from ...tasks.task import Task
from .. import ccg, digests
from .. import source as interface
from ..examples import Examples
from . import layout, questions, retrieval, sentences, text

VERSION = "1"  # enters the fingerprint: raise it when the same files are read as other examples
READERS: dict[str, Callable[[layout.Place, Task, str, str, int | None], Examples]] = {
    "pairs": sentences.pairs,
    "translated": sentences.translated,
    "tags": sentences.tags,
    "wikiann": sentences.wikiann,
    "conllu": sentences.conllu,
    "squad": questions.squad,
    "tydiqa": questions.tydiqa,
    "copa": questions.copa,
    "siqa": questions.siqa,
    "aligned": retrieval.aligned,
    "bucc": retrieval.bucc,
    "lareqa": retrieval.lareqa,
}
SPLITS = ("train", "dev", "test")
HEAD = 1 << 16  # bytes that are looked at to see whether a file has labels
FIRST_ANSWER = re.compile(rb'"answers"\s*:\s*\[\s*\{[^{}]*?"text"\s*:\s*"(.?)', re.DOTALL)
HUB = "take the hub (--source xtreme:DIR,hub)"
WHENCE = {
    "lareqa": "XTREME's scripts/download_lareqa_data.sh leaves it there",
    "squad2": "XTREME's own download has SQuAD v1.1 alone: put the original file there",
}
SCRIPT = "XTREME's scripts/download_data.sh leaves it there"


def source(folder: Path) -> interface.Source:
    """The folder, ready to be read. What lies in it is looked up once, here."""
    tree = layout.scan(folder)
    if not tree.names:
        inner = folder / "download"
        near = f"; did you mean {inner}?" if inner.is_dir() else ""
        raise Problem(f"{folder} has none of the folders of XTREME's download ({', '.join(sorted(layout.KNOWN))}){near}")

    def missing(task: str, split: str, language: str, translated: bool = False) -> str:
        found = _place(tree, *_asked(task, split, language), translated)
        return found if isinstance(found, str) else ""

    def examples(task: str, split: str, language: str, limit: int | None = None, translated: bool = False) -> Examples:
        asked, split, code = _asked(task, split, language)
        if asked.kind == "text":
            raise Problem(f"{asked.title} has no examples but documents, one language after the other")
        place = _place(tree, asked, split, code, translated)
        if isinstance(place, str):
            raise Problem(f"{folder}: {place}")
        if place.form == "ccg":
            return ccg.read(place.files[0], split, limit)
        found = READERS[place.form](place, asked, split, code, limit)
        if not found.rows and limit != 0:
            why = "; ".join(f"{count} of: {reason}" for reason, count in found.skipped.items())
            raise Problem(f"{place.files[0]}: no example of {asked.id}{f' ({why})' if why else ''}")
        return Examples(found.rows, found.skipped, (*place.notes, *found.notes))

    def fingerprint(task: str, split: str, language: str, translated: bool = False) -> str:
        asked, split, code = _asked(task, split, language)
        if asked.id == "text":
            held = [(place.form, name) for place in text.found(tree, code) for name in place.names] if split == "train" else []
        else:
            place = _place(tree, asked, split, code, translated)
            if isinstance(place, str):
                return ""
            if place.form == "ccg":
                return ccg.fingerprint(place.files[0], split)
            held = [(place.form, name) for name in place.names]
        words = [word for form, name in held for word in (form, digests.digest(folder / name))]
        # Without task and split: a set that serves two of them (TyDiQA's dev and test) is one set, and told as one.
        read = "train" if split == "train" else "held out"
        return digests.together(VERSION, asked.kind, read, code, *words) if words else ""

    def documents(language: str) -> Iterator[str]:
        code = languages.find(language).code
        if why := missing("text", "train", code):
            raise Problem(f"{folder}: {why}")
        return text.documents(tree, code)

    def labels(task: str) -> tuple[str, ...]:
        found = tasks.find(task)
        return ccg.supertags(folder / "ccg") if found.id == "ccg" else found.labels

    return interface.Source(
        id="xtreme",
        world="real",
        pivot=languages.PIVOT,
        languages=tree.languages,
        examples=examples,
        text=documents,
        labels=labels,
        missing=missing,
        fingerprint=fingerprint,
        name=f"xtreme:{folder}",
    )


def _asked(task: str, split: str, language: str) -> tuple[Task, str, str]:
    if split not in SPLITS:
        raise unknown("split", split, SPLITS)
    return tasks.find(task), split, languages.find(language).code


def _place(tree: layout.Tree, task: Task, split: str, language: str, translated: bool) -> layout.Place | str:
    """The files that hold a part, or in one line why there are none and what to do."""
    translated = translated and language != languages.PIVOT  # nothing is translated into it
    if task.kind == "text":
        return _text(tree, task, split, language)
    if task.id == "ccg":
        why = ccg.missing(tree.root / "ccg", split) if language == languages.PIVOT else f"{task.title} is in English alone"
        return why or layout.Place("ccg", tree.root, ("ccg",))
    faults = []
    for place in layout.places(tree, task.id, split, language, translated):
        if not (fault := _fault(place, task)):
            return place
        faults.append(fault)
    return faults[0] if faults else _absent(tree, task, split, language, translated)


def _text(tree: layout.Tree, task: Task, split: str, language: str) -> layout.Place | str:
    if task.id != "text" or split != "train":
        return f"XTREME's folder has the text of its own files alone, for training; for {task.title} ({split}) {HUB}"
    found = text.found(tree, language)
    return found[0] if found else f"none of the files in {tree.root.name} has text in {language}"


def _absent(tree: layout.Tree, task: Task, split: str, language: str, translated: bool) -> str:
    """Why no pattern of the layout matches."""
    pivot = language == languages.PIVOT
    if task.id not in layout.PATTERNS:
        return f"{task.title} is not in XTREME's download; {HUB}, or a folder of your own (folder:DIR)"
    if task.kind == "retrieval" and split == "train":
        return f"{task.title} has no training data; retrieval tasks are evaluated only"
    if task.kind == "retrieval" and pivot and task.id != "lareqa":
        return f"{task.title} pairs other languages with English; there is none for English itself"
    if task.role == "target" and not translated and not pivot and language not in (*task.languages, *task.wider):
        return f"{task.title} is not in {languages.find(language).name}"
    paths = next((paths for _, paths in layout.wanted(task.id, split, language, translated)), ())
    lacking = next((path for path in paths if path not in tree.names), "")
    if lacking and translated:
        return f"no {lacking} in {tree.root.name}; XTREME hands out translations apart from its download (xtreme_translations)"
    if lacking:
        hub = f"; or {HUB}" if split not in task.absent and any(split in one.splits for one in task.hub) else ""
        return f"no {lacking} in {tree.root.name}; {WHENCE.get(task.id, SCRIPT)}{hub}"
    if split == "train" and not translated and layout.PATTERNS[task.id].get("train"):
        return f"{task.title} has training data in English alone; in {languages.find(language).name} at most translations"
    return task.absent.get(split) or f"{task.title} has no {split} set in XTREME{' (translated)' if translated else ''}"


def _fault(place: layout.Place, task: Task) -> str:
    """Why these files cannot be read as examples, by a look at their beginning; empty where nothing speaks against it."""
    name = place.names[0]
    if place.form == "unpaired":
        return (
            f"{name} has no gold pairs: XTREME removes those of its test sets; put the original files there "
            f"(tatoeba.deu-eng.deu and .eng of LASER, de-en.training.gold of BUCC), or {HUB}"
        )
    with place.files[0].open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        return f"{name} is empty"
    first = next((line for line in head.splitlines() if line.strip() and not line.startswith(sentences.DOCUMENT.encode())), b"")
    gone = {
        "pairs": first.count(b"\t") == 1,
        "tags": b"\t" not in first,
        "squad": not task.unanswerable and bool((answer := FIRST_ANSWER.search(head)) and answer[1] == b'"'),
        "copa": first.startswith(b"{") and b'"label"' not in first,
    }
    return sentences.removed(name) if gone.get(place.form) else ""
