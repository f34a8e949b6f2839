"""Where our training departs from the paper's on purpose: what, and what it changes. `replicate plan --assumptions` lists it.

What the paper's training did stands in its text and in the code that its authors released afterwards (jiant 2).
"""

from __future__ import annotations

from collections.abc import Mapping

DEVIATIONS: Mapping[str, str] = {
    "attention dropout": "none, where XLM-R has 0.1: the kernels for packed sequences have none. Dropout of hidden states is as "
    "the recipe says",
    "packing": "the sequences of a batch stand in one row without padding, and each sees only itself; the released code padded "
    "them to the longest of the data set. Losses agree to 1e-6",
    "arithmetic": "bf16 with weights and optimiser in fp32 where a GPU or a processor multiplies bf16 itself, else fp32; the "
    "released code has fp32, or fp16 by apex",
    "optimiser": "torch's fused AdamW; the released code has that of transformers at the time, which adds epsilon before the "
    "correction of bias: equal but for the first updates",
    "order of batches": "a function of seed and epoch, so that a training resumes exactly; not the order that the released code "
    "drew",
    "random numbers of dropout": "16 bits each on a processor, so that a share of 0.1 is 0.100006",
    "heads": "RoBERTa's head with one hidden layer for all kinds of task; the released code reads tags and answers with a single "
    "linear layer",
}
