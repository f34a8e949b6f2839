"""The process that reads papers is killed: the paper is read all the same, unless it is what kills."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from replicate.problems import Problem
from synth.reading import worker
from tests.servers import works
from tests.servers.works import pdf


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf(works(1)[0], 1))
    return path


class Killed(worker.Reader):
    """A reader whose process is killed after its first requests, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times, self.started = times, 0

    def _line(self, process, name):
        self.started += 1
        if self.started <= self.times:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return b""
        return super()._line(process, name)


def test_a_paper_is_read_though_its_reader_was_killed(paper):
    with Killed(1) as reader, worker.Reader() as undisturbed:
        assert reader.read(paper) == undisturbed.read(paper)
    assert reader.started == 2


def test_a_paper_whose_reader_is_killed_again_is_named(paper):
    with Killed(9) as reader, pytest.raises(Problem, match=r"paper\.pdf: the reader broke off \(ended by signal 9"):
        reader.read(paper)
    assert reader.started == 2
