"""What people edit or decide: one relational store, SQLite by default and Postgres by URL."""
