"""What `bench/pressure.py` is made of: a model of a cluster, agents that run the real controller, real nodes, plots."""
