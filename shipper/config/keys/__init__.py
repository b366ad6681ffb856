"""
Every key, once: its kind, its field in the settings, its meaning.

The reader, the JSON schema and the tables of docs/configuration.md are made from these tables; defaults come from the
settings themselves. Filebeat's names, places and meanings wherever Filebeat has the key.
"""

from shipper.config.keys.agent import DEAD_LETTER, EDGE, HTTP, LOGGING, TELEMETRY, TOP
from shipper.config.keys.inputs import DATA_STREAM, INPUT, PIPELINE
from shipper.config.keys.key import Key, Section, default_of, flat
from shipper.config.keys.outputs import ELASTICSEARCH, LOCAL, TLS
from shipper.config.keys.parsers import NDJSON, PARSERS
from shipper.config.keys.setup import DATASET, FROZEN, KIBANA, PHASE, ROLLOVER, SETUP, TEMPLATE

__all__ = [
    "DATASET",
    "DATA_STREAM",
    "DEAD_LETTER",
    "EDGE",
    "ELASTICSEARCH",
    "FROZEN",
    "HTTP",
    "INPUT",
    "KIBANA",
    "LOCAL",
    "LOGGING",
    "NDJSON",
    "PARSERS",
    "PHASE",
    "PIPELINE",
    "ROLLOVER",
    "SETUP",
    "TELEMETRY",
    "TEMPLATE",
    "TLS",
    "TOP",
    "Key",
    "Section",
    "default_of",
    "flat",
]
