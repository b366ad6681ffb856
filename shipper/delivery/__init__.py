"""Batching, sending, settlement, pressure, pauses and dead letters."""
