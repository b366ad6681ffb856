"""Shipper: a log-shipping agent for Elasticsearch and OpenSearch that loses nothing and sends nothing twice."""

__version__ = "0.1.0"
