"""Settings of the running service, read once from environment variables.

Role: the one place that knows the name, meaning and bounds of every variable; an unknown one is refused.
Must not know: what uses a setting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from btim.errors import SchemaError, ValueFormatError, listed

PREFIX = "WATERLINE_"
OTHERS = frozenset({"WATERLINE_DATA", "WATERLINE_MUST_RUN"})
"""Variables with the same prefix that tests read; the service ignores them."""
LOG_LEVELS = ("debug", "info", "warning", "error")
DATABASE_FILE = "waterline.sqlite"
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service runs. `database_url` may hold a password: show `shown_database` instead.

    `home` is the folder of everything that is kept; `workers` are processes that do jobs; `max_upload` and `max_body`
    bound uploads and JSON bodies in bytes; `watch` is a folder whose new files are read as reports of `organisation`;
    `job_timeout_s` ends a job that runs longer; `stop_patience_s` is how long a stop waits for running work.
    """

    home: Path
    database_url: str
    address: str = "127.0.0.1"
    port: int = 8321
    workers: int = 1
    max_upload: int = 2048 * MIB
    max_body: int = 64 * MIB
    watch: Path | None = None
    organisation: str = "main"
    log_level: str = "info"
    upgrade: bool = True
    busy_timeout_s: float = 10.0
    pool_size: int = 10
    job_timeout_s: float = 3600.0
    stop_patience_s: float = 20.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read every `WATERLINE_` variable of a mapping such as `os.environ`.

        Raises:
            SchemaError: a variable with that prefix is not known.
            ValueFormatError: a value cannot be used; the variable and the remedy are named.
        """
        given = {name.removeprefix(PREFIX): text for name, text in environment.items() if name.startswith(PREFIX)}
        unknown = sorted(PREFIX + name for name in given if name not in NAMES and PREFIX + name not in OTHERS)
        if unknown:
            known = listed((PREFIX + name for name in NAMES), most=len(NAMES))
            raise SchemaError("unknown setting", field=unknown[0], remedy=f"known are {known}")
        home = Path(given.get("HOME", "waterline-home")).expanduser().absolute()
        watch = given.get("WATCH")
        return cls(
            home=home,
            database_url=_database(given.get("DATABASE_URL", f"sqlite:///{home / DATABASE_FILE}")),
            address=given.get("ADDRESS", "127.0.0.1"),
            port=_whole(given, "PORT", 8321, least=0, most=65535),
            workers=_whole(given, "WORKERS", 1, least=0, most=64),
            max_upload=_whole(given, "MAX_UPLOAD", 2048, least=1, most=1_000_000) * MIB,
            max_body=_whole(given, "MAX_BODY", 64, least=1, most=1024) * MIB,
            watch=Path(watch).expanduser().absolute() if watch else None,
            organisation=given.get("ORGANISATION", "main"),
            log_level=_one_of(given, "LOG_LEVEL", "info", LOG_LEVELS),
            upgrade=_one_of(given, "UPGRADE", "yes", ("yes", "no")) == "yes",
            busy_timeout_s=float(_whole(given, "BUSY_TIMEOUT", 10, least=0, most=600)),
            pool_size=_whole(given, "POOL_SIZE", 10, least=1, most=200),
            job_timeout_s=float(_whole(given, "JOB_TIMEOUT", 3600, least=1, most=7 * 86400)),
            stop_patience_s=float(_whole(given, "STOP_PATIENCE", 20, least=1, most=3600)),
        )

    @property
    def shown_database(self) -> str:
        """The database's address without its password."""
        parts = urlsplit(self.database_url)
        if parts.password is None:
            return self.database_url
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{host}"))

    def environment(self) -> dict[str, str]:
        """The settings as variables, for a child process."""
        out = {
            "HOME": str(self.home),
            "DATABASE_URL": self.database_url,
            "ADDRESS": self.address,
            "PORT": str(self.port),
            "WORKERS": str(self.workers),
            "MAX_UPLOAD": str(self.max_upload // MIB),
            "MAX_BODY": str(self.max_body // MIB),
            "ORGANISATION": self.organisation,
            "LOG_LEVEL": self.log_level,
            "UPGRADE": "yes" if self.upgrade else "no",
            "BUSY_TIMEOUT": str(int(self.busy_timeout_s)),
            "POOL_SIZE": str(self.pool_size),
            "JOB_TIMEOUT": str(int(self.job_timeout_s)),
            "STOP_PATIENCE": str(int(self.stop_patience_s)),
        }
        if self.watch is not None:
            out["WATCH"] = str(self.watch)
        return {PREFIX + name: text for name, text in out.items()}


NAMES = (
    "HOME",
    "DATABASE_URL",
    "ADDRESS",
    "PORT",
    "WORKERS",
    "MAX_UPLOAD",
    "MAX_BODY",
    "WATCH",
    "ORGANISATION",
    "LOG_LEVEL",
    "UPGRADE",
    "BUSY_TIMEOUT",
    "POOL_SIZE",
    "JOB_TIMEOUT",
    "STOP_PATIENCE",
)
"""Every setting, without its prefix; `docs/service.md` explains each."""


def _database(url: str) -> str:
    scheme = url.partition(":")[0]
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return "postgresql+psycopg" + url[len(scheme) :]
    if scheme == "sqlite" and url.startswith("sqlite:///"):
        return url
    raise ValueFormatError(
        "is not a database the store can use",
        field=f"{PREFIX}DATABASE_URL",
        value=scheme,
        remedy="write postgresql://user:password@host/database or sqlite:////folder/file.sqlite",
    )


def _whole(given: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    text = given.get(name, str(default)).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 16 and least <= int(text) <= most):
        raise ValueFormatError(
            "is not a whole number in range", field=PREFIX + name, value=text, remedy=f"write {least} to {most}"
        )
    return int(text)


def _one_of(given: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    text = given.get(name, default).strip().lower()
    if text not in allowed:
        raise ValueFormatError(
            "is not a known value", field=PREFIX + name, value=text, remedy=f"write one of {', '.join(allowed)}"
        )
    return text
