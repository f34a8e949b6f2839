"""Further tasks, as values: those that XTREME-R trains on, one after the other, before it evaluates XCOPA; and any of your own.

The paper has none of them. A new task is one more value in `TASKS`.
"""

from __future__ import annotations

from dataclasses import replace

from .intermediate import LEARNT, intermediate
from .task import Dataset, Task

SIQA = Dataset(
    "lighteval/siqa",
    {
        "context": "context",
        "question": "question",
        **{f"option{number}": f"answer{letter}" for number, letter in enumerate("ABC")},
        "label": "label",
        "label_from": "1",
    },
    LEARNT,
    revision="54c6a1f8cb6daf4f5abf24a601852612fb35eb25",
    languages=("en",),
    licence="CC BY 4.0",
    sizes={"train": 33_410, "dev": 1_954},
)
COPA = Dataset(
    "aps/super_glue",
    {"context": "premise", "question": "question", "option0": "choice1", "option1": "choice2", "label": "label", "id": "idx"},
    LEARNT,
    "copa",
    "3de24cf8022e94f4ee4b9d55a6f539891524d646",
    languages=("en",),
    licence="BSD 2-clause",
    sizes={"train": 400, "dev": 100},
)

TASKS: tuple[Task, ...] = (
    intermediate(
        "siqa",
        "SIQA",
        "choices",
        ("accuracy",),
        "a question on why people act as they do",
        choices=3,
        aliases=("socialiqa", "social iqa"),
        benchmark="XTREME-R",
        hub=(replace(SIQA, mirrors=(replace(SIQA, id="allenai/social_i_qa", revision=""),)),),
    ),
    intermediate(
        "copa",
        "COPA",
        "choices",
        ("accuracy",),
        "which is the cause, which the effect?",
        choices=2,
        benchmark="XTREME-R",
        hub=(COPA,),
    ),
)
