"""Views: small functions that turn objects of the rooms into the texts that a template prints.

A view reads no database itself (`make lint` checks that). It gets objects, or asks the rooms. `get_context` of a page in
www/ parses the request, calls the rooms and passes their results to a view.
"""
