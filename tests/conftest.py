"""Fixtures every room's tests share, and the rule that a named kind of test may not skip."""

import os
from pathlib import Path

import pytest

MUST_RUN = {name for name in os.environ.get("WATERLINE_MUST_RUN", "").split(",") if name}


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real data sets; tests that ask for it skip where it is not configured."""
    folder = os.environ.get("WATERLINE_DATA")
    if not folder:
        pytest.skip("WATERLINE_DATA is not set")
    return Path(folder).resolve()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when a test skipped that carries a marker named in WATERLINE_MUST_RUN."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not MUST_RUN or reporter is None:
        return
    skipped = [report.nodeid for report in reporter.stats.get("skipped", []) if MUST_RUN & set(report.keywords)]
    if skipped:
        reporter.write_line(f"these must run here but skipped: {', '.join(skipped)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
