"""Multilingual text for masked language modelling, as values: what the paper mixes into intermediate training."""

from __future__ import annotations

from typing import Any

from . import xtreme
from .task import Dataset, Task

# A language with n sentences is drawn in proportion to n ** ALPHA: the smaller ones more often than their share.
ALPHA = 0.3
SAMPLED = f"languages sampled with alpha {ALPHA}, as in the paper"
# XTREME's 40: the languages of the paper's MLM.
LANGUAGES = tuple(sorted({code for task in xtreme.TASKS if task.benchmark == "XTREME" for code in task.languages}))


def _text(id: str, title: str, about: str, **more: Any) -> Task:
    return Task(id, title, "text", "text", (), about=about, languages=LANGUAGES, **more)


TASKS = (
    _text(
        "wikipedia",
        "Wikipedia",
        f"articles of Wikipedia; {SAMPLED}",
        aliases=("wiki",),
        hub=(
            Dataset(
                "wikimedia/wikipedia",
                {"text": "text", "id": "id"},
                {"train": "train"},
                "20231101.{language}",
                "b04c8d1ceb2f5cd4588862100d08de323dccfbaa",
                languages=LANGUAGES,
                licence="CC BY-SA 3.0, GFDL",
                doubt="of 2023-11-01; the paper's dump is of 2020-04-14 and on no known hub set",
            ),
        ),
    ),
    _text(
        "mc4",
        "mC4",
        f"pages of the web; {SAMPLED}",
        aliases=("c4",),
        hub=(
            Dataset(
                "allenai/c4",
                {"text": "text"},
                {"train": "train", "dev": "validation"},
                "{language}",
                "1588ec454efa1a09f29cd18ddd04fe05fc8653a2",
                languages=LANGUAGES,
                codes={"he": "iw", "tl": "fil"},
                licence="ODC-BY, Common Crawl's terms",
                doubt="its files are multilingual/c4-LANGUAGE.tfrecord-*.json.gz; hundreds of GiB: read it as a stream",
            ),
        ),
    ),
    _text(
        "text",
        "Local text",
        f"text files of your own; {SAMPLED}",
        aliases=("local text",),
        unavailable="the text is yours: name its folder as --source folder:DIR",
    ),
)
