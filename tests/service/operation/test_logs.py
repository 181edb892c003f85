"""Log lines are JSON, carry ids, and hide secrets."""

import json
import logging

import pytest

from service.operation.logs import JsonLines, without_secrets


def line_of(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("waterline.worker", logging.INFO, "f.py", 1, message, arguments, None)
    vars(record).update(extra)
    found: dict[str, object] = json.loads(JsonLines("worker 1").format(record))
    return found


def test_a_line_names_process_and_job() -> None:
    line = line_of("job %s", "ends", job="job_1", seconds=0.5)
    assert {name: line[name] for name in ("level", "process", "message", "job", "seconds")} == {
        "level": "info",
        "process": "worker 1",
        "message": "job ends",
        "job": "job_1",
        "seconds": 0.5,
    }


def test_a_line_break_in_a_message_stays_in_its_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "f.py", 1, 'a\n{"level": "forged"}', (), None)
    assert "\n" not in JsonLines("p").format(record)


@pytest.mark.parametrize(
    "text",
    [
        "cannot reach postgresql://waterline:hunter2@db/waterline",
        "Authorization: Bearer hunter2",
        "authorization=hunter2",
        'sent {"password": "hunter2"}',
        "api_key=hunter2&x=1",
        "token: hunter2",
    ],
)
def test_secrets_are_hidden(text: str) -> None:
    assert "hunter2" not in without_secrets(text)
    assert "hunter2" not in json.dumps(line_of("%s", text, address=text))
