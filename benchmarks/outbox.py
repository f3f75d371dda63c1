"""10,000 due tasks on one worker: what the outbox itself costs, without what the handlers do outside."""

import time

import frappe

from scheduler_integration.outbox.handlers import Handler
from scheduler_integration.outbox.outcomes import Done
from scheduler_integration.outbox.runner import Runner
from scheduler_integration.outbox.tasks import Planned, plan
from scheduler_integration.platform.clock import now
from tests.support.site import opened, undoing_commits

TASKS = 10_000


def main() -> None:
	"""Print how long 10,000 tasks take, in seconds and against the site's own update and commit of one row."""
	with opened(), undoing_commits():
		_fill(TASKS)
		step = _seconds_per_step()
		began = time.perf_counter()
		count = Runner({"email": Handler(lambda task, instant: Done())}, now, _nothing, _nothing).run_all(600)
		seconds = time.perf_counter() - began
		assert count == TASKS
		per_task = seconds / count
		print(f"outbox: {count} due tasks in {seconds:.1f} s, {per_task * 1000:.2f} ms each,", end=" ")
		print(f"{per_task / step:.1f} times an update with its commit")


def _fill(count: int) -> None:
	instant = now()
	for first in range(0, count, 1000):
		wanted = (_task(first + index, instant) for index in range(1000))
		plan(f"booking-{first // 1000}", wanted, instant)
	frappe.db.commit()


def _task(index: int, instant: int) -> Planned:
	target = f"{index % 2500}@guests.example"
	return Planned(kind="email", purpose="reminder", target=target, key=f"bench-{index}", due_at=instant - index)


def _seconds_per_step() -> float:
	name = frappe.db.get_value("Outbox Task", {"key": "bench-0"})
	began = time.perf_counter()
	for index in range(200):
		frappe.db.set_value("Outbox Task", name, "attempts", index % 2, update_modified=False)
		frappe.db.commit()
	return (time.perf_counter() - began) / 200


def _nothing(*_arguments: object) -> None:
	pass


if __name__ == "__main__":
	main()
