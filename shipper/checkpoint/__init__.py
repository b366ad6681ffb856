"""What survives a restart: the ledger's safe offsets, on disk."""
