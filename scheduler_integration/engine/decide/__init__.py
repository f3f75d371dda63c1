"""Combines the rules into decisions: for one host, for a group of hosts, and for all hosts of a meeting type."""
