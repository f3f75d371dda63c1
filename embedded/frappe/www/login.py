"""A plain page for signing in."""

no_cache = 1
