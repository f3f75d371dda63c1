"""Whitelisted methods, one file a resource. Each parses, authorises, calls a room and answers; nothing is decided here."""
