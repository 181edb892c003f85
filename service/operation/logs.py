"""Logs: one JSON object a line on stderr, with ids to follow a request or a job, and no secrets.

Role: how every process of the service logs.
Must not know: what is logged.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime

KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
HIDDEN = "***"
SECRETS = (
    re.compile(r"(?P<keep>://[^:/@\s]+:)[^@\s]+(?=@)"),
    re.compile(r"(?P<keep>(?i:bearer|basic)\s+)[A-Za-z0-9._~+/=-]+"),
    re.compile(
        r"(?P<keep>(?i:password|passwd|secret|token|api[_-]?key|authorization)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]+"
    ),
)
"""Passwords in addresses, credentials in headers, values that are called secret."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, process, and whatever was passed as `extra`."""

    def __init__(self, process: str) -> None:
        """Name the process in every line."""
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": self._process,
            "message": without_secrets(record.getMessage()),
        }
        extra = {name: value for name, value in vars(record).items() if name not in KNOWN}
        line |= {name: without_secrets(value) if isinstance(value, str) else value for name, value in extra.items()}
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def without_secrets(text: str) -> str:
    """The text with credentials hidden."""
    for secret in SECRETS:
        text = secret.sub(rf"\g<keep>{HIDDEN}", text)
    return text


def start_logs(process: str, level: str) -> None:
    """Log from now on as JSON lines, in place of whatever was set up before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("waterline").setLevel(level.upper())
