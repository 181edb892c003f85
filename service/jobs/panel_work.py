"""Panel jobs: rows of an uploaded file into a panel.

Role: file to rows.
Must not know: SQL, or how rows are kept.
"""

from collections.abc import Mapping
from typing import Any

from btim import panel as columns
from btim.tables import read_table
from service.jobs.run import Finish, Run
from service.panel_tables import rows_of
from service.store import Unit


def import_panel(run: Run) -> Finish:
    """Add the rows of a file to a panel.

    Raises:
        InputError: the file is not a panel of this step; row, column and value are named.
    """
    asked = run.parameters
    run.tell(5, "reading the file")
    path = run.table_file(asked["sha256"], asked["file"])
    frame = read_table(path, columns.REQUIRED)
    run.tell(30, "checking rows")
    settings = asked["settings"]
    rows = rows_of(frame, freq=settings.get("freq", "h"), tz=settings.get("tz"), file=asked["file"])
    run.tell(60, "keeping rows")

    def finish(unit: Unit) -> Mapping[str, Any]:
        done = unit.panels.upsert(asked["panel"], rows, sha256=asked["sha256"])
        counts = {"new": done.new, "changed": done.changed, "same": done.same}
        return {"panel": asked["panel"], "version": done.version, **counts}

    return finish
