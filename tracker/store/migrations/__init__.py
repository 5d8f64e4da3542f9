"""How the schema came to be: one Alembic revision per change, run in a transaction at open."""
