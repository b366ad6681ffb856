"""
Real OpenSearch and Elasticsearch nodes for the tests, put together from Maven Central artifacts.

The products' own archives are not needed: a home folder of a server is its jars, sorted into ``lib`` and ``modules``,
plus a launcher of thirty lines. Nothing here is imported by ``shipper``.
"""
