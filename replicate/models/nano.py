"""XLM-R small enough for a CPU: the same architecture, other numbers."""

from __future__ import annotations

from transformers import XLMRobertaConfig

SIZES = {
    "nano": {"hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 384},
    "tiny": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64},
}
VOCABULARY = {"nano": 3000, "tiny": 800}
REAL = 3  # times as many tokens for real text: forty languages in a dozen scripts
LONGEST = 256


def config(size: str, vocabulary: int, dropout: float = 0.1) -> XLMRobertaConfig:
    """XLM-R's configuration at a size of ours. Attention goes without dropout: on a CPU it costs 8%."""
    return XLMRobertaConfig(
        vocab_size=vocabulary, max_position_embeddings=LONGEST + 2, type_vocab_size=1, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, hidden_dropout_prob=dropout, attention_probs_dropout_prob=0.0, **SIZES[size],
    )  # fmt: skip


def vocabulary(size: str, world: str) -> int:
    """How many tokens a model of this size has for the languages of a world."""
    return VOCABULARY[size] * (REAL if world == "real" else 1)
