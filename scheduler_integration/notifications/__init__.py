"""Tells people about a booking, in their language and time zone, with a calendar invitation."""
