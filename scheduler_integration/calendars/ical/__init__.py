"""Reads iCalendar text (RFC 5545) as busy times. Text comes from strangers: it may be broken, huge or hostile."""
