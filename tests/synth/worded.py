"""A paper, a few abstracts and what they say, as a claim's check finds them: what the tests of the source's words look at."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from synth.checks import words
from synth.checks.hand import Hand
from synth.evidence import build, index
from synth.reading import pages
from synth.records import Claim, Question

ASKED = Question("q", "Does it help?", "", (), 0.5, ())
PAPER = """Intermediate Tasks in Many Languages

Abstract

Intermediate training on SQuAD raises the average by 8.3 points over no intermediate training. Training on MNLI, HellaSwag, and
CCG yields gains of 6.1, 7.9, and 2.4 points, respectively. XNLI does not benefit from intermediate training.

1 Results

We evaluate XLM-R Large on nine target tasks in 40 languages. On TyDiQA, F1 improves by 4.2 points, but accuracy on PAWS-X falls
by 1.1 points. HellaSwag outperforms CosmosQA on most target tasks. Longer training may help the retrieval tasks. BUCC gains more
than Tatoeba from every intermediate task. Does it help every language? We annotate a small corpus of dialogues. This corpus holds
512 dialogues.

2 Related Work

Earlier work finds that QQP raises accuracy on PAWS-X by 9.9 points.

References

Someone. 2019. CommonsenseQA improves XCOPA by 3.3 points.
"""
SUPPORTED = (
    "Intermediate training on SQuAD raises the average by 8.3 points.",
    "Training on HellaSwag yields gains of 7.9 points.",
    "XNLI does not benefit from intermediate training.",
    "XLM-R Large is evaluated on nine target tasks in 40 languages.",
    "On TyDiQA, F1 improves by 4.2 points.",
    "Accuracy on PAWS-X falls by 1.1 points.",
    "BUCC gains more than Tatoeba from every intermediate task.",
)
ABSTRACTS = {
    "tea": ("Tea and sleep", ["We followed 300 adults for a year.", "Green tea increased the length of sleep in older adults.",
                              "Coffee had no effect on sleep.", "Lack of exercise was associated with worse sleep."]),
    "bees": ("Bees in towns", ["Bees visited town gardens more often than fields.", "Pesticides reduced the number of bees."]),
}  # fmt: skip


class Here:
    """A reader of papers without its process."""

    __enter__ = __exit__ = lambda self, *_: self
    read = staticmethod(pages.read)


@contextmanager
def read_here(cache):
    """Papers are read in this process, and what is made of them is kept in a folder of the test's own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(cache))
        patched.setattr(build, "Reader", Here)
        yield


def shelf(folder, **texts):
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return Hand(index=index.open(folder))


def at_hand(folder):
    """The paper, the abstracts, and a paper that is too long to be labelled as one."""
    lines = [json.dumps({"doc_id": id, "title": title, "abstract": body}) for id, (title, body) in ABSTRACTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    (folder / "2005.13013v1.txt").write_text(PAPER)
    (folder / "long.txt").write_text("Tea helps people sleep. " * 60)
    return Hand(index=index.open(folder))


def verdict(text, hand, paper="2005.13013v1", cut=False):
    return words.check(Claim("one", text, paper, cut=cut), ASKED, hand)
