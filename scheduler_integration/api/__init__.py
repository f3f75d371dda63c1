"""Whitelisted methods, one module per resource. A method parses, authorises, calls a room and returns JSON.

All decisions are made in the rooms.
"""
