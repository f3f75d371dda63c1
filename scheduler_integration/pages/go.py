"""`/schedule/go/<reference>`: counts a click on a link of a report, and leads on to the scheduler."""

import frappe

from scheduler_integration.engagement.clicks import record_click
from scheduler_integration.engagement.links import destination
from scheduler_integration.engagement.references import read
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.entry.visits import countable_visit, wants_no_tracking
from scheduler_integration.exceptions import ReportLinkNotFound
from scheduler_integration.pages.guest_page import GuestPage, Visit
from scheduler_integration.pages.kit.respond import View, argument, redirection

PAGE = GuestPage()


@PAGE.view
def _view(visit: Visit) -> View:
	text = argument("reference")
	reference = read(text)
	if not reference:
		raise ReportLinkNotFound
	target = find_target(reference.assessment, reference.meeting_type, phase=reference.phase)
	address = destination(target, "" if wants_no_tracking() else text)
	click = countable_visit()
	if click and record_click(target, reference.channel, click, visit.now):
		# Frappe rolls back what a GET request has written, unless this flag is set.
		frappe.local.flags.commit = True
	raise redirection(address, 302)
