"""Loads hosts' calendars, and returns the slots at which hosts can be met."""
