"""mT5: text to text for every kind of task, at any size.

It is the stock model, but for three things. The output layer has weights of its own, as mT5 has, where transformers ties it
to the embeddings; the embeddings stand under one name instead of three; and small models scale their queries. Positions are
relative, so sequences cannot be packed: they are sorted by length and padded in groups that waste little.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import MT5Config, MT5ForConditionalGeneration
from transformers.activations import NewGELUActivation
from transformers.models.mt5.modeling_mt5 import MT5Attention

from ..problems import Problem
from ..tasks import spans, texts
from ..tasks.task import Task
from ..training import batches, gauge
from ..training.batches import Batch, Encoded
from . import adapters, stored
from .decoding import Copied, Filled, Guide
from .sentinels import Tokenizer, corrupted

KIND = "mt5"
# Tokens whose reading costs as much as one more pass: decides speed, not results. Measured on a CPU, estimated elsewhere.
CALL = {"cpu": 256}
CALL_ELSEWHERE = 2048
EVALUATION_TOKENS = 4096  # per forward pass; decides speed, not results
HEAD, EMBEDDINGS = "lm_head.weight", "shared.weight"
# The embeddings again, under the names of those who read them; and what nothing reads, in the first conversions.
COPIES = ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight")
UNREAD = ("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",)

Rows = Sequence[np.ndarray]


class Seq2Seq(nn.Module):
    """mT5 with what training and evaluation ask of a model."""

    def __init__(self, config: MT5Config) -> None:
        super().__init__()
        self.body = MT5ForConditionalGeneration(config)
        self.body.lm_head = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.body.encoder.embed_tokens = self.body.decoder.embed_tokens = None
        for module in self.modules():
            if isinstance(module, MT5Attention):
                module.scaling = getattr(config, "attention_scaling", 1.0)
            elif isinstance(getattr(module, "act", None), NewGELUActivation):
                module.act = nn.GELU(approximate="tanh")  # the same function in one step instead of eight

    @property
    def config(self) -> MT5Config:
        return self.body.config

    @property
    def device(self) -> torch.device:
        return self.body.shared.weight.device

    def set_dropout(self, share: float) -> None:
        """Dropout everywhere, in attention too, as mT5 has it."""
        self.config.dropout_rate = share
        for module in self.modules():
            if isinstance(module, nn.Dropout):
                module.p = share
            elif isinstance(module, MT5Attention):
                module.dropout = share

    # ---- training ----

    def prepare(self, lesson: Any, batch: Batch, mask: int, rng: np.random.Generator) -> Batch:
        """The batch as it is read: where a lesson has no loss of its own, texts with holes, and what was there to be said."""
        if lesson.loss is not None:
            return batch
        end = self.config.eos_token_id
        pairs = [corrupted(row[row != end], lesson.masked, mask, rng, lesson.span) for row in _rows(batch)]
        sources, targets = ([np.append(pair[side], end) for pair in pairs] for side in (0, 1))
        return replace(
            batch, ids=np.concatenate(sources), lengths=[len(row) for row in sources], targets=targets,
            points=np.zeros(0, dtype=np.int64), counts=[0] * len(sources),
        )  # fmt: skip

    def learn(self, lesson: Any, batch: Batch) -> torch.Tensor:
        """The loss of a prepared batch, a mean over the tokens of all its targets."""
        logits = self.body.lm_head(self.states(_rows(batch), batch.targets))
        return (lesson.loss or texts.loss)(logits, batch) + adapters.penalty(self)

    def states(self, sources: Rows, targets: Rows, call: int | None = None) -> torch.Tensor:
        """The decoder's last states at each token of the targets: [tokens, d_model], in the order of the rows.

        `call` decides in which groups they are read, which changes nothing but the time.
        """
        if call is None:
            call = CALL.get(self.device.type, CALL_ELSEWHERE)
        found: list[Any] = [None] * len(sources)
        for group in _groups([len(row) for row in sources], [len(row) for row in targets], call):
            read, mask = self._read([sources[k] for k in group])
            begin = np.asarray([self.config.decoder_start_token_id])
            said = [np.concatenate([begin, targets[k][:-1]]) for k in group]
            states = self._say(read, mask, self._padded(said)).last_hidden_state
            lengths = [len(row) for row in said]
            for k, part in zip(group, states[_mask(lengths).to(self.device)].split(lengths), strict=True):
                found[k] = part
        return torch.cat(found)

    def _read(self, rows: Rows, layer: int | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """The encoder's states of padded rows, and which of them are no padding."""
        mask = _mask([len(row) for row in rows]).to(self.device)
        embedded = self.body.shared(self._padded(rows))
        out = self.body.encoder(inputs_embeds=embedded, attention_mask=mask, output_hidden_states=layer is not None)
        return out.last_hidden_state if layer is None else out.hidden_states[layer], mask

    def _say(self, read: torch.Tensor, mask: torch.Tensor, ids: torch.Tensor, keep: bool = False, memory: Any = None) -> Any:
        """The decoder's output for these ids; with `keep` it remembers them, so that only the next one need be given."""
        return self.body.decoder(
            inputs_embeds=self.body.shared(ids), encoder_hidden_states=read, encoder_attention_mask=mask,
            past_key_values=memory, use_cache=keep,
        )  # fmt: skip

    def _padded(self, rows: Rows) -> torch.Tensor:
        gauge.count(sum(map(len, rows)), len(rows) * max(map(len, rows)))
        ids = [torch.from_numpy(np.asarray(row, dtype=np.int64)) for row in rows]
        return pad_sequence(ids, batch_first=True, padding_value=self.config.pad_token_id).to(self.device)

    # ---- evaluation ----

    @torch.no_grad()
    def chosen(self, data: Encoded, allowed: Sequence[Sequence[int]], budget: int = EVALUATION_TOKENS) -> list[int]:
        """Which of the allowed answers (tokens without </s>) is likeliest as a whole, for each item."""
        self.eval()
        start, end = self.config.decoder_start_token_id, self.config.eos_token_id
        found = np.zeros(len(data), dtype=np.int64)
        for items in batches.by_budget(data, budget):
            read, mask = self._read([data.ids[item] for item in items])
            scores = []
            for answer in allowed:
                ids = torch.tensor([[start, *answer]], device=self.device).expand(len(items), -1)
                logits = self.body.lm_head(self._say(read, mask, ids).last_hidden_state).float()
                wanted = torch.tensor([*answer, end], device=self.device).repeat(len(items))
                scores.append(-cross_entropy(logits.flatten(0, 1), wanted, reduction="none").view(len(items), -1).sum(1))
            found[items] = torch.stack(scores).argmax(0).cpu().numpy()
        return found.tolist()

    @torch.no_grad()
    def guided(
        self, data: Encoded, guide: Callable[[list[int]], Guide], budget: int = EVALUATION_TOKENS
    ) -> list[tuple[Any, float, float]]:
        """What the model says of each item under a guide, in one pass sorted by length: what the guide found, its
        log-probability, and that of saying nothing. `guide` makes one for the items of a batch."""
        self.eval()
        end, found = self.config.eos_token_id, list[Any]([None] * len(data))
        for items in batches.by_budget(data, budget):
            read, mask = self._read([data.ids[item] for item in items])
            last = torch.full((len(items), 1), self.config.decoder_start_token_id, device=self.device)
            score, leading, memory = torch.zeros(len(items), device=self.device), guide(items), None
            silence: torch.Tensor | None = None
            while leading.alive.any():
                out = self._say(read, mask, last, keep=True, memory=memory)
                memory = out.past_key_values
                scores = self.body.lm_head(out.last_hidden_state[:, -1]).float().log_softmax(-1)
                silence = scores[:, end] if silence is None else silence
                tokens, open_ = leading.offer()
                best = scores.gather(1, tokens).masked_fill(~open_, float("-inf")).max(1)
                score = score + best.values.where(leading.alive, 0)
                last = leading.take(best.indices)[:, None]
            nothing = score if silence is None else silence
            for item, *one in zip(items, leading.found(), score.tolist(), nothing.tolist(), strict=True):
                found[item] = tuple(one)
        return found

    @torch.no_grad()
    def embeddings(self, data: Encoded, layer: int, budget: int = EVALUATION_TOKENS) -> np.ndarray:
        """The mean of each text's states at a layer of the encoder; its last layer is what the decoder reads."""
        if not 0 <= layer <= self.config.num_layers:
            raise Problem(f"evaluation.layer = {layer}: the model's encoder has the layers 0 to {self.config.num_layers}")
        self.eval()
        found = np.zeros((len(data), self.config.d_model), dtype=np.float32)
        for items in batches.by_budget(data, budget):
            states, mask = self._read([data.ids[item] for item in items], layer)
            means = (states.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            found[items] = means.cpu().numpy()
        return found


def predict(
    model: Seq2Seq, task: Task, examples: Sequence[Any], labels: tuple[str, ...], data: Encoded, tokenizer: Tokenizer,
    budget: int = EVALUATION_TOKENS,
) -> tuple[list[Any], dict[str, Any]]:  # fmt: skip
    """A prediction for each example, and what belongs into the record: how answers were found."""
    how, words, said = texts.decoding(task), tokenizer.ids(texts.allowed(task, labels)), list[Any]()
    if how == texts.SCORED:
        said = model.chosen(data, words, budget)
    elif how == texts.FILLED:
        counts = data.points.lengths

        def filled(items: list[int]) -> Guide:
            return Filled(counts[items].tolist(), words, tokenizer.sentinels, tokenizer.end, model.device)

        said = [tags for tags, _, _ in model.guided(data, filled, budget)]
    else:

        def copied(items: list[int]) -> Guide:
            passages = [data.ids[item][data.points[item]] for item in items]
            return Copied(passages, tokenizer.end, task.unanswerable, spans.LONGEST_ANSWER, model.device)

        said = [(*ends, score - silence) for ends, score, silence in model.guided(data, copied, budget)]
    return texts.join(task, examples, data, said), {"decoding": how}


def _rows(batch: Batch) -> list[np.ndarray]:
    return np.split(batch.ids, np.cumsum(batch.lengths)[:-1])


def _mask(lengths: Sequence[int]) -> torch.Tensor:
    return torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]


def _groups(sources: Sequence[int], targets: Sequence[int], call: int) -> list[list[int]]:
    """The rows in groups of like length so that their padded tokens, and `call` for each group, are fewest."""
    order = np.argsort(sources, kind="stable")
    read, said = np.asarray(sources)[order], np.asarray(targets)[order]
    costs, begins = np.zeros(len(order) + 1), np.zeros(len(order) + 1, dtype=np.int64)
    for stop in range(1, len(order) + 1):
        longest = np.maximum.accumulate(said[:stop][::-1])[::-1]
        cost = costs[:stop] + (stop - np.arange(stop)) * (read[stop - 1] + longest) + call
        begins[stop], costs[stop] = cost.argmin(), cost.min()
    found, stop = [], len(order)
    while stop:
        found.append(order[begins[stop] : stop].tolist())
        stop = int(begins[stop])
    return found


# ---- in a folder ----


def new(config: MT5Config, seed: int) -> Seq2Seq:
    """A model with random weights that the seed decides."""
    torch.manual_seed(seed)
    return Seq2Seq(config)


def save(model: Seq2Seq, folder: Path) -> None:
    """Weights as safetensors and the configuration as JSON; adapters, which the base goes without, in files of their own."""
    weights = {name: value.contiguous() for name, value in adapters.base_weights(model).items()}
    save_file(weights, folder / "model.safetensors")
    described = {"config": {"model_type": KIND, **model.config.to_diff_dict()}}
    (folder / "config.json").write_text(json.dumps(described, indent=1, sort_keys=True, default=str))
    if adapters.of(model):
        adapters.save(model, folder, heads=False)


def load(folder: Path) -> Seq2Seq:
    """The model in a folder that `save` wrote, with its adapters."""
    with stored.own(folder):
        model = Seq2Seq(MT5Config(**json.loads((folder / "config.json").read_text())["config"]))
        model.load_state_dict(load_file(folder / "model.safetensors"))
        adapters.load_into(model, folder, heads=False)
    return model


def average(folders: Sequence[Path]) -> Seq2Seq:
    """The mean of the weights of several models of one shape."""
    return stored.mean([load(folder) for folder in folders])


def load_hub(folder: Path) -> Seq2Seq:
    """The model with the stock weights of a folder: config.json and model.safetensors as the hub has them."""
    config, stock = stored.stock(folder, KIND, MT5Config)
    model = Seq2Seq(config)
    weights = {name: value for name, value in stock.items() if name not in (*COPIES, *UNREAD)}
    # What is one weight in the model may have any of its names in the file; the output layer too, if it was tied there.
    copies = [stock[name] for name in (EMBEDDINGS, *COPIES) if name in stock]
    for name in (EMBEDDINGS, HEAD) if copies else ():
        weights.setdefault(name, copies[0])
    ours = {name.removeprefix("body."): value for name, value in model.state_dict().items()}
    wrong = stored.wrong(ours, weights)
    if any(not torch.equal(one, copies[0]) for one in copies):
        wrong.append(f"{EMBEDDINGS}, {' and '.join(COPIES)} differ")
    if wrong:
        raise Problem(f"{folder / 'model.safetensors'}: not the weights of {KIND} with its configuration: {'; '.join(wrong)}")
    model.load_state_dict({f"body.{name}": value for name, value in weights.items()})
    return model
