"""Whitelisted methods, one module per resource. A method parses, authorises, calls a room and returns JSON.

It decides nothing itself.
"""
