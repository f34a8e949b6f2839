"""What goes wrong, said to people: one line that names what, where and what to do."""

from __future__ import annotations

import difflib
import errno
import os
import sys
from collections.abc import Callable, Iterable

DONE, FAILED, USAGE, REFUTED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Problem(Exception):
    """Something the user can mend. The message is the whole line that they see."""

    code = BAD_INPUT


class Failure(Problem):
    """The input was right and the work failed all the same (no space, a step that died)."""

    code = FAILED


def unknown(what: str, name: str, valid: Iterable[str]) -> Problem:
    """The problem for a name that does not exist, with the nearest names that do."""
    names = sorted(set(valid))
    near = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"valid: {', '.join(names)}"
    return Problem(f"unknown {what} {name!r}; {hint}")


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
    return f"{error.filename}: {says}" if error.filename else says


def guard(command: Callable[[], int], program: str, debug: bool = False) -> int:
    """Run a command; turn what goes wrong into one line on stderr and an exit code.

    With `debug` errors rise as they are, traceback and all.
    """
    try:
        return command()
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
