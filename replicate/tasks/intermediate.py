"""The paper's nine intermediate tasks, in English, as values.

The facts on the sets of the hub were read in stored copies of their cards, their files and the code that reads them;
`doubt` says what was not. Revisions are those that public code pins after the sets' move to Parquet.
"""

from __future__ import annotations

from typing import Any

from .task import Dataset, Task

NLI = ("entailment", "neutral", "contradiction")
INFERENCE = {"first": "premise", "second": "hypothesis", "label": "label"}
SQUAD = {"question": "question", "context": "context", "answers": "answers", "id": "id"}
LEARNT = {"train": "train", "dev": "validation"}  # sets that keep the labels of their test split to themselves

MULTI_NLI = Dataset(
    "nyu-mll/multi_nli",
    INFERENCE,
    {"train": "train", "dev": "validation_matched"},
    revision="da70db2af9d09693783c3320c4249840212ee221",
    languages=("en",),
    mirrors=(
        Dataset(
            "nyu-mll/glue",
            INFERENCE,
            {"train": "train", "dev": "validation_matched"},
            "mnli",
            "bcdcba79d07bc864c1c254ccfcedcce55bcc9a8c",
            languages=("en",),
        ),
    ),
    licence="CC BY 3.0, CC BY-SA 3.0, MIT and others, by genre",
    sizes={"train": 392_702, "dev": 9_815},
)
ANLI = Dataset(
    "facebook/anli",
    {**INFERENCE, "id": "uid"},
    {"train": "train_r1+train_r2+train_r3", "dev": "dev_r1+dev_r2+dev_r3", "test": "test_r1+test_r2+test_r3"},
    "plain_text",
    "8e4813d81f46d313dac7892e1c28076917cfcdf9",
    languages=("en",),
    licence="CC BY-NC 4.0",
    sizes={"train": 162_865, "dev": 3_200, "test": 3_200},
)
SNLI = Dataset(
    "stanfordnlp/snli",
    INFERENCE,
    LEARNT,
    "plain_text",
    "cdb5c3d5eed6ead6e5a341c8e56e669bb666725b",
    languages=("en",),
    licence="CC BY-SA 4.0",
    sizes={"train": 549_367, "dev": 9_842},
    doubt="sizes without the pairs that have no gold label (-1), as the paper counts them",
)
XNLI = Dataset(
    "facebook/xnli",
    INFERENCE,
    LEARNT,
    "{language}",
    "b8dd5d7af51114dbda02c0e3f6133f332186418e",
    languages=tuple("ar bg de el es fr hi ru sw th tr ur vi zh".split()),
    licence="CC BY-NC 4.0",
    sizes={"train": 392_702, "dev": 2_490},
    translated=True,
    doubt="the dev set is XNLI's, translated by people; the licence is the paper's, the card has none",
)
SQUAD_TRANSLATED = Dataset(
    "facebook/mlqa",
    SQUAD,
    LEARNT,
    "mlqa-translate-train.{language}",
    languages=tuple("ar de es hi vi zh".split()),
    licence="CC BY-SA 3.0",
    sizes={"train": 78_058, "dev": 9_512},
    translated=True,
    doubt="a loading script until 2025, so perhaps there as converted Parquet alone; sizes are of ar (train 76,285 to 84,816); "
    "answers were placed by the alignment of the translation",
)


def intermediate(id: str, title: str, kind: str, metrics: tuple[str, ...], about: str, **more: Any) -> Task:
    return Task(id, title, kind, "intermediate", metrics, train=id, languages=("en",), about=about, **more)


TASKS = (
    intermediate(
        "anli+",
        "ANLI+",
        "pairs",
        ("accuracy",),
        "does the first sentence entail the second? with adversarial pairs",
        labels=NLI,
        aliases=("anli", "anliplus"),
        hub=(ANLI, MULTI_NLI, SNLI),
    ),
    intermediate(
        "mnli",
        "MNLI",
        "pairs",
        ("accuracy",),
        "does the first sentence entail the second?",
        labels=NLI,
        hub=(MULTI_NLI, XNLI),
    ),
    intermediate(
        "qqp",
        "QQP",
        "pairs",
        ("accuracy",),
        "do two questions ask the same?",
        labels=("different", "duplicate"),
        hub=(
            Dataset(
                "nyu-mll/glue",
                {"first": "question1", "second": "question2", "label": "label"},
                LEARNT,
                "qqp",
                "bcdcba79d07bc864c1c254ccfcedcce55bcc9a8c",
                labels=("not_duplicate", "duplicate"),
                languages=("en",),
                licence="Quora's terms",
                sizes={"train": 363_846, "dev": 40_430},
            ),
        ),
    ),
    intermediate(
        "squad1",
        "SQuAD v1.1",
        "spans",
        ("f1", "em"),
        "find the answer in a passage",
        aliases=("squad", "squadv1", "squad1.1"),
        hub=(
            Dataset(
                "rajpurkar/squad",
                SQUAD,
                LEARNT,
                "plain_text",
                "7b6d24c440a36b6815f21b70d25016731768db1f",
                languages=("en",),
                mirrors=(Dataset("google/xtreme", SQUAD, LEARNT, "SQuAD", languages=("en",)),),
                licence="CC BY-SA 4.0",
                sizes={"train": 87_599, "dev": 10_570},
            ),
            SQUAD_TRANSLATED,
        ),
    ),
    intermediate(
        "squad2",
        "SQuAD v2.0",
        "spans",
        ("f1", "em"),
        "find the answer in a passage, or say that there is none",
        aliases=("squadv2", "squad2.0"),
        unanswerable=True,
        hub=(
            Dataset(
                "rajpurkar/squad_v2",
                SQUAD,
                LEARNT,
                "squad_v2",
                "3ffb306f725f7d2ce8394bc1873b24868140c412",
                languages=("en",),
                licence="CC BY-SA 4.0",
                sizes={"train": 130_319, "dev": 11_873},
            ),
        ),
    ),
    intermediate(
        "hellaswag",
        "HellaSwag",
        "choices",
        ("accuracy",),
        "which ending follows?",
        choices=4,
        hub=(
            Dataset(
                "Rowan/hellaswag",
                {"context": "ctx", "options": "endings", "label": "label"},
                LEARNT,
                revision="218ec52e09a7e7462a5400043bb9a69a41d06b76",
                languages=("en",),
                licence="MIT",
                sizes={"train": 39_905, "dev": 10_042},
            ),
        ),
    ),
    intermediate(
        "ccg",
        "CCG",
        "tags",
        ("f1", "accuracy"),
        "supertags: what each word combines with",
        unavailable="CCGbank (LDC2005T13) is licensed and on no hub: buy it from the LDC and name its folder, or one with "
        "files of words and tags, as --source folder:DIR",
        licence="LDC (paid)",
        sizes={"train": 38_015, "dev": 5_484},
    ),
    intermediate(
        "cosmosqa",
        "Cosmos QA",
        "choices",
        ("accuracy",),
        "a question on what a story leaves unsaid",
        choices=4,
        aliases=("cosmos",),
        hub=(
            Dataset(
                "allenai/cosmos_qa",
                {
                    "context": "context",
                    "question": "question",
                    **{f"option{number}": f"answer{number}" for number in range(4)},
                    "label": "label",
                    "id": "id",
                },
                LEARNT,
                languages=("en",),
                licence="CC BY 4.0",
                sizes={"train": 25_262, "dev": 2_985},
                doubt="a loading script, so there as converted Parquet alone; the paper counts 25,588 and 3,000 examples",
            ),
        ),
    ),
    intermediate(
        "csqa",
        "CommonsenseQA",
        "choices",
        ("accuracy",),
        "a question on how the world is",
        choices=5,
        aliases=("commonsenseqa",),
        hub=(
            Dataset(
                "tau/commonsense_qa",
                {"question": "question", "options": "choices.text", "label": "answerKey", "id": "id"},
                LEARNT,
                revision="94630fe30dad47192a8546eb75f094926d47e155",
                languages=("en",),
                licence="MIT",
                sizes={"train": 9_741, "dev": 1_221},
            ),
        ),
    ),
)
