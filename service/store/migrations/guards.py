"""Triggers by which the database itself refuses to change history: the audit, reviews, versions, adopted scenarios.

Role: statements that differ between the two databases.
Must not know: who would try.
"""

from typing import Any

APPEND_ONLY = ("audit", "event_reviews", "scenario_versions", "panel_versions")
"""Tables whose rows are never changed or removed."""

_FUNCTION = """
CREATE FUNCTION waterline_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  RAISE EXCEPTION 'history is append-only: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def guard(op: Any) -> None:
    """Add the triggers to new tables; `op` is Alembic's operations."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(_FUNCTION)
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            op.execute(_trigger(table, event, "", is_sqlite=is_sqlite))
    for event in ("UPDATE", "DELETE"):
        op.execute(_trigger("scenarios", event, "WHEN (OLD.state = 'adopted')", is_sqlite=is_sqlite))


def _trigger(table: str, event: str, condition: str, *, is_sqlite: bool) -> str:
    name = f"guard_{table}_{event.lower()}"
    if is_sqlite:
        body = f"BEGIN SELECT RAISE(ABORT, 'history is append-only: {table}'); END"
        return f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition} {body}"
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {condition} EXECUTE FUNCTION waterline_refuse()"
    )
