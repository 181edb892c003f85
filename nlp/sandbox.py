"""A limited process for documents that may be hostile: bounded memory, time and output.

Role: run the converters beside the reader, and turn what goes wrong there into a clear refusal.
Must not know: document formats.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from btim.errors import FileError

CONVERTERS = Path(__file__).with_name("converters.py")
"""Run as a file, not as a module of the package, so that the process does not load the readers."""
SECONDS = 120
MEMORY = 2 * 1024**3
OUTPUT = 600 * 1024**2


def convert(path: Path) -> dict[str, Any]:
    """The converters' answer for one file: `kind` of part, `pieces` of (number, text).

    Raises:
        FileError: the file is broken, holds no text, expands too far, or exceeds the limits.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own module on a file the user named
            [sys.executable, "-P", str(CONVERTERS), str(path.resolve())],
            capture_output=True,
            timeout=SECONDS,
            check=False,
            preexec_fn=_limit,
        )
    except subprocess.TimeoutExpired:
        raise _refusal(
            path, f"could not be converted within {SECONDS} seconds", "split it or save it as text"
        ) from None
    if done.returncode != 0:
        raise _refusal(path, "could not be converted", "save it again or as text", _cause(done.stderr))
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise _refusal(path, answer["refused"], answer["remedy"])
    return answer


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _cause(stderr: bytes) -> str:
    """The last line of the converter's traceback: what the library said."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:120] if lines else "it stopped without a message"


def _refusal(path: Path, what: str, remedy: str, value: str | None = None) -> FileError:
    return FileError(what, file=str(path), value=value, remedy=remedy)
