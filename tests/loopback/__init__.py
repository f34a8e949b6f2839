"""A hub on loopback, with tiny sets in the true schemas and a tiny XLM-R.

with hub(tmp_path / "cache") as here:
    subprocess.run([sys.executable, "-m", "replicate", ...], env={**os.environ, **here.environment})
    assert here.requests["GET resolve"]
    here.stop()  # from here on only what is in the cache
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from .client import Client, Said
from .server import Hub, Repositories, commit, environment, serve

__all__ = ["Client", "Hub", "Repositories", "Said", "asked", "commit", "environment", "hub", "serve"]


def hub(cache: Path) -> AbstractContextManager[Hub]:
    """A hub with all data sets and models that the experiments of the paper ask for, each a few rows or layers."""
    from .model import models
    from .sets import datasets

    return serve({**datasets(), **models()}, cache)


@contextmanager
def asked(repositories: Repositories, cache: Path) -> Iterator[tuple[Hub, Client]]:
    """A hub with these repositories alone, and a process that asks it."""
    with serve(repositories, cache) as running, Client(running.environment) as client:
        yield running, client
