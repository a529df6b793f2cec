"""A PostgreSQL backend that puts each table in its place as it is made; used only by a `citus://` address."""
