"""Own logs, metrics and the status report."""
