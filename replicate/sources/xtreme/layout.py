"""Which files of the folder hold which part: the layout that XTREME's scripts/download_data.sh leaves, and raw forms.

Each task has patterns by split; the first one that is there, and has labels, wins. A pattern is the form of the file (the
readers in `__init__.py` know them) and the files that are read together. `{l}` is a language's code, `{n}` its English name,
`{t}` Tatoeba's code of it; a pattern with none of them serves English alone. A file that is there in part, such as
`train-en.first20k.tsv`, stands in for the whole and is noted as such.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ... import languages
from ...languages import PIVOT
from ...tasks import treebanks
from ...tasks.xtreme import TATOEBA, TATOEBA_WIDER, TYDIQA

NLI_TRANSLATED = (
    "translated xnli/translate-train/en-{l}-translated.tsv",
    "translated xnli/XNLI-Translated/en-{l}-translated.tsv",
    "pairs xnli/train-{l}.tsv",
)
COPA = {
    "train": ("copa xcopa/train.en.jsonl", "copa xcopa/train-en.jsonl", "copa xcopa/copa-en/train-en.jsonl"),
    "dev": ("copa xcopa/val.en.jsonl", "copa xcopa/val-en.jsonl", "copa xcopa/copa-en/val-en.jsonl"),
    "test": ("copa xcopa/test.en.jsonl", "copa xcopa/test-en.jsonl", "copa xcopa/copa-en/test-en.jsonl"),
}
TYDIQA_DEV = (
    "squad tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.goldp.{l}.dev.json",
    "squad tydiqa/tydiqa.goldp.{l}.dev.json",
    "squad tydiqa/tydiqa-goldp-v1.1-dev/tydiqa-goldp-dev-{n}.json",
    "tydiqa tydiqa/tydiqa-goldp-v1.1-dev.json",
)


def _held_out(form: str, pattern: str) -> dict[str, tuple[str, ...]]:
    return {split: (f"{form} {pattern.replace('{split}', split)}",) for split in ("dev", "test")}


def _tagged(*patterns: str) -> dict[str, tuple[str, ...]]:
    return {split: tuple(one.replace("{split}", split) for one in patterns) for split in ("train", "dev", "test")}


def _mined(split: str, name: str) -> str:
    base = f"bucc2018/{{l}}-en{'/{l}-en' if name in ('training', 'sample') else ''}.{name}"
    return f"{'bucc' if split else 'unpaired'} {base}.{{l}} {base}.en{f' {base}.gold' if split else ''}"


PATTERNS: dict[str, dict[str, tuple[str, ...]]] = {
    "xnli": {
        "train": ("pairs xnli/train-en.tsv",),
        **_held_out("pairs", "xnli/{split}-{l}.tsv"),
        "translated train": NLI_TRANSLATED,
    },
    "mnli": {
        "train": ("pairs xnli/train-en.tsv",),
        "dev": ("pairs xnli/dev-en.tsv",),  # XNLI's own, written in English as MNLI's
        "translated train": NLI_TRANSLATED,
        "translated dev": ("pairs xnli/dev-{l}.tsv",),  # XNLI's, translated by people
    },
    "pawsx": {
        "train": ("pairs pawsx/train-en.tsv",),
        **_held_out("pairs", "pawsx/{split}-{l}.tsv"),
        "translated dev": ("pairs pawsx/dev-{l}.tsv",),
        "translated train": (
            "pairs pawsx/train-{l}.tsv",  # PAWS-X's own training data in other languages is machine translation
            "translated pawsx/translate-train/en-{l}-translated.tsv",
            "translated pawsx/translated/en-{l}-translated.tsv",
        ),
    },
    "udpos": _tagged("tags udpos/{split}-{l}.tsv", "conllu"),
    "panx": _tagged(
        "tags panx/{split}-{l}.tsv", "wikiann panx_dataset/{l}-{split}", "wikiann panx/{l}-{split}", "wikiann panx/{l}/{split}"
    ),
    "squad1": {
        "train": ("squad squad/train-v1.1.json",),
        "dev": ("squad squad/dev-v1.1.json",),
        "translated dev": (
            "squad squad/translate-dev/squad.translate.dev.en-{l}.json",
            "squad mlqa/mlqa-translate-train/{l}_squad-translate-train-dev-v1.1.json",
        ),
        "translated train": (
            "squad squad/translate-train/squad.translate.train.en-{l}.json",
            "squad squad/squad.translate.train.en-{l}.json",
            "squad mlqa/mlqa-translate-train/{l}_squad-translate-train-train-v1.1.json",
        ),
    },
    "squad2": {
        "train": ("squad squad/train-v2.0.json", "squad squad2/train-v2.0.json"),
        "dev": ("squad squad/dev-v2.0.json", "squad squad2/dev-v2.0.json"),
    },
    "xquad": {"test": ("squad xquad/xquad.{l}.json",)},
    "mlqa": {
        split: tuple(
            f"squad mlqa/{folder}{split}-context-{{l}}-question-{{l}}.json" for folder in (f"MLQA_V1/{split}/", f"{split}/", "")
        )
        for split in ("dev", "test")
    },
    "tydiqa": {
        "train": (
            "squad tydiqa/tydiqa-goldp-v1.1-train/tydiqa.goldp.{l}.train.json",
            "squad tydiqa/tydiqa-goldp-v1.1-train/tydiqa.{l}.train.json",
            "squad tydiqa/tydiqa.goldp.{l}.train.json",
            "tydiqa tydiqa/tydiqa-goldp-v1.1-train/tydiqa-goldp-v1.1-train.json",
            "tydiqa tydiqa/tydiqa-goldp-v1.1-train.json",
        ),
        "dev": TYDIQA_DEV,
        "test": TYDIQA_DEV,
        "translated train": (
            "squad tydiqa/translate-train/tydiqa.translate.train.en-{l}.json",
            "squad tydiqa/tydiqa.translate.train.en-{l}.json",
        ),
    },
    "bucc2018": {
        "dev": (_mined("dev", "dev"), _mined("dev", "sample")),
        "test": (_mined("test", "test"), _mined("test", "training"), _mined("", "test")),
    },
    "tatoeba": {
        "test": (
            "aligned tatoeba/tatoeba.{t}-eng.{t} tatoeba/tatoeba.{t}-eng.eng",
            "unpaired tatoeba/{l}-en.{l} tatoeba/{l}-en.en",
        )
    },
    "xcopa": {
        "train": COPA["train"],
        "dev": ("copa xcopa/val.{l}.jsonl", "copa xcopa/val-{l}.jsonl", "copa xcopa/{l}/val.{l}.jsonl", *COPA["dev"]),
        "test": ("copa xcopa/test.{l}.jsonl", "copa xcopa/test-{l}.jsonl", "copa xcopa/{l}/test.{l}.jsonl", *COPA["test"]),
        "translated train": ("copa xcopa_translate_train/xcopa_{l}_translate_train.jsonl",),
    },
    "copa": {"train": COPA["train"], "dev": COPA["dev"]},
    "siqa": {
        split: tuple(f"siqa siqa/{folder}socialIQa_v1.4_{name}.jsonl" for folder in ("", "socialIQa_v1.4/"))
        for split, name in {"train": "trn", "dev": "dev", "test": "tst"}.items()
    },
    "lareqa": {"test": ("lareqa lareqa/xquad-r/{l}.json",)},
}
KNOWN = {"ccg"} | {
    name.partition("/")[0] for splits in PATTERNS.values() for many in splits.values() for one in many for name in one.split()[1:]
}
FOLDERS = re.compile(r"UD_.+|ud-treebanks-.+|udpos-tmp")
DEPTH = 4
PART = re.compile(r"(?P<stem>.+)\.(?:(?:first|head|part|sample|small|mini|tiny|top)[^./]*|\d+[kK]?)(?P<suffix>\.\w+)")
TREEBANK = re.compile(r"(?:.*/)?(?P<language>[a-z]+)_[^/]*-ud-(?P<split>train|dev|test)[^/]*\.conllu")
RELEASE = re.compile(r"v(\d+\.\d+)/")


@dataclass(frozen=True)
class Place:
    """Files that hold a part, and the form they have. `names` are their paths below the folder."""

    form: str
    root: Path
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(self.root / name for name in self.names)


@dataclass(frozen=True)
class Tree:
    """What lies in the folder: its files, which of them is a part of which, and the treebanks by language and split.

    `languages` are those that any file is there for.
    """

    root: Path
    names: frozenset[str]
    parts: Mapping[str, str]
    treebanks: Mapping[tuple[str, str], tuple[str, ...]]
    languages: tuple[str, ...] = ()


def scan(root: Path) -> Tree:
    """The files in those folders below `root` that the layout knows."""
    names: list[str] = []
    for top in sorted(os.listdir(root)):
        if top not in KNOWN and not FOLDERS.fullmatch(top):
            continue
        for folder, inside, files in os.walk(root / top, followlinks=True):
            at = Path(folder).relative_to(root)
            inside[:] = sorted(inside) if len(at.parts) < DEPTH else []
            names += [f"{at.as_posix()}/{name}" for name in sorted(files)]
    parts: dict[str, str] = {}
    found: dict[tuple[str, str], list[str]] = {}
    for name in names:
        if match := PART.fullmatch(name):
            parts.setdefault(match["stem"] + match["suffix"], name)
        if match := TREEBANK.fullmatch(name):
            found.setdefault((match["language"], match["split"]), []).append(name)
    tree = Tree(root, frozenset(names), parts, {key: tuple(many) for key, many in found.items()})
    return replace(tree, languages=tuple(code for code in languages.languages() if _serves(tree, code)))


def _serves(tree: Tree, language: str) -> bool:
    if language == PIVOT and any(name.startswith(("tatoeba/", "bucc2018/", "ccg/")) for name in tree.names):
        return True
    for task, splits in PATTERNS.items():
        for key in splits:
            translated, _, split = key.rpartition(" ")
            if next(places(tree, task, split, language, bool(translated)), None):
                return True
    return False


def wanted(task: str, split: str, language: str, translated: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The form and the paths of every pattern of a part, in the order of preference."""
    code = {"l": language, "n": TYDIQA.get(language, ""), "t": {**TATOEBA, **TATOEBA_WIDER}.get(language, "")}
    for pattern in PATTERNS.get(task, {}).get(f"translated {split}" if translated else split, ()):
        form, *paths = pattern.split()
        asked = re.findall(r"{(.)}", pattern)
        if form == "tydiqa":
            serves = language in TYDIQA
        else:
            serves = all(code[one] for one in asked) if asked or form == "conllu" else language == PIVOT
        if serves:
            yield form, tuple(path.format(**code) for path in paths)


def places(tree: Tree, task: str, split: str, language: str, translated: bool) -> Iterator[Place]:
    """Where a part lies, in the order of preference; whether the files have labels is not looked at."""
    for form, paths in wanted(task, split, language, translated):
        if form == "conllu":
            found, release = conllu(tree, split, language)
            if found:
                yield Place(form, tree.root, found, (f"converted from Universal Dependencies {release}".rstrip(),))
            continue
        stand_ins = [name if name in tree.names else tree.parts.get(name, "") for name in paths]
        if not all(stand_ins):
            continue
        notes = [f"{new} is a part of {old}" for old, new in zip(paths, stand_ins, strict=True) if new != old]
        if form == "lareqa":  # candidates of all languages
            stand_ins += sorted(name for name in tree.names if re.fullmatch(r"lareqa/xquad-r/[a-z]+\.json", name))
        yield Place(form, tree.root, tuple(stand_ins), tuple(notes))


def conllu(tree: Tree, split: str, language: str) -> tuple[tuple[str, ...], str]:
    """The treebanks of a language in the order in which XTREME's script reads them, and their release; empty where there is none.

    Where several releases are there it is the one that XTREME takes: 2.5, and 2.7 for the languages of XTREME-R.
    """
    found: dict[str, dict[str, str]] = {}
    for name in tree.treebanks.get((language, split), ()):
        release = RELEASE.search(name)
        found.setdefault(release[1] if release else "", {}).setdefault(name.rpartition("/")[2], name)
    best = treebanks.LATER_RELEASE if language in treebanks.LATER else treebanks.RELEASE
    taken = best if best in found else min(found, default="")
    files = found.get(taken, {})
    return tuple(files[file] for file in sorted(files)), taken
