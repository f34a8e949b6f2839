"""What people type to run on a Ray cluster, and the one line that they get where it cannot be."""

from __future__ import annotations

import socket
import sys
import threading
from types import SimpleNamespace

import pytest

from replicate.__main__ import main
from replicate.cluster import meeting
from replicate.problems import Problem


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--on", "rya"], "--on rya: expected here, ray, ray=auto"),
        (["--on", "ray="], "--on ray=: expected here"),
        (["--on", "ray=nowhere:port"], "--on ray=nowhere:port: expected auto, HOST:PORT or ray://HOST:PORT"),
        (["--on", "ray", "--parallel", "2"], "--parallel spreads a training over the GPUs of this machine"),
        (["--gpus-per-step", "0.5"], "--gpus-per-step is for --on ray"),
        (["--on", "ray", "--gpus-per-step", "0"], "--gpus-per-step 0: expected a share such as 0.25, or a whole number"),
        (["--on", "ray", "--gpus-per-step", "1.5"], "--gpus-per-step 1.5: expected a share"),
    ],
)
def test_a_wrong_option_is_answered_in_one_line(words, says, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace())  # not even looked at
    assert main(["run", "stilts", "--scale", "tiny", "--runs", str(tmp_path), *words]) == 4
    assert says in capsys.readouterr().err.splitlines()[-1]


def test_without_ray_one_line_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["run", "stilts", "--scale", "tiny", "--runs", str(tmp_path), "--on", "ray"]) == 4
    assert capsys.readouterr().err.splitlines()[-1] == "replicate: --on ray needs Ray: pip install 'stilts-claims[ray]'"


def test_an_address_where_nobody_answers_or_somebody_else_is_found_out_before_ray_waits():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=lambda: server.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\r\n"), daemon=True).start()
        with pytest.raises(Problem, match=f"--on ray=127.0.0.1:{port}: what answers there is no Ray cluster"):
            meeting.answers(f"127.0.0.1:{port}")
    with pytest.raises(Problem, match=f"--on ray=ray://127.0.0.1:{port}: nobody answers there"):
        meeting.answers(f"ray://127.0.0.1:{port}")
