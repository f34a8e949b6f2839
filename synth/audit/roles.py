"""What the label of a row or a column says that it holds: an average, a total, a difference, a spread, a count, shares."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

AVERAGE, WEIGHTED, WHOLE, TOTAL, DELTA, RELATIVE, SPREAD, COUNT, SHARE, RANK = (
    "average", "weighted average", "whole", "total", "difference", "relative difference", "spread", "count", "share", "rank",
)  # fmt: skip
DERIVED = (AVERAGE, WEIGHTED, WHOLE, TOTAL, DELTA, RELATIVE, SPREAD)
# What may stand behind 'average' when it is one of its siblings; 'average length' is a measurement of its own.
_OF = (
    r"(?:\s*[-:]?\s*(?:score|scores|acc|acc\.|accuracy|f1|em|performance|perf\.?|result|results|all|overall|total|gain|points"
    r"|[ou]f all|over all|over tasks|over languages|[\u2191\u2193\u0394%]))*"
)
_WITH = r"(?:\s*\(.*\)|\s*\[.*\]|\s+(?:w/o|without|excl\.?|excluding|except|no|over|of|on|for|with|w/)\s.*)?"
_DELTA = "\u0394|\u2206|delta|diff(?:erence)?|gains?|impr?|improvement|change"
_COUNTED = (
    "examples|sentences|tokens|words|params|parameters|papers|documents|instances|samples|epochs|steps|layers|hours|years?"
    "|pages|annotators"
)
_ROLES: tuple[tuple[str, str], ...] = (
    ("", r"(?:avg|average|mean)\.? (?:of|over) (?:\d+|[a-z]+ )?\w* ?(?:runs|seeds|models|folds|trials|annotators)\b.*"),
    (WEIGHTED, r"(?:weighted|micro)[- ]?(?:avg|average|ave|mean)\b.*|micro(?:[- ]f1)?"),
    (AVERAGE, rf"(?:macro[- ]?)?(?:avg|average|averages|averaged|ave|mean)\.?{_OF}{_WITH}|macro"),
    (WHOLE, r"(?:all|overall)(?: (?:tasks|languages|sets|data ?sets|domains))?"),
    (TOTAL, rf"(?:grand |sub-?)?(?:total|totals|sum|\u03a3)\b(?: (?:number|count|of|size|{_COUNTED}).*)?"),
    (RELATIVE, rf"(?:rel\.?|relative) .*|(?:{_DELTA})\.? ?\(? ?(?:%|rel\.?)\)?.*|speed-?up"),
    (DELTA, rf"(?:abs(?:\.|olute)? )?(?:{_DELTA})\b\.?.*|\u0394.*|\u2206.*"),
    (SPREAD, r"(?:std|s\.?d|stdev|std\. ?dev|standard (?:deviation|error)|se|sem|var|variance|range|ci|95 ?% ci|\u03c3|\u00b1)\.?"
             r"(?: ?\(.*\))?|(?:min|max|median|minimum|maximum|percentile|p\d\d?|q[1-3]|[1-9]\d?th)\.?"),
    (COUNT, r"(?:#|no\. of|num\.?|number of|n of|count|counts|n\b|size|support|\|.*\|).*|.*(?:\s#|#\s).*"),
    (COUNT, rf".*\b(?:{_COUNTED})\b\.?.*"),
    (SHARE, r".*%.*|(?:percent|percentage|share|proportion|fraction|ratio|rate)\b.*"),
    (RANK, r"(?:rank|ranking|place|id|index|no\.?|fold|seed|year|k|layer|section)"),
)  # fmt: skip
_COMPILED = tuple((role, re.compile(pattern, re.I)) for role, pattern in _ROLES)
_BARE = re.compile(r"^[\s*_]+|(?<![\s*_:\u2191\u2193])[\s*_:\u2191\u2193]+$")
LOWER = re.compile(
    r"\u2193|\b(?:loss|losses|err|error|errors|error rate|perplexity|ppl|nll|bpc|bpb|wer|cer|ter|per|eer|fid|kid|mae|mse|rmse"
    r"|mape|rank|time|latency|seconds|secs|ms|memory|params|parameters|cost|flops|toxicity|lower is better)\b",
    re.I,
)
HIGHER = re.compile(
    r"\u2191|\b(?:acc|accuracy|f1|f-1|em|exact match|bleu|sacrebleu|rouge(?:-?[12l])?|meteor|chrf\+*|comet|auc|auroc|map|mrr|ndcg"
    r"|precision|recall|prec|rec|mcc|pearson|spearman|kappa|iou|score|r@\d+|p@\d+|hits?@\d+|las|uas|higher is better)\b",
    re.I,
)


@functools.lru_cache(maxsize=10_000)
def of_label(label: str) -> str:
    """The role that one label names; empty for a name of a system, a task, a language."""
    bare = _BARE.sub("", label)
    return next((role for role, pattern in _COMPILED if pattern.fullmatch(bare)), "")


def of_path(path: Sequence[str]) -> str:
    """The role of a whole header path: that of its nearest label that has one."""
    found = [role for one in reversed(path) if (role := of_label(one))]
    return next((role for role in found if role in DERIVED), found[0] if found else "")


def direction(texts: Sequence[str]) -> int:
    """1 where higher is better, -1 where lower is, 0 where the labels do not say or say both."""
    whole = " ".join(texts)
    if "\u2191" in whole or "\u2193" in whole:
        return ("\u2191" in whole) - ("\u2193" in whole)
    return bool(HIGHER.search(whole)) - bool(LOWER.search(whole))
