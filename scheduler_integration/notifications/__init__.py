"""Tells people about a booking: what, to whom, in their language and time zone, with a calendar invitation."""

from scheduler_integration.notifications.plan import plan_messages

__all__ = ["plan_messages"]
