"""What the pages show: small functions from the rooms' objects to the text that a template prints.

A view makes no query. A page's `get_context` in www/ parses, calls the rooms, and hands what they return to a view.
"""
