"""Loopback servers in the shapes of arXiv, Semantic Scholar, OpenAlex and the ACL Anthology, with made-up papers and with faults.

python -m tests.servers all --port 8801 --fault 503=0.1 --fault cut=0.1

with serve(faults=Faults({"drop": 0.1})) as here:
    subprocess.run([sys.executable, "-m", "synth", "fetch", "2401.00001v1"], env={**os.environ, **here.environment})
"""

from __future__ import annotations

from .faults import Faults
from .server import Running, serve
from .works import Work, works

__all__ = ["Faults", "Running", "Work", "serve", "works"]
