"""Text to token ids, through the `tokenizers` library and the file that every model folder carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..problems import Problem

LONGEST = 8  # letters in a token, so that no token of the unspaced languages is a phrase
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")  # XLM-R's own order; <mask> comes last, as there


@dataclass(frozen=True)
class Tokenizer:
    """A tokenizer and the ids of its special tokens."""

    library: Any
    begin: int
    end: int
    mask: int
    unknown: int
    size: int

    def encode(self, texts: list[str]) -> list[Any]:
        """Encodings with `ids` and `offsets`, without special tokens."""
        return self.library.encode_batch_fast(texts, add_special_tokens=False)

    def encode_with_offsets(self, texts: list[str]) -> list[Any]:
        """As `encode`, with the character offsets of each token."""
        return self.library.encode_batch(texts, add_special_tokens=False)

    def pair(self, first: list[int], second: list[int], limit: int) -> list[int]:
        """<s> first </s></s> second </s>, the longer side cut from its end where it does not fit."""
        first, second = list(first), list(second)
        while len(first) + len(second) > limit - 4:
            (first if len(first) >= len(second) else second).pop()
        return [self.begin, *first, self.end, self.end, *second, self.end]

    def single(self, ids: list[int], limit: int) -> list[int]:
        """<s> ids </s>, cut from the end where it does not fit."""
        return [self.begin, *ids[: limit - 2], self.end]


def train(texts: Iterable[str], vocabulary: int) -> Any:
    """A tokenizer of the given size with XLM-R's form of words (a mark before each) and special tokens.

    Byte-pair merges instead of XLM-R's unigram: on the artificial world the library's unigram spent most of
    a small vocabulary on phrases of the unspaced language and left 1.8 to 2.5 tokens a word elsewhere; this
    leaves 1.3.
    """
    from tokenizers import Tokenizer as Library
    from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

    library = Library(models.BPE(unk_token="<unk>"))
    library.normalizer = normalizers.NFKC()
    library.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()])
    library.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - 1, special_tokens=list(SPECIAL), show_progress=False, max_token_length=LONGEST
    )
    library.train_from_iterator(texts, trainer)
    library.add_special_tokens(["<mask>"])
    return library


def load(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder."""
    from tokenizers import Tokenizer as Library

    try:
        library = Library.from_file(str(folder / "tokenizer.json"))
        numbers = library.get_vocab()
        return Tokenizer(library, numbers["<s>"], numbers["</s>"], numbers["<mask>"], numbers["<unk>"], len(numbers))
    except Exception as error:  # the library raises bare Exceptions
        raise Problem(f"{folder / 'tokenizer.json'}: not a tokenizer ({error}); the model folder is incomplete") from error
