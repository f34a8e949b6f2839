"""The command that prints a script for the shell's completion: completion."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from ..problems import DONE


def names() -> Mapping[str, tuple[str, ...]]:
    """What the arguments of `replicate` may be, by option or by what they are called in the help."""
    from .. import devices, experiments, languages, tasks
    from ..experiments import options
    from ..sources import source
    from ..terminal import completion
    from .work import ALL

    known = experiments.names()
    words = dict.fromkeys(word for name in known for word in options.words(experiments.find(name, "nano")))
    return {
        "EXPERIMENT": (*known, ALL),
        "TASK": tuple(tasks.TASKS),
        "L": tuple(code for world in languages.WORLDS for code in languages.languages(world)),
        "SHELL": completion.SHELLS,
        "WORD": tuple(words),
        "--scale": experiments.SCALES,
        "--source": source.KINDS,
        "--weights": experiments.WEIGHTS,
        "--train-on": experiments.TRAIN_ON,
        "--split": ("train", *options.SPLITS),
        "--model": options.MODELS,
        "--method": options.METHODS,
        "--device": devices.CHOICES,
        "--on": ("here", "ray", "ray=auto"),
        "--intermediate": tasks.INTERMEDIATE,
    }


def completion(args: argparse.Namespace) -> int:
    from ..terminal import completion as scripts
    from .declare import parser

    print(scripts.script(parser(), args.shell, names()))
    return DONE
