"""Counts again how long ahead meetings are booked."""

from scheduler_integration.insights.forecast import LEAD_BUCKETS


def bucket_of(lead: int) -> int:
	"""Return the bucket of a lead time in seconds, 0 to 2."""
	return sum(lead >= limit for limit in LEAD_BUCKETS)
