"""Tells people about a booking: what, to whom, in their language and time zone, with a calendar invitation."""

from scheduler_integration.notifications.announce import announce

__all__ = ["announce"]
