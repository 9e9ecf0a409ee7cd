"""Run by Alembic inside the transaction that annotations.migrate holds."""

from alembic import context

from annotations.tables import METADATA

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations run by themselves when the store opens; there is no alembic.ini to run them with")
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, transactional_ddl=True)
context.run_migrations()
