"""What goes wrong, said to people: one line that names what, where and what to do."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable

from .shown import visible

OURS = frozenset({"replicate", "synth"})
DONE, FAILED, USAGE, REFUTED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Problem(Exception):
    """Something the user can mend. The message is the whole line that they see; of a very long one the middle is left out."""

    code = BAD_INPUT

    def __init__(self, line: str) -> None:
        super().__init__(shortened(visible(line)))  # what it quotes of others adds no line to it


class Failure(Problem):
    """The input was right and the work failed all the same (no space, a step that died)."""

    code = FAILED


MOST_NAMES = 30  # of valid names in one line
LONGEST = 1500  # characters of a line; what somebody's file holds has no end


def near(name: str, valid: Iterable[str]) -> list[str]:
    """The valid names most like this one, the best first; capitals make no difference."""
    import difflib

    by_lower = {one.lower(): one for one in sorted(valid, reverse=True)}
    return [by_lower[found] for found in difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.55)]


def unknown(what: str, name: str, valid: Iterable[str], whole: bool = True) -> Problem:
    """The problem for a name that does not exist, with the nearest names that do, or else with those there are.

    Without `whole` a name that is like no other is told without the list.
    """
    names = sorted(set(valid))
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    if found := near(name, names):
        return Problem(f"unknown {what} {name!r}; did you mean {' or '.join(found)}?")
    return Problem(f"unknown {what} {name!r}" + (f"; valid: {', '.join(names[:MOST_NAMES]) or 'none'}{more}" if whole else ""))


SYSTEM = {
    errno.ENOSPC: "no space left on the device; free some or choose another folder",
    errno.EDQUOT: "the disk quota is used up; free some or choose another folder",
    errno.EACCES: "permission denied; choose a folder that you may write to",
    errno.EPERM: "permission denied; choose a folder that you may write to",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.ENOTDIR: "a part of this path is a file, not a folder; choose another folder",
    errno.EEXIST: "a file stands where a folder is needed; choose another folder",
    errno.EISDIR: "this is a folder where a file is needed",
    errno.ENOENT: "no such file or folder",
    errno.ENAMETOOLONG: "the name is too long for this file system",
}


def explain(error: OSError) -> str:
    """One line for an error of the operating system: the path, then what to do."""
    says = SYSTEM.get(error.errno or 0, error.strerror or str(error))
    return shortened(visible(f"{error.filename}: {says}" if error.filename else says))


def shortened(line: str) -> str:
    """The line; where it is very long without its middle."""
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 300]} ... {line[-250:]}"


def unreadable(error: Exception) -> str:
    """Why a text is no JSON or TOML, in words for people: what Python says of its own limits is none of them."""
    if isinstance(error, RecursionError):
        return "nested too deep"
    return "a number of thousands of digits" if "integer string conversion" in str(error) else str(error)


def absent(error: BaseException) -> str:
    """What to do about a package of others that this Python does not have; empty where that is not what went wrong."""
    name = (getattr(error, "name", None) or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if not name or name in OURS:
        return ""
    return (
        f"the package {name} is not installed for this Python ({sys.executable}); "
        "in a checkout activate its environment (. .venv/bin/activate; make builds it), else pip install what is missing"
    )


def guard(command: Callable[[], int], program: str, debug: bool = False) -> int:
    """Run a command; turn what goes wrong into one line on stderr and an exit code.

    With `debug` errors rise as they are, traceback and all.
    """
    try:
        code = command()
        sys.stdout.flush()  # here, where a reader that went away can be told from a fault
        return code
    except BrokenPipeError:
        # The reader of our output went away (`| head`); Python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print(f"{program}: interrupted; what was finished is kept, the same command goes on", file=sys.stderr)
        return INTERRUPTED
    except Problem as problem:
        if debug:
            raise
        print(f"{program}: {problem}", file=sys.stderr)
        return problem.code
    except OSError as error:
        if debug:
            raise
        print(f"{program}: {explain(error)}", file=sys.stderr)
        return FAILED
    except (RecursionError, MemoryError) as error:
        if debug:
            raise
        deep = "what it was given is nested too deeply; is it the right file? (--debug shows which)"
        print(f"{program}: {deep if isinstance(error, RecursionError) else 'no memory is left'}", file=sys.stderr)
        return BAD_INPUT if isinstance(error, RecursionError) else FAILED
    except Exception as error:
        if debug:
            raise
        print(f"{program}: {absent(error) or _fault(error)}", file=sys.stderr)
        return FAILED


def _fault(error: Exception) -> str:
    """One line for what nobody foresaw: what it was, and where in our code it came from."""
    import traceback

    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if OURS & set(frame.filename.split(os.sep))]
    where = f", {os.path.basename(ours[-1].filename)} line {ours[-1].lineno}" if ours else ""
    said = visible(f"{type(error).__name__}: {error}"[:300])
    return f"a fault of this program, not of yours ({said}{where}); the same command with --debug shows all: please report it"
