"""People's votes: tables, store, pairing, agreement, export. Imports core; only `store` opens database sessions."""
