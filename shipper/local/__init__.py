"""The embedded store: an SQLite file with full-text search, for trying and for hosts without a cluster."""
