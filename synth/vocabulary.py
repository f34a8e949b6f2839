"""Names that papers and reports use, and what they name: tasks, models, metrics, languages, averages, ways of training.

A name is found whole or not at all: case, hyphens and spaces do not count, and a slip of the pen counts only in a long name
that is near to one thing and to nothing else. What a name may mean twice ('XLM-R' without a size) stays open.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from replicate import languages, results, tasks

TASK, MODEL, METRIC, LANGUAGE, AVERAGE, SYSTEM, SPLIT, BENCHMARK = (
    "task", "model", "metric", "language", "average", "system", "split", "benchmark",
)  # fmt: skip
KINDS = (TASK, MODEL, METRIC, LANGUAGE, AVERAGE, SYSTEM, SPLIT, BENCHMARK)


@dataclass(frozen=True)
class Name:
    """One thing that a text may name: its kind and its id. `open` holds the ids between which a name does not decide."""

    kind: str
    id: str
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A name in a text: `text[start:end]` names it; `near` marks a spelling that is not one of its own."""

    name: Name
    start: int
    end: int
    text: str
    near: bool = False


# Further names of the tasks; ids, titles and the aliases of the tasks themselves are names already.
TASK_NAMES: dict[str, tuple[str, ...]] = {
    "anli+": ("ANLI plus", "ANLI + MNLI + SNLI"),
    "mnli": ("MultiNLI", "Multi-NLI", "Multi-Genre NLI"),
    "qqp": ("Quora Question Pairs", "Quora"),
    "squad1": ("SQuAD 1", "SQuAD v1", "SQuAD 1.1"),
    "squad2": ("SQuAD 2", "SQuAD v2", "SQuAD 2.0"),
    "hellaswag": ("Hella Swag",),
    "ccg": ("CCGbank", "CCG supertagging", "CCG tagging"),
    "cosmosqa": ("CosmosQA",),
    "csqa": ("Commonsense QA", "CommonsenseQA 1.11", "CSQA"),
    "xnli": ("Cross-lingual NLI", "Cross-lingual Natural Language Inference"),
    "pawsx": ("PAWSX",),
    "udpos": ("UD-POS", "UDPOS", "Part-of-speech tagging", "POS tagging", "Universal Dependencies POS"),
    "panx": ("PANX", "NER (WikiAnn)", "WikiANN NER", "Named entity recognition", "PAN-X NER"),
    "mlqa": ("Multilingual QA",),
    "tydiqa": ("TyDiQA", "TyDi QA", "TyDiQA GoldP", "TyDi QA-GoldP", "TyDiQA-GP", "TyDi-QA", "TyDi QA GoldP"),
    "bucc2018": ("BUCC 2018", "BUCC2018"),
    "tatoeba": (),
    "xcopa": (),
    "lareqa": ("XQuAD-R", "LAReQA (XQuAD-R)"),
    "mewslix": ("MewsliX",),
    "siqa": ("Social IQA", "SocialIQa", "Social-IQA"),
}
# Models by their ids at the hub. A name with several ids does not say which.
MODEL_NAMES: dict[str, tuple[str, ...]] = {
    "FacebookAI/xlm-roberta-large": (
        "XLM-R Large",
        "XLM-RoBERTa Large",
        "XLM-R-Large",
        "XLMR-Large",
        "XLM-R L",
        "XLM-RL",
        "XLM-R_Large",
        "XLMR Large",
    ),
    "FacebookAI/xlm-roberta-base": (
        "XLM-R Base",
        "XLM-RoBERTa Base",
        "XLM-R-Base",
        "XLMR-Base",
        "XLM-R B",
        "XLM-RB",
        "XLMR Base",
    ),
    "google-bert/bert-base-multilingual-cased": (
        "mBERT",
        "M-BERT",
        "Multilingual BERT",
        "mBERT Base",
        "BERT-multilingual",
        "mBERT-Base",
    ),
    "FacebookAI/xlm-mlm-100-1280": ("XLM-100", "XLM-MLM-100", "XLM (100)"),
    "FacebookAI/xlm-mlm-tlm-xnli15-1024": ("XLM (MLM+TLM)", "XLM-15", "XLM MLM+TLM"),
    "google/mt5-small": ("mT5-Small", "mT5 Small"),
    "google/mt5-base": ("mT5-Base", "mT5 Base"),
    "google/mt5-large": ("mT5-Large", "mT5 Large"),
    "google/mt5-xl": ("mT5-XL", "mT5 XL", "mT5 3B"),
    "google/mt5-xxl": ("mT5-XXL", "mT5 XXL", "mT5 13B"),
    "microsoft/infoxlm-base": ("InfoXLM Base", "InfoXLM-Base"),
    "microsoft/infoxlm-large": ("InfoXLM Large", "InfoXLM-Large"),
    "google/rembert": ("RemBERT",),
    "MMTE": ("MMTE",),
    "google-bert/bert-large-cased": ("BERT Large", "BERT-Large"),
    "google-bert/bert-base-cased": ("BERT Base", "BERT-Base"),
    "FacebookAI/roberta-large": ("RoBERTa Large", "RoBERTa-Large"),
    "FacebookAI/roberta-base": ("RoBERTa Base", "RoBERTa-Base"),
    "xlnet/xlnet-large-cased": ("XLNet Large", "XLNet-Large"),
    "xlnet/xlnet-base-cased": ("XLNet Base", "XLNet-Base"),
    "nano": ("nano",),
}
OPEN_MODELS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("FacebookAI/xlm-roberta-base", "FacebookAI/xlm-roberta-large"): ("XLM-R", "XLM-RoBERTa", "XLMR", "XLM-Roberta"),
    ("google/mt5-small", "google/mt5-base", "google/mt5-large", "google/mt5-xl", "google/mt5-xxl"): ("mT5",),
    ("FacebookAI/xlm-mlm-100-1280", "FacebookAI/xlm-mlm-tlm-xnli15-1024"): ("XLM",),
    ("microsoft/infoxlm-base", "microsoft/infoxlm-large"): ("InfoXLM",),
    ("google-bert/bert-base-cased", "google-bert/bert-large-cased"): ("BERT",),
    ("FacebookAI/roberta-base", "FacebookAI/roberta-large"): ("RoBERTa",),
    ("xlnet/xlnet-base-cased", "xlnet/xlnet-large-cased"): ("XLNet",),
}
METRIC_NAMES: dict[str, tuple[str, ...]] = {
    "accuracy": ("accuracy", "acc", "acc."),
    "f1": ("F1", "F1 score", "F-1", "F1-score"),
    "em": ("EM", "exact match"),
    "map20": ("mAP@20", "mAP 20", "MAP@20"),
}
AVERAGE_NAMES: dict[str, tuple[str, ...]] = {
    results.AVERAGE: ("average", "avg", "avg.", "mean", "macro average", "overall", "XTREME average", "XTREME score"),
    results.WITHOUT_RETRIEVAL: (
        "average without retrieval",
        "avg. without retrieval",
        "average w/o retrieval",
        "avg. w/o retrieval",
    ),
}
SYSTEM_NAMES: dict[str, tuple[str, ...]] = {
    results.BASELINE: (
        "baseline",
        "no intermediate training",
        "no intermediate task",
        "without intermediate training",
        "w/o STILTs",
    ),
    "multi": ("multi-task", "multitask", "multi-task training", "MTL", "all tasks", "multi-task learning", "multi"),
    "best": ("best models", "best model", "best per target", "best intermediate"),
    "no mlm": ("without MLM", "w/o MLM", "no MLM"),
    "mlm": ("MLM", "masked language modeling", "masked language modelling", "+ MLM", "w/ MLM", "with MLM"),
}
SPLIT_NAMES: dict[str, tuple[str, ...]] = {
    "dev": (
        "dev",
        "development",
        "development set",
        "dev set",
        "development sets",
        "dev sets",
        "validation",
        "validation set",
        "valid",
    ),
    "test": ("test", "test set", "test sets", "test data", "held-out test"),
    "train": ("training set", "train set", "training sets"),
}
BENCHMARK_NAMES = {"XTREME": ("XTREME",), "XTREME-R": ("XTREME-R", "XTREMER"), "GLUE": ("GLUE",), "SuperGLUE": ("SuperGLUE",)}
LANGUAGE_NAMES = {
    "zh": ("Mandarin", "zh-CN", "Chinese (Mandarin)"),
    "el": ("Modern Greek",),
    "fa": ("Farsi",),
    "jv": ("jw",),
    "he": ("iw",),
}
SHORTEST = 6  # letters that a name has to have before a slip of the pen is borne
LIKE, APART = 90.0, 8.0  # rapidfuzz's ratio with the nearest name, and how much nearer it is than anything else


@functools.lru_cache(maxsize=1 << 16)  # the words of a sentence are asked for again and again
def key(text: str) -> str:
    """What two spellings of a name share: letters and digits without case, marks that tell names apart kept."""
    plain = unicodedata.normalize("NFKC", text.replace("\u2212", "-")).casefold()
    return re.sub(r"[^\w+@]|_", "", plain)


@functools.cache
def names() -> dict[str, tuple[Name, ...]]:
    """Every name by its key; a key may name things of several kinds."""
    found: dict[str, dict[Name, None]] = {}

    def add(spelled: Iterable[str], name: Name) -> None:
        for one in spelled:
            if key(one):
                found.setdefault(key(one), {})[name] = None

    for task in tasks.TASKS.values():
        # 'ner', 'pos' and 'text' as ids of their own are words of the field, and names of the tasks.
        add((task.id, task.title, *task.aliases, *TASK_NAMES.get(task.id, ())), Name(TASK, task.id))
    for id, spelled in MODEL_NAMES.items():
        add((*spelled, id, id.split("/")[-1]), Name(MODEL, id))
    for ids, spelled in OPEN_MODELS.items():
        add(spelled, Name(MODEL, "", ids))
    for kind, table in (
        (METRIC, METRIC_NAMES), (AVERAGE, AVERAGE_NAMES), (SYSTEM, SYSTEM_NAMES), (SPLIT, SPLIT_NAMES),
        (BENCHMARK, BENCHMARK_NAMES),
    ):  # fmt: skip
        for id, spelled in table.items():
            add(spelled, Name(kind, id))
    for language in languages.languages().values():
        add((language.name, *LANGUAGE_NAMES.get(language.code, ())), Name(LANGUAGE, language.code))
    return {one: tuple(mine) for one, mine in found.items()}


@functools.cache
def codes() -> dict[str, Name]:
    """The codes of languages, which are names only where nothing but languages is expected: 'is' and 'no' are words too."""
    return {code: Name(LANGUAGE, code) for code in languages.languages()}


def find(text: str, kind: str = "") -> tuple[Name, ...]:
    """What a whole text names, in any spelling that is its own; nothing where it names more than one thing of a kind."""
    there = tuple(one for one in names().get(key(text), ()) if kind in ("", one.kind))
    if not there and kind == LANGUAGE and text.strip().lower() in codes():
        return (codes()[text.strip().lower()],)
    return there


@functools.lru_cache(maxsize=1 << 14)  # the words of a label are asked for again and again
def near(text: str, kind: str = "") -> tuple[Name, ...]:
    """As `find`, and where nothing has that name, what a slip of the pen may have meant: one long name and no other near it."""
    there = find(text, kind)
    wanted = key(text)
    if there or len(wanted) < SHORTEST or any(one.isdigit() for one in wanted):
        return there
    from rapidfuzz import fuzz, process

    best = process.extract(wanted, _long(kind), scorer=fuzz.ratio, limit=5, score_cutoff=LIKE - APART)
    if not best or best[0][1] < LIKE:
        return ()
    first = _of(best[0][0], kind)
    rivals = [one for one, score, _ in best[1:] if best[0][1] - score < APART and set(_of(one, kind)) != set(first)]
    return () if rivals else first


@functools.cache
def _long(kind: str) -> tuple[str, ...]:
    """The keys of a kind that are long enough for a slip of the pen."""
    return tuple(one for one in names() if len(one) >= SHORTEST - 1 and _of(one, kind))


def _of(one: str, kind: str) -> tuple[Name, ...]:
    return tuple(name for name in names()[one] if kind in ("", name.kind))


WORD = re.compile(r"[^\W_]+(?:[.@+][^\W_]+)*\+?")


def mentions(text: str, kinds: Sequence[str] = KINDS, slips: bool = False) -> tuple[Found, ...]:
    """The names in a text, the longest first at every place and none inside another: 'XLM-R Large' is not 'XLM' too."""
    words = list(WORD.finditer(text))
    joined = [_joined(text[one.end() : two.start()]) for one, two in itertools.pairwise(words)]
    plain = text.isascii() and not slips
    found, place = list[Found](), 0
    while place < len(words):
        for last in reversed(_ends(text, words, joined, place, plain)):
            start, end = words[place].start(), words[last - 1].end()
            spelled = text[start:end]
            there = [one for one in (near(spelled) if slips else find(spelled)) if one.kind in kinds]
            there = [one for one in there if not _common(spelled, one)]
            if there:
                found += [Found(one, start, end, spelled, not find(spelled)) for one in there]
                place = last
                break
        else:
            place += 1
    return tuple(found)


def _ends(text: str, words: Sequence[re.Match[str]], joined: Sequence[bool], place: int, plain: bool) -> list[int]:
    """How many words a name may take that begins with this one: up to six that stand close enough.

    Of `plain` text those that no name begins with are left out at once: longer spellings have longer keys.
    """
    found, start = list[int](), words[place].start()
    for last in range(place + 1, min(len(words), place + 6) + 1):
        if last > place + 1 and not joined[last - 2]:
            break
        if plain and key(text[start : words[last - 1].end()]) not in _beginnings():
            break
        found.append(last)
    return found


@functools.cache
def _beginnings() -> frozenset[str]:
    """What the keys of names begin with."""
    return frozenset(one[:length] for one in names() for length in range(len(one) + 1))


def _joined(gap: str) -> bool:
    """Whether what is between two words lets them be one name."""
    return len(gap.strip()) <= 1 and not any(mark in gap for mark in "\n;:,")


def _common(spelled: str, name: Name) -> bool:
    """Words that are names in capitals only: 'em' and 'pos' in a sentence are none."""
    return len(spelled) <= 4 and spelled.islower() and name.kind in (TASK, METRIC) and spelled not in ("acc", "f1")


def title(name: Name) -> str:
    """What people call a thing."""
    if name.kind == TASK:
        return tasks.TASKS[name.id].title
    if name.kind == LANGUAGE:
        return languages.languages()[name.id].name
    return " or ".join(name.open) if name.open else name.id
