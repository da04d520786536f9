"""The database's versions, run by Alembic from wherever this package is installed."""
