"""Tasks of the outbox that wait since NOW."""

from typing import Any

import frappe

from scheduler_integration.outbox.tasks import Planned, plan
from tests.support.factories import at

NOW = at("2026-03-02 06:00")


def planned(
	key: str, kind: str = "email", target: str = "ada@guests.example", due_at: int = NOW, **fields: Any
) -> Planned:
	return Planned(kind=kind, purpose="test", target=target, key=key, due_at=due_at, **fields)


def store(booking: str, *wanted: Planned) -> None:
	"""Store the tasks, and commit."""
	plan(booking, wanted, NOW)
	frappe.db.commit()
