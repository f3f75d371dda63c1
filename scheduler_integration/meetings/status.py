"""The states of a booking."""

# These hold their hosts' time.
LIVE = frozenset({"Pending", "Scheduled"})
CANCELLED = frozenset({"Cancelled", "Declined", "Rescheduled"})
