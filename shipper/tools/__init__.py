"""What commands do beside `run`."""
