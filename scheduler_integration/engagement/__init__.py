"""Clicks on links in reports, and what came of them."""
