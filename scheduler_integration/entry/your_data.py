"""A person asks for their data: proves the address with a code, and then reads, corrects and erases it with a ticket."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration import bookings
from scheduler_integration.entry.address import client_network
from scheduler_integration.entry.limits import BOOKINGS, count_request
from scheduler_integration.exceptions import InvalidRequest, WrongCode
from scheduler_integration.parsing.fields import parse_field
from scheduler_integration.parsing.text import email, line, person_name, phone
from scheduler_integration.platform import clock
from scheduler_integration.platform.queue import queue_after_commit, queue_job
from scheduler_integration.privacy import requests
from scheduler_integration.privacy.held import held_data, is_held
from scheduler_integration.trust import codes
from scheduler_integration.trust.codes import Occasion

SEND = "scheduler_integration.jobs.send_data_code"
ERASE = "scheduler_integration.jobs.erase_person"


def parse_address(value: object) -> str:
	"""Return the typed e-mail address in lower case. Raises InvalidRequest."""
	address = parse_field("address", value, email)
	if not address:
		raise InvalidRequest(details={"address": frappe._("Enter your e-mail address.")})
	return address.lower()


def ask_for_code(address: str) -> str:
	"""Let a job send a code to the address, if anything is held about it. The caller can't tell whether it is.

	Returns the key of the form in which the code is typed. The code is right in that form only.
	"""
	# Each call may send a mail, so it counts like a booking.
	count_request(BOOKINGS)
	form = secrets.token_urlsafe(12)
	language = frappe.local.lang or "en"
	queue_job(SEND, "short", address=address, network=client_network(), language=language, form=form)
	return form


def new_code_for(address: str, network: str, form: str, now: int) -> str | None:
	"""Return a code to send, or None if nothing is held about the address, or it got enough codes.

	`network` is that of the visitor who asks, and `form` the key of the form in which the code is typed.
	"""
	return codes.new_code(_occasion(address, form), network, now) if is_held(address) else None


def ticket_for(address: str, form: str, typed: object) -> str:
	"""Return a ticket for the address if the code is right in the form with this key. Raises WrongCode."""
	count_request(BOOKINGS)
	now = clock.now()
	code = codes.checked_code(_occasion(address, form), typed, now)
	if not code or not code.use(secrets.token_hex(8)):
		raise WrongCode
	return requests.new_ticket(address, now)


def read_held(ticket: str) -> dict[str, Any]:
	"""Return what is held about the ticket's person. Raises LinkExpired."""
	return held_data(requests.address_of(ticket, clock.now()))


def correct_held(ticket: str, given: Mapping[str, object]) -> int:
	"""Correct name, telephone number and company, and return the number of changed bookings.

	Raises LinkExpired, and InvalidRequest that names the wrong field.
	"""
	now = clock.now()
	address = requests.address_of(ticket, now)
	name = parse_field("name", given.get("name"), person_name)
	if not name:
		raise InvalidRequest(details={"name": frappe._("Enter your name.")})
	person = bookings.Person(
		name=name,
		phone=parse_field("phone", given.get("phone"), phone),
		company=parse_field("company", given.get("company"), line),
	)
	return requests.correct(address, person, now)


def erase_held(ticket: str) -> requests.Erasure:
	"""Erase what is held about the ticket's person. Raises LinkExpired."""
	now = clock.now()
	return requests.erase(requests.address_of(ticket, now), now)


def erase_with_user(request: Document, method: str | None = None) -> None:
	"""Hook for Frappe's Personal Data Deletion Request: a job erases the bookings too, as soon as the User is deleted."""
	if request.status == "Deleted":
		queue_after_commit(ERASE, "long", address=request.email.lower())


def _occasion(address: str, form: str) -> Occasion:
	"""Return what a code is for. Each form has codes and tries of its own, so that nobody uses up those of somebody else."""
	return Occasion(address, meeting_type="", page="your-data", form=f"your-data:{form}")
