"""XLM-R and mT5 small enough for a CPU: the same architectures, other numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import MT5Config, XLMRobertaConfig

SIZES = {
    "nano": {"hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 384},
    "tiny": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64},
}
VOCABULARY = {"nano": 3000, "tiny": 800}
# mT5: so many layers in the encoder and as many in the decoder.
MT5_SIZES = {
    "nano": {"d_model": 128, "d_kv": 32, "num_heads": 4, "d_ff": 256, "num_layers": 2, "num_decoder_layers": 2},
    "tiny": {"d_model": 32, "d_kv": 16, "num_heads": 2, "d_ff": 64, "num_layers": 2, "num_decoder_layers": 2},
}
REAL = 3  # times as many tokens for real text: forty languages in a dozen scripts
LONGEST = 256


def config(size: str, vocabulary: int, dropout: float = 0.1) -> XLMRobertaConfig:
    """XLM-R's configuration at a size of ours. Attention goes without dropout: on a CPU it costs 8%."""
    from transformers import XLMRobertaConfig

    return XLMRobertaConfig(
        vocab_size=vocabulary, max_position_embeddings=LONGEST + 2, type_vocab_size=1, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, hidden_dropout_prob=dropout, attention_probs_dropout_prob=0.0, **SIZES[size],
    )  # fmt: skip


def mt5(size: str, vocabulary: int, dropout: float = 0.1) -> MT5Config:
    """mT5's configuration at a size of ours. The ids of <pad> and </s> are those of our tokenizers, not mT5's 0 and 1.

    Queries are scaled as XLM-R scales them. mT5's are not: its optimiser takes steps in proportion to the weights. Ours takes
    equal ones, which unscaled products of queries and keys would feel several times over.
    """
    from transformers import MT5Config

    return MT5Config(
        vocab_size=vocabulary,
        pad_token_id=1,
        decoder_start_token_id=1,
        eos_token_id=2,
        dropout_rate=dropout,
        attention_scaling=MT5_SIZES[size]["d_kv"] ** -0.5,
        **MT5_SIZES[size],
    )


def vocabulary(size: str, world: str) -> int:
    """How many tokens a model of this size has for the languages of a world."""
    return VOCABULARY[size] * (REAL if world == "real" else 1)
