"""Which bookings the figures are about, and who may see them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import frappe
from frappe import _

from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.engine import Interval, local_date, local_midnight
from scheduler_integration.exceptions import NotFound, NotPermitted, RangeTooLong
from scheduler_integration.permissions import has_app_permission, is_manager
from scheduler_integration.platform.clock import site_zone
from scheduler_integration.times import dates_between

# The figures cover this many days if no first day is given, and at most a year.
DAYS, MAX_DAYS = 30, 366


@dataclass(frozen=True, slots=True)
class Scope:
	"""Bookings whose meetings begin on the dates `first` to `last` of `zone`, both included.

	`host` is a User's name: bookings in which this user is one of the hosts. `page` and `meeting_type` are records' names,
	`source` is a booking's `source`. None means all.
	"""

	first: date
	last: date
	zone: str
	host: str | None = None
	page: str | None = None
	meeting_type: str | None = None
	source: str | None = None

	@property
	def span(self) -> Interval:
		"""Return the dates as epoch seconds, half-open."""
		return local_midnight(self.first, self.zone), local_midnight(self.last + timedelta(days=1), self.zone)

	@property
	def dates(self) -> list[date]:
		return dates_between(self.first, self.last)


def scope_for(
	user: str,
	first: date | None,
	last: date | None,
	now: int,
	*,
	host: str | None = None,
	page: str | None = None,
	meeting_type: str | None = None,
	source: str | None = None,
	most_days: int = MAX_DAYS,
) -> Scope:
	"""Return what the user may see: a host their own bookings, by their own clock; a manager all, by the site's clock.

	Raises NotPermitted if a host asks for somebody else's, NotFound for an unknown host, and RangeTooLong for more than a
	year.
	"""
	whose = _whose(user, host)
	zone = rule_zone(whose) if whose else site_zone().key
	today = local_date(now, zone)
	# A user who gives only a first day, in the future, wants the days after it.
	last = last or (first + timedelta(days=DAYS - 1) if first and first > today else today)
	first = first or last - timedelta(days=DAYS - 1)
	if (last - first).days >= most_days:
		raise RangeTooLong(_("At most {0} days can be asked for at a time.").format(most_days))
	return Scope(first, last, zone, whose, page, meeting_type, source)


def in_site_zone(scope: Scope, now: int) -> Scope:
	"""Return the same dates of the site's zone. Stored numbers of days are of this zone.

	If the scope goes up to today, so does the new one. In Paris it may still be 22 November when a site in Kolkata counts
	the visitors of the 23rd. `now` is in epoch seconds.
	"""
	zone = site_zone().key
	last = local_date(now, zone) if scope.last == local_date(now, scope.zone) else scope.last
	return replace(scope, first=min(scope.first, last), last=last, zone=zone)


def a_year(scope: Scope) -> Scope:
	"""Return the twelve months up to that of the scope's last day."""
	month = scope.last.replace(day=1)
	first = (month.replace(year=month.year - 1) + timedelta(days=31)).replace(day=1)
	return replace(scope, first=first)


def _whose(user: str, host: str | None) -> str | None:
	if not has_app_permission(user):
		raise NotPermitted
	if is_manager(user):
		if host and not frappe.db.exists("User", {"name": host}):
			raise NotFound(_("There is no such user."))
		return host
	if host and host != user:
		raise NotPermitted
	return user
