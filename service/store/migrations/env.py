"""Alembic's entry: migrates on the connection, and in the transaction, that `upgrading` hands over.

Role: the glue that Alembic loads by path.
Must not know: settings.
"""

from alembic import context

from service.store import input_tables, operation_tables, result_tables
from service.store.schema import metadata

TABLES = (input_tables, operation_tables, result_tables)

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
