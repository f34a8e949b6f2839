"""Names that lead elsewhere, and links: ids, questions, records, files of a store. Nothing is written or removed outside."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from replicate import files, finished, leases, store
from replicate.plan import Step
from replicate.problems import Problem
from replicate.sources.hub import snapshots
from replicate.sources.hub.snapshots import Snapshot
from synth import questions
from synth.literature import ids, library, record
from tests.hostile import run

ELSEWHERE = (
    "../../x", "/etc/passwd", "..", ".", "a/../../x", "..\\..\\x", "C:\\x", "x\0y", "%2e%2e/x", "~root/x", "a/b", ".hidden", "",
    "https://arxiv.org/abs/../../etc/passwd", "arxiv:../x", "x" * 5000, "10.1000/" + "x" * 5000, "10.1000/\u202ex",
    "10.1000/a\0b",
)  # fmt: skip


@pytest.mark.parametrize("text", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_what_leads_elsewhere_is_no_name_of_a_paper(text: str) -> None:
    with pytest.raises(Problem) as found:
        ids.read(text, own=True)
    assert len(str(found.value)) < 500


@settings(max_examples=40)
@given(some.one_of(some.text(max_size=80), some.builds("10.1000/{}".format, some.text("./%\\~a ", max_size=300))))
def test_a_paper_lies_in_the_library_whatever_its_name(text: str) -> None:
    here = library.Library(Path("/library"))
    try:
        id = ids.read(text, own=True)
    except Problem:
        return
    place = here._record(id)
    assert place.parent == Path("/library/papers") / id.kind and len(place.name) + len("..new") <= 255
    assert Path(os.path.normpath(place)) == place and place.name not in (".json", "..json")


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "..", ".x", "", "a b", "a\n"])
def test_questions_and_claims_have_names_that_may_stand_in_a_path(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in (
        f"question = 'q'\nname = {json.dumps(name)}\n",
        f"question = 'q'\n[[claim]]\nid = {json.dumps(name)}\ntext = 't'\n",
    ):
        with pytest.raises(Problem, match="name|id"):
            questions.parsed(text, tmp_path / "q.toml")
    done = [run("synth", "new", "Does it help?", f"--name={name}"), run("synth", "extract", "no.pdf", f"--to={name}")]
    assert all(one.code == 4 for one in done) and list(tmp_path.rglob("*.toml")) == []


def test_an_earlier_record_is_moved_aside_within_its_folder(tmp_path: Path) -> None:
    """Its name comes from the record, which may be somebody else's."""
    from synth.literature import plan, search

    home = tmp_path / "out" / "asked"
    home.mkdir(parents=True)
    (home / record.SEARCH).write_text(json.dumps({"schema": record.SCHEMA, "when": "../../../escaped/2024"}) + "\n")
    found = search.run(plan.of_query("transfer"), [], {}, lambda: None, lambda one: None)
    record.write(found, home, "1")
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {home}


@pytest.mark.parametrize("path", ["../../../x", "/etc/passwd", "a/../../x", "x\x1b[31m", "..\\x", "x\0"])
def test_a_hub_s_files_lie_in_its_cache(path: str) -> None:
    held = Snapshot("dataset", "maker/set", "main", "0" * 40, (path,), cached=False)
    with pytest.raises(Problem, match="no place in a folder"):
        snapshots.fetch(held, path)


# ---- links


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """Somebody's folder, which has to look the same afterwards."""
    folder = tmp_path / "victim"
    folder.mkdir()
    (folder / "kept.txt").write_text("kept")
    (folder / ".a.json.new").write_text("kept")
    return folder


def untouched(victim: Path) -> bool:
    return {one.name: one.read_text() for one in victim.iterdir()} == {"kept.txt": "kept", ".a.json.new": "kept"}


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "dangling"])
def test_a_file_is_never_written_through_what_lies_where_it_is_made(tmp_path: Path, victim: Path, kind: str) -> None:
    path, aside = tmp_path / "a.json", tmp_path / f".a.json{files.ASIDE}"
    made = {
        "link": lambda: aside.symlink_to(victim / "kept.txt"), "hard link": lambda: os.link(victim / "kept.txt", aside),
        "pipe": lambda: os.mkfifo(aside), "dangling": lambda: aside.symlink_to(victim / "new.txt"),
    }  # fmt: skip
    made[kind]()
    with files.whole(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new" and path.stat().st_nlink == 1 and not aside.exists() and untouched(victim)


def test_a_folder_is_never_emptied_through_a_link(tmp_path: Path, victim: Path) -> None:
    (tmp_path / f".a{files.ASIDE}").symlink_to(victim)
    with files.beside(tmp_path / "a") as made:
        (made / "x").write_text("x")
        made.rename(tmp_path / "a")
    assert (tmp_path / "a" / "x").exists() and untouched(victim)
    (tmp_path / "linked").symlink_to(victim)
    files.remove(tmp_path / "linked")
    assert untouched(victim)


STEP = Step("train", {"task": "toy"}, (), "a toy")


@pytest.mark.parametrize("name", ["steps", "aside", "leases", "damaged", "failed"])
def test_a_part_of_a_store_that_is_a_link_is_named_and_not_followed(tmp_path: Path, victim: Path, name: str) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / name).symlink_to(victim)
    with pytest.raises(Problem, match=f"{name}: a link"):
        store.open_store(tmp_path / "runs")
    assert untouched(victim)


def test_links_in_the_place_of_work_are_taken_away(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "runs").symlink_to(tmp_path / "elsewhere")  # the runs folder as a whole may be a link
    runs = store.open_store(tmp_path / "runs")
    (runs.aside / STEP.id).mkdir()
    (runs.aside / STEP.id / store.CHECKPOINT).symlink_to(victim)
    (runs.aside / STEP.id / "model").symlink_to(victim)
    assert list(store.start(runs, STEP.id).iterdir()) == [] and untouched(victim)
    (runs.failed / f".{STEP.id}.json{files.ASIDE}").symlink_to(victim / "kept.txt")
    store.fail(runs, STEP, "why")
    assert store.failures(runs)[STEP.id]["reason"] == "why" and untouched(victim)
    (runs.aside / "other").symlink_to(victim)
    (runs.leases / "other").symlink_to(victim / "kept.txt")
    store.clean(runs)
    assert untouched(victim)


@pytest.mark.parametrize("made", ["pipe", "device", "link to a device"])
def test_what_is_no_file_is_not_read_for_ever(tmp_path: Path, made: str) -> None:
    folder = tmp_path / STEP.id
    folder.mkdir()
    if made == "pipe":
        os.mkfifo(folder / store.STEP)
    else:
        (folder / store.STEP).symlink_to("/dev/zero")
    with pytest.raises(finished.Damaged, match="is no file"):
        finished.read(folder)
    os.mkfifo(tmp_path / "lease")
    assert not leases.taken(tmp_path / "lease")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a\0b", "..\\x", "", ".", "a/../../b"])
def test_a_step_names_files_of_its_own_folder_alone(tmp_path: Path, name: str) -> None:
    assert not files.inside(name)


@pytest.mark.parametrize("language", ["../../../x", "/etc/x", "a/b", "", ".", "x" * 500, 7, None])
def test_a_submission_has_files_of_languages_alone(tmp_path: Path, language: object) -> None:
    """The files of an export are named by the languages that stand in a step's predictions."""
    from replicate.submissions import export

    predictions = tmp_path / "predictions.jsonl"
    predictions.write_text(json.dumps({"language": language, "id": "1", "prediction": "0"}) + "\n")
    with pytest.raises(Problem, match="line 1: expected language"):
        export.rows(export.Evaluation("0a", {"target": "xnli"}, predictions))


def test_the_library_is_not_open_to_others(tmp_path: Path) -> None:
    from synth.records import Paper

    before = os.umask(0o022)
    try:
        here = library.Library(tmp_path / "papers")
        here.put(Paper("2401.00001v1", "T"), b"%PDF-1.4 x")
        with here.locked(ids.read("2401.00001v1")):
            pass
    finally:
        os.umask(before)
    assert [one for one in here.folder.rglob("*") if one.lstat().st_mode & 0o022] == []
