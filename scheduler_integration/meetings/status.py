"""The states of a booking."""

# In these states a booking takes its hosts' time.
LIVE = frozenset({"Pending", "Scheduled"})
CANCELLED = frozenset({"Cancelled", "Declined", "Rescheduled"})
