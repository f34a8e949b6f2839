"""The paper's nine intermediate tasks, in English, as values."""

from __future__ import annotations

from .task import Task

NLI = ("entailment", "neutral", "contradiction")


def _intermediate(id: str, title: str, kind: str, metrics: tuple[str, ...], about: str, **more) -> Task:
    return Task(id, title, kind, "intermediate", metrics, train=id, languages=("en",), about=about, **more)


TASKS = (
    _intermediate(
        "anli+",
        "ANLI+",
        "pairs",
        ("accuracy",),
        "does the first sentence entail the second? with adversarial pairs",
        labels=NLI,
        aliases=("anli", "anliplus"),
    ),
    _intermediate("mnli", "MNLI", "pairs", ("accuracy",), "does the first sentence entail the second?", labels=NLI),
    _intermediate("qqp", "QQP", "pairs", ("accuracy",), "do two questions ask the same?", labels=("different", "duplicate")),
    _intermediate(
        "squad1", "SQuAD v1.1", "spans", ("f1", "em"), "find the answer in a passage", aliases=("squad", "squadv1", "squad1.1")
    ),
    _intermediate(
        "squad2",
        "SQuAD v2.0",
        "spans",
        ("f1", "em"),
        "find the answer in a passage, or say that there is none",
        aliases=("squadv2", "squad2.0"),
        unanswerable=True,
    ),
    _intermediate("hellaswag", "HellaSwag", "choices", ("accuracy",), "which ending follows?", choices=4),
    _intermediate("ccg", "CCG", "tags", ("f1", "accuracy"), "supertags: what each word combines with"),
    _intermediate(
        "cosmosqa",
        "Cosmos QA",
        "choices",
        ("accuracy",),
        "a question on what a story leaves unsaid",
        choices=4,
        aliases=("cosmos",),
    ),
    _intermediate(
        "csqa", "CommonsenseQA", "choices", ("accuracy",), "a question on how the world is", choices=5, aliases=("commonsenseqa",)
    ),
)
