"""Reads iCalendar text (RFC 5545) as busy times. The text comes from strangers, so it may be broken, huge or hostile."""
