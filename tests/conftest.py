"""What holds for every test: one thread, no network, no file outside the test's own folders."""

from __future__ import annotations

import os
import socket
import tempfile

import pytest
from hypothesis import HealthCheck, settings

# Read by the libraries when they are first imported, so set before any test module is.
QUIET = {
    "OMP_NUM_THREADS": "1",  # the workers of pytest-xdist already fill the cores
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
os.environ.update(QUIET)

# The workers of pytest-xdist inherit the folder of the process that started them, and so share it.
if "PYTEST_XDIST_WORKER" not in os.environ:
    _cache = tempfile.TemporaryDirectory(prefix="stilts-claims-tests-")
    os.environ["XDG_CACHE_HOME"] = _cache.name
    os.environ["HF_HOME"] = os.path.join(_cache.name, "huggingface")

# A busy machine is slow and not wrong: no property is judged by the clock.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_connect = socket.socket.connect


def _local_only(self: socket.socket, address):
    """Sockets of this machine only: a test that needs the network is a test that fails elsewhere."""
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _loopback(str(address[0])):
        raise OSError(f"a test tried to reach the network: {address[0]}")
    return _connect(self, address)


def _loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _local_only)
