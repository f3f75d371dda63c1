"""Shared by all doors, the methods in api/ and the pages in www/: commands, rate limits, errors, response headers."""
