"""Tells people about a booking: what, to whom, in their language and time zone, with a calendar invitation."""
