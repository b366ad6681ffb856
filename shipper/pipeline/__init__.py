"""
Ingest pipelines that run at the edge, with the result that the cluster would produce.

Pure: no clock, socket, thread or file but in ``guard`` and ``matcher``. A definition is loaded strictly: what the edge cannot do exactly is refused then, with
its place and the way out, and never guessed at later.
"""
