"""A tiny XLM-R as the hub has the real ones: configuration, weights as safetensors under stock names, tokenizer.json."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path

from .sentences import WORDS, every

SIZE = {"hidden_size": 32, "num_hidden_layers": 12, "num_attention_heads": 2, "intermediate_size": 64}
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")


@cache
def models() -> dict[tuple[str, str], dict[str, dict[str, bytes]]]:
    """The model repositories: XLM-R base at `main` and at the revision that the experiments pin."""
    from replicate.experiments.stilts import HUB

    model, revision, _ = HUB["base"]
    files = xlm_r()
    return {("model", model.removeprefix("hub:")): {"main": files, revision: files}}


def xlm_r() -> dict[str, bytes]:
    """The files of a tiny XLM-R: twelve layers as in base, everything else small; the same weights every time."""
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM
    from transformers.utils import logging

    described = tokenizer()
    vocabulary = len(json.loads(described)["model"]["vocab"])
    config = XLMRobertaConfig(
        vocab_size=vocabulary, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5,
        pad_token_id=1, bos_token_id=0, eos_token_id=2, **SIZE,
    )  # fmt: skip
    logging.disable_progress_bar()
    with torch.random.fork_rng(), tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        XLMRobertaForMaskedLM(config).save_pretrained(folder)
        files = {file.name: file.read_bytes() for file in Path(folder).iterdir()}
    about = {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512}
    return {
        **files,
        "tokenizer.json": described,
        "tokenizer_config.json": json.dumps(about).encode(),
        "README.md": b"# A tiny copy\n",
    }


def tokenizer() -> bytes:
    """XLM-R's form of tokenizer: unigrams, a mark before each word, its special tokens, <mask> as the last of the vocabulary."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    library = Tokenizer(models.Unigram())
    library.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    library.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    library.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=400, special_tokens=list(SPECIAL), unk_token="<unk>", show_progress=False)
    library.train_from_iterator((one.text() for language in WORDS for one in every(language)), trainer)
    described = json.loads(library.to_str())
    described["model"]["vocab"].append(["<mask>", 0.0])
    library = Tokenizer.from_str(json.dumps(described))
    library.add_special_tokens([*SPECIAL, AddedToken("<mask>", lstrip=True, special=True)])
    library.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return library.to_str().encode()
