"""From globs to pieces: discovery, identity, harvesters, parsers."""
