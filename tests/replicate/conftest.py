"""What several files of tests look at and takes a while to make: it is made once in a process."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The tokenizer of the tiny mT5s of `text_models`; a file that needs another one has a fixture of its own."""
    from . import text_models

    return text_models.tokenizer(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="session")
def learnt() -> Any:
    """A tiny mT5 that has learnt by heart to say `text_models.SAID`, and the texts that it says it of; no test changes it."""
    from . import text_models

    return text_models.trained(text_models.SAID)
