"""The agent: builds the graph of the stages, owns the threads and signals, drains."""

from shipper.agent.process import Agent

__all__ = ["Agent"]
