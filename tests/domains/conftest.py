"""Pages with domains of their own, and a name server that a test fills with records."""

from collections.abc import Iterator
from typing import Any

import frappe
import pytest
from frappe.model.document import Document

from scheduler_integration.domains.keep import check
from scheduler_integration.domains.records import wanted_records
from scheduler_integration.platform.clock import now
from tests.support.name_server import NameServer

DOMAIN = "book.example.test"


@pytest.fixture
def names() -> Iterator[NameServer]:
	server = NameServer()
	yield server
	server.close()


def claim(domain: str = DOMAIN, **fields: Any) -> Document:
	return frappe.get_doc({"doctype": "Scheduling Domain", "domain": domain, **fields}).insert()


def publish(names: NameServer, claimed: Document) -> None:
	"""Set both records as the form shows them."""
	for record in wanted_records(claimed.domain, claimed.name):
		value = f'"{record.value}"' if record.kind == "TXT" else f"{record.value}."
		names.records[f"{record.name}.", record.kind] = [value]


def verified(names: NameServer, domain: str = DOMAIN, **fields: Any) -> Document:
	"""Claim the domain and prove it. Commits."""
	claimed = claim(domain, **fields)
	publish(names, claimed)
	check(claimed, now(), names.resolver())
	frappe.db.commit()
	return claimed
