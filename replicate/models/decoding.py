"""What may be said next: guides that keep a decoder to answers that can be read.

A guide holds the rows of a batch. It offers each row some tokens, is told which of them was taken, and knows which rows are
`alive`, not at their end yet. So nothing that is said has to be read back, and none of it can be no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence


class Guide(Protocol):
    """What a decoder asks of a guide."""

    alive: torch.Tensor

    def offer(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens for each row, [rows, tokens], and which of them may be said; at least one may."""

    def take(self, choice: torch.Tensor) -> torch.Tensor:
        """The token of each row at the place that was chosen; what is offered next follows from it."""

    def found(self) -> list[Any]:
        """What has been said, for each row."""


class Copied:
    """Answers out of a passage: tokens that stand there in a row, at most `longest`, or none where a row may be `silent`."""

    def __init__(self, passages: Sequence[np.ndarray], end: int, silent: bool, longest: int, device: torch.device) -> None:
        lengths = torch.tensor([len(one) for one in passages], device=device)
        texts = [torch.from_numpy(np.asarray(one, dtype=np.int64)) for one in passages]
        self.tokens = pad_sequence([*texts, torch.zeros(1, dtype=torch.long)], batch_first=True)[:-1].to(device)
        self.real = torch.arange(self.tokens.shape[1], device=device) < lengths[:, None]
        self.next = self.real  # places with which what has been said may go on
        self.last = torch.zeros_like(self.real)  # places where it stands now
        self.said = torch.zeros_like(lengths)
        self.alive = torch.ones_like(lengths, dtype=torch.bool)
        self.end, self.silent, self.longest = end, silent, longest

    def offer(self) -> tuple[torch.Tensor, torch.Tensor]:
        ends = torch.full_like(self.tokens[:, :1], self.end)
        may_end = ~self.next.any(1) | (self.said > 0) | self.silent
        return torch.cat([self.tokens, ends], 1), torch.cat([self.next, may_end[:, None]], 1)

    def take(self, choice: torch.Tensor) -> torch.Tensor:
        ended = choice == self.tokens.shape[1]
        token = self.tokens.gather(1, choice.clamp(max=self.tokens.shape[1] - 1)[:, None])[:, 0]
        going = self.alive & ~ended
        here = self.next & (self.tokens == token[:, None])
        self.last = here.where(going[:, None], self.last)
        self.next = torch.cat([torch.zeros_like(here[:, :1]), here[:, :-1]], 1) & self.real
        self.said = self.said + going
        self.alive = going & (self.said < self.longest)
        return token.where(going, self.end)

    def found(self) -> list[tuple[int, int]]:
        """First and last token of each answer, where it stands first; (-1, -1) for none."""
        last, said = self.last.int().argmax(1).tolist(), self.said.tolist()
        return [(one - count + 1, one) if count else (-1, -1) for one, count in zip(last, said, strict=True)]


class Filled:
    """A word out of a list for each sentinel: <extra_id_0> PRON <extra_id_1> VERB, as many as `counts` says for each row."""

    def __init__(
        self, counts: Sequence[int], words: Sequence[Sequence[int]], sentinels: Sequence[int], end: int, device: torch.device
    ) -> None:
        tree = _tree(words)
        self.tokens, self.following, self.open, self.word = (one.to(device) for one in tree)
        self.counts = torch.tensor(counts, device=device)
        self.marks = torch.tensor([*sentinels, end], device=device)
        self.state = torch.full_like(self.counts, len(self.word) - 1)  # in which nothing but the first sentinel may come
        self.at = torch.zeros_like(self.counts)  # how many sentinels have been said
        self.alive = torch.ones_like(self.counts, dtype=torch.bool)
        self.chosen: list[tuple[list[bool], list[int]]] = []
        self.end = len(self.marks) - 1

    def offer(self) -> tuple[torch.Tensor, torch.Tensor]:
        mark = self.marks[torch.where(self.at < self.counts, self.at, self.end)]
        offered = torch.cat([self.tokens[self.state], mark[:, None]], 1)
        return offered, torch.cat([self.open[self.state], (self.word[self.state] >= -1)[:, None]], 1)

    def take(self, choice: torch.Tensor) -> torch.Tensor:
        token = self.offer()[0].gather(1, choice[:, None])[:, 0]
        whole = choice == self.tokens.shape[1]  # the word is at its end: the next sentinel comes
        word = self.word[self.state]
        self.chosen.append(((self.alive & whole & (word >= 0)).tolist(), word.tolist()))
        self.alive = self.alive & ~(whole & (self.at >= self.counts))
        self.at = self.at + (whole & self.alive)
        inner = self.following[self.state, choice.clamp(max=self.tokens.shape[1] - 1)]
        self.state = torch.where(whole, 0, inner)
        return token

    def found(self) -> list[list[int]]:
        """The numbers of each row's words."""
        rows: list[list[int]] = [[] for _ in range(len(self.counts))]
        for ended, words in self.chosen:
            for row, (whole, word) in enumerate(zip(ended, words, strict=True)):
                if whole:
                    rows[row].append(word)
        return rows


def _tree(words: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """The words as a tree of tokens: for each state the tokens that may come and the states that they lead to, and which of
    these places are filled; and the number of the word that ends in a state, -2 for none. The last state, where the first
    sentinel is awaited, has no tokens and ends no word: -1."""
    children: list[dict[int, int]] = [{}]
    ends = [-2]
    for number, word in enumerate(words):
        state = 0
        for token in word:
            if token not in children[state]:
                children[state][token] = len(children)
                children.append({})
                ends.append(-2)
            state = children[state][token]
        ends[state] = number
    widest = max(map(len, children))
    rows = [[*one.items(), *[(0, 0)] * (widest - len(one))] for one in [*children, {}]]
    table = torch.tensor(rows).view(len(rows), widest, 2)
    filled = torch.arange(widest) < torch.tensor([*map(len, children), 0])[:, None]
    return table[..., 0], table[..., 1], filled, torch.tensor([*ends, -1])
