"""Queues the job that runs a booking's tasks right after the commit."""

from scheduler_integration.queueing import queue_after_commit

JOB = "scheduler_integration.jobs.run_tasks_of"


def wake(booking: str) -> None:
	"""Queue the job after the commit. If the job gets lost, the one that runs each minute finds the tasks."""
	queue_after_commit(JOB, "short", booking=booking)
