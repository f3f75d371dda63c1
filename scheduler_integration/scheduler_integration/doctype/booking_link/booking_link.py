from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import getdate

from scheduler_integration import engine
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.booking_links import DEFAULT_DAYS, link_url, starts_of
from scheduler_integration.catalogue.durations import checked_duration
from scheduler_integration.catalogue.hosts import enabled_hosts
from scheduler_integration.catalogue.lookup import find_own_bookable
from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import parse_form_field
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused, email, label, person_name
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import iso, now

MAX_STARTS = 50
# A link can't be given away for ever.
MAX_DAYS = 730


class BookingLink(Form):
	def onload(self):
		self.set_onload("address", link_url(self.name, self.meeting_type))

	def validate(self):
		if not self.is_new() and self.only_switches():
			return
		self.validate_hosts()
		self.title = parse_form_field(self, "title", label)
		self.set_own_times()
		self.validate_duration()
		self.set_expiry()
		self.validate_attendee()

	def only_switches(self):
		"""Whether nothing but the revocation changes: the type may be off by now, and the own times be past."""
		kept = [field.fieldname for field in self.meta.fields if field.fieldname != "revoked"]
		return not any(self.has_value_changed(field) for field in kept)

	def validate_hosts(self):
		own = find_own_bookable(self.meeting_type)
		users = [host.user for host in enabled_hosts(own.meeting_type, own.page, own.people)]
		if self.user not in {own.page.user, *users}:
			raise InvalidRequest(
				_("{0} doesn't host this meeting type.").format(self.user),
				details={"user": _("Choose one of the hosts of this meeting type.")},
			)
		if self.host and (own.meeting_type.assignment != "Round Robin" or self.host not in users):
			raise InvalidRequest(
				_("Only a round robin has hosts to choose from."),
				details={"host": _("Choose one of the hosts of this meeting type.")},
			)
		self.refuse_hours_of_others({self.host} if self.host else set(users))

	def refuse_hours_of_others(self, users: set[str]):
		"""Own times are offered at any hour. Nobody but a manager opens the nights of a colleague."""
		if self.own_times and users - {self.user} and not is_manager():
			sentence = _("Only a Scheduling Manager can offer times outside the working hours of others.")
			raise InvalidRequest(sentence, details={"own_times": sentence})

	def set_own_times(self):
		"""Read the starts, one a line, and write them in the host's zone."""
		lines = (self.own_times or "").split()
		if not lines:
			self.own_times = None
			return
		if (frappe.get_cached_value("Meeting Type", self.meeting_type, "number_of_days") or 1) > 1:
			raise InvalidRequest(_("A meeting over several days can't have own times."))
		starts = {parse_form_field(self, "own_times", lambda _text, given=each: _start(given)) for each in lines}
		if len(starts) > MAX_STARTS:
			raise InvalidRequest(
				_("Give at most {0} times.").format(MAX_STARTS), details={"own_times": _("Remove some times.")}
			)
		if max(starts) <= now():
			raise InvalidRequest(
				_("All of these times are past."), details={"own_times": _("Choose a later date or time.")}
			)
		zone = timezone_of(self.user)
		self.own_times = "\n".join(iso(start, zone) for start in sorted(starts))

	def validate_duration(self):
		if self.duration_minutes:
			checked_duration(self.duration_minutes)

	def set_expiry(self):
		"""Set the instant of the expiry: the end of the last day by the host's clock, or the last of the own times."""
		zone = timezone_of(self.user)
		today = engine.local_date(now(), zone)
		starts = starts_of(self.own_times)
		if not self.expires_on:
			self.expires_on = engine.local_date(starts[-1], zone) if starts else today + timedelta(days=DEFAULT_DAYS)
		day = getdate(self.expires_on)
		if self.has_value_changed("expires_on") and not today <= day <= today + timedelta(days=MAX_DAYS):
			raise InvalidRequest(
				_("Choose a last day from today on, at most {0} days ahead.").format(MAX_DAYS),
				details={"expires_on": _("Choose another date.")},
			)
		ends = engine.local_midnight(day + timedelta(days=1), zone)
		self.expires_at = min(ends, starts[-1]) if starts else ends

	def validate_attendee(self):
		for field, parse in (("attendee_name", person_name), ("attendee_email", email)):
			if self.get(field):
				self.set(field, parse_form_field(self, field, parse))


def _start(text):
	instant = parse_instant(text)
	if instant % 300:
		raise Refused(_("Meetings start at full five minutes, such as 14:05."))
	return instant
