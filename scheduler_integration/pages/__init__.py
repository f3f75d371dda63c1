"""What the public pages show: small functions from the rooms' answers to what a template prints.

Nothing here touches the database. A page's `get_context` parses, calls a room, and hands the answer to a view.
"""
