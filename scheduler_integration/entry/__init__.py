"""Shared by all doors, the methods in api/ and the pages in pages/: commands, rate limits, errors, response headers."""
