"""Code of others is never run: no pickle, no code of a model, no Python in a template; and the product has no call that would."""

from __future__ import annotations

import ast
import functools
import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from replicate import experiments
from replicate.models import checks
from replicate.models import hub as models
from replicate.problems import Problem
from synth.report import rendering
from synth.report.build import build
from tests.synth import reported

ROOT = Path(__file__).resolve().parent.parent
# Calls that run what they read, by the name that ends them; and modules that exist for that.
RUNS = ("eval", "exec", "compile", "os.system", "os.popen", "os.execvp", "subprocess.getoutput", "tempfile.mktemp", "torch.load",
        "shutil.unpack_archive", "np.loadtxt", "pd.read_pickle", "importlib.util.module_from_spec")  # fmt: skip
MODULES = (
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "yaml",
    "tarfile",
    "zipfile",
    "xml",
)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    return ((dotted(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.AST) -> str:
    """What is called, as it is written; what stands before a call or an index is left out."""
    parts = list[str]()
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, *([node.id] if isinstance(node, ast.Name) else [])]))


@functools.cache
def modules() -> list[tuple[str, ast.Module]]:
    """The modules of the product that have any of the words in question in them."""
    words = [*MODULES, "system", "popen", "execvp", "getoutput", "mktemp", "load", "unpack_archive", "loadtxt", "read_pickle",
             "module_from_spec", "extractall", "shell", "allow_pickle", "trust_remote_code", "from_pretrained", "import_module",
             "__import__"]  # fmt: skip
    asked = re.compile(rf"\b(?:{'|'.join(words)})\b|(?<![.\w])(?:eval|exec|compile)\(")
    texts = {
        file: file.read_text("utf-8") for package in ("replicate", "synth") for file in sorted((ROOT / package).rglob("*.py"))
    }
    assert len(texts) > 300
    return [(file.relative_to(ROOT).as_posix(), ast.parse(text)) for file, text in texts.items() if asked.search(text)]


def faults(tree: ast.AST) -> list[str]:
    """What a module does that could run somebody else's code or read an archive."""
    found = list[str]()
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        found += [f"imports {name}" for name in names if name.split(".")[0] in MODULES]
    for name, call in calls(tree):
        given = {one.arg: one.value for one in call.keywords}
        last = name.rsplit(".", 1)[-1]
        if name in RUNS or last == "extractall":
            found.append(f"calls {name}")
        if any(
            isinstance(given.get(word), ast.Constant) and given[word].value
            for word in ("shell", "allow_pickle", "trust_remote_code")
        ):
            found.append(f"calls {name} with what runs code")
        if last == "from_pretrained":
            said = given.get("trust_remote_code")
            if not (isinstance(said, ast.Constant) and said.value is False):
                found.append(f"calls {name} without trust_remote_code=False")
            if "Tokenizer" not in name and "use_safetensors" not in given:
                found.append(f"calls {name} without use_safetensors")
    return found


def test_the_rule_sees_what_it_forbids() -> None:
    bad = """
import pickle, tarfile
from yaml import load
eval("1"); os.system("x"); torch.load(path); np.load(path, allow_pickle=True); subprocess.run("x", shell=True)
AutoModel.from_pretrained(name); AutoTokenizer.from_pretrained(name, trust_remote_code=True)
"""
    assert len(faults(ast.parse(bad))) == 12
    assert faults(ast.parse("model.eval(); re.compile('x'); np.load(path); np.load(path, allow_pickle=False)")) == []


def test_no_module_runs_what_it_reads_or_unpacks_an_archive() -> None:
    found = {name: wrong for name, tree in modules() if (wrong := faults(tree))}
    assert found == {}


def test_modules_are_imported_by_names_of_our_own_alone() -> None:
    """Those of our own folders; and `--steps MODULE:NAME` of a run, which is the user's own word and travels to its workers."""
    found = {name for name, tree in modules() for call, _ in calls(tree) if call in ("importlib.import_module", "__import__")}
    folders = {"replicate/experiments/__init__.py", "synth/literature/databases/__init__.py", "synth/checks/__init__.py"}
    assert found <= {*folders, "replicate/worker.py", "synth/reading/worker.py"}
    with pytest.raises(Problem, match="unknown experiment"):
        experiments.find("..worker", "tiny")


# ---- models


def tensors(header: object, body: int = 0) -> bytes:
    said = json.dumps(header).encode()
    return struct.pack("<Q", len(said)) + said + bytes(body)


GOOD = {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
CONFIG = {"model_type": "xlm-roberta", "hidden_size": 2, "num_hidden_layers": 0, "vocab_size": 1}
TOKENIZER = {"model": {"vocab": {"<s>": 0}}}


def folder(tmp_path: Path, config: object = CONFIG, weights: bytes = tensors(GOOD, 8)) -> Path:
    (tmp_path / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    (tmp_path / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    (tmp_path / "model.safetensors").write_bytes(weights)
    return tmp_path


def refused(place: Path) -> str:
    with pytest.raises(Problem) as found:
        checks.check(place, models.KINDS)
    said = str(found.value)
    assert len(said) < 1000
    return said


def test_a_sound_model_passes(tmp_path: Path) -> None:
    checks.check(folder(tmp_path), models.KINDS)


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "model.pt", "model.pkl", "model.ckpt", "tf_model.h5", "flax_model.msgpack"]
)
def test_weights_that_may_hold_code_are_not_looked_at(tmp_path: Path, name: str) -> None:
    folder(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / name)
    with pytest.raises(Problem, match=r"no model\.safetensors there"):
        models.fetch(f"dir:{tmp_path}")


def test_a_model_with_code_of_its_own_is_refused(tmp_path: Path) -> None:
    asked = {**CONFIG, "auto_map": {"AutoModel": "maker/repository--modeling.Evil"}}
    assert "code of its own run (maker/repository--modeling.Evil)" in refused(folder(tmp_path, asked))
    assert "expected xlm-roberta or mt5" in refused(folder(tmp_path, {**CONFIG, "model_type": "custom"}))


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (b"", "no header"),
        (struct.pack("<Q", 2**63) + b"{}", "no header"),
        (struct.pack("<Q", 90_000_000) + b"{}", "not whole"),
        (tensors("text"), "not a safetensors file"),
        (tensors({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 10**15]}}, 8), "its header says"),
        (tensors({"a": {"data_offsets": [0, 8]}, "b": {"data_offsets": [4, 12]}}, 12), "overlap"),
        (tensors({"a": {"data_offsets": [-8, 8]}}, 8), "overlap"),
        (tensors({"a": {"data_offsets": [8, 16]}}, 16), "overlap"),
        (tensors({"a": {"data_offsets": "ab"}}, 8), "not a safetensors file"),
        (struct.pack("<Q", 100_000) + b"[" * 100_000, "not a safetensors file"),
    ],
    ids=["empty", "huge header", "cut header", "no object", "far end", "overlap", "before", "gap", "words", "deep"],
)
def test_bad_headers_of_weights_are_a_problem(tmp_path: Path, weights: bytes, said: str) -> None:
    assert said in refused(folder(tmp_path, weights=weights))


@pytest.mark.parametrize(
    "config",
    [
        {**CONFIG, "num_hidden_layers": 10**9},
        {**CONFIG, "hidden_size": 10**7},
        {**CONFIG, "vocab_size": 10**12},
        {**CONFIG, "max_position_embeddings": 10**12},
        {**CONFIG, "hidden_size": "many"},
        {**CONFIG, "num_hidden_layers": -1},
        {"model_type": "mt5", "d_model": 1000, "num_layers": 1000, "d_ff": 10**6},
        "[" * 100_000,
        "[1]",
    ],
    ids=range(9),
)
def test_no_model_is_made_that_its_weights_could_not_fill(tmp_path: Path, config: object) -> None:
    assert "config.json" in refused(folder(tmp_path, config))


# ---- templates


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory):
    return build(reported.inputs(reported.asked(tmp_path_factory.mktemp("asked"))))


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ report.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ '%s' | attr('__class__') }}{{ ('{0.__class__.__init__.__globals__}').format(report).x }}",
        "{% include '../../../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
    ],
    ids=range(6),
)
def test_a_template_of_somebody_gets_the_report_and_nothing_of_python(tmp_path: Path, report, text: str) -> None:
    own = tmp_path / "own.md.j2"
    own.write_text(f"{{{{ report.title }}}}\n{text}\n")
    with pytest.raises(Problem, match=r"own\.md\.j2"):
        rendering.render("report.md.j2", own, False, report=report)


def test_a_template_of_typst_reads_no_file_beyond_its_folder(tmp_path: Path, report) -> None:
    from synth.report import pdf

    (tmp_path / "secret").write_text("canary")
    (tmp_path / "mine").mkdir()
    for text in ('#read("../secret")', '#read("/../secret")', '#include "/etc/passwd"'):
        (tmp_path / "mine" / "own.typ").write_text(f"{text}\n")
        with pytest.raises(Problem, match=r"own\.typ"):
            pdf.document(report, tmp_path / "mine" / "own.typ")
