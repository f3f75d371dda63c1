"""Finds the hosts of a page and of its meeting types."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint
from pypika import Field, Table

from scheduler_integration.catalogue.slugs import first_free, slugify
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.permissions import users_with
from scheduler_integration.platform.records import picked, record
from scheduler_integration.platform.sql import value
from scheduler_integration.times import Absence


@dataclass(frozen=True, slots=True)
class TypeHost:
	"""A host of a meeting type. `user` is the name of the User's record, `name` is the full name that visitors see.

	For round robins: `weight` is 1 to 10, a higher `priority` comes first, `active_since` is in epoch seconds.
	A stand-in has the `absences` of the host for whom they stand in, and `own_types`, the names of their own Meeting Types
	with the same address: of these and the type that is booked the stricter rules apply. With `has_own_hours` the host's default schedule
	applies, even if the meeting type names a schedule.
	"""

	user: str
	name: str
	image: str | None = None
	is_required: bool = True
	weight: int = 1
	priority: int = 0
	active_since: int = 0
	absences: tuple[Absence, ...] = ()
	has_own_hours: bool = False
	own_types: tuple[str, ...] = ()


People = dict[str, frappe._dict]
_REQUIRED = {False: "takes_part", True: "required"}


def hosts_of(meeting_type: Document, page: Document, people: People | None = None) -> list[TypeHost]:
	"""Return the enabled hosts of the meeting type, in the page's order.

	Returns an empty list for a collective meeting if a required host is disabled, or if it needs nobody. `people` are the
	page's enabled users; without it they are loaded.
	"""
	hosts = enabled_hosts(meeting_type, page, people)
	if meeting_type.assignment != "Collective":
		return hosts
	required = required_users(meeting_type, page)
	can_meet = (required or at_least(meeting_type)) and required <= {host.user for host in hosts}
	return hosts if can_meet else []


def enabled_hosts(meeting_type: Document, page: Document, people: People | None = None) -> list[TypeHost]:
	"""Return the same as `hosts_of`, but also if required hosts are missing."""
	rows = _host_rows(meeting_type, page)
	people = enabled_people([row.user for row in rows]) if people is None else people
	rows = [row for row in rows if row.user in people]
	if page.page_type == "Team" and meeting_type.assignment == "Single Host":
		# The type's consultant, if they are one of the page's enabled hosts, otherwise the first.
		first = sorted((row.user for row in rows), key=lambda user: user != meeting_type.consultant)[:1]
		rows = [frappe._dict(user=user, is_required=1) for user in first]
	return [_type_host(row, people[row.user]) for row in rows]


def hosts_of_page(page: Document, people: People | None = None) -> list[TypeHost]:
	"""Return the enabled hosts that the page shows, in its order. See `hosts_of` for `people`."""
	users = page_users(page)
	people = enabled_people(users) if people is None else people
	return [TypeHost(u, people[u].full_name or u, people[u].user_image or None) for u in users if u in people]


def enabled_hosts_of_all() -> list[TypeHost]:
	"""Return the enabled users who have a scheduling page or belong to a team's, by name."""
	owners = frappe.get_all("Scheduling Page", {"page_type": "Personal"}, pluck="user")
	team = frappe.get_all("Scheduling Page Host", {"is_active": 1, "parenttype": "Scheduling Page"}, pluck="user")
	return _by_name({*owners, *team})


def possible_hosts() -> list[TypeHost]:
	"""Return the enabled users with a role of this app, by name: they may be hosts of a team."""
	return _by_name({*users_with("Scheduling User", "Scheduling Manager")} - {"Administrator"})


def _by_name(users: Iterable[str]) -> list[TypeHost]:
	people = enabled_people(users)
	hosts = [TypeHost(user, person.full_name or user) for user, person in people.items()]
	return sorted(hosts, key=lambda host: (host.name.casefold(), host.user))


def page_users(page: Document) -> list[str]:
	"""Return the users whose time the page offers: the active hosts of a team page, or the owner of a personal page."""
	return team_users(page) if page.page_type == "Team" else [page.user]


def team_users(page: Document) -> list[str]:
	"""Return the users of a page's active host rows, in the order of the rows."""
	return [row.user for row in page.hosts if row.is_active]


def required_users(meeting_type: Document, page: Document) -> set[str]:
	"""Return the users that every collective meeting of this type needs."""
	return {row.user for row in _host_rows(meeting_type, page) if row.is_required}


def at_least(meeting_type: Document) -> int:
	"""Return how many of the hosts who aren't required a collective meeting needs besides the required ones."""
	return cint(meeting_type.required_count) if meeting_type.assignment == "Collective" else 0


def check_can_meet(meeting_type: Document, page: Document) -> None:
	"""Raise InvalidRequest if the hosts of a collective meeting type could never meet, however free they are."""
	if meeting_type.assignment != "Collective":
		return
	required, wanted = required_users(meeting_type, page), at_least(meeting_type)
	if not required and not wanted:
		raise InvalidRequest(no_required_host())
	others = len(_host_rows(meeting_type, page)) - len(required)
	if others < wanted:
		raise InvalidRequest(
			_("“{0}” needs {1} of the hosts who aren't required, and there are {2}.").format(
				meeting_type.title, wanted, others
			),
			details={"required_count": _("Enter a smaller number, or let more hosts take part.")},
		)
	if not required and (meeting_type.number_of_days or 1) > 1:
		raise InvalidRequest(_("A meeting over several days needs a required host, whose working days it follows."))


def parts_of_hosts(meeting_type: Document, page: Document) -> dict[str, str]:
	"""Return by user whether each active host of the page takes part: empty, `takes_part` or `required`."""
	own = {row.user: row.is_required for row in meeting_type.hosts}
	return {
		row.user: _REQUIRED[bool(own.get(row.user, row.is_required))] if row.user in own or not own else ""
		for row in page.hosts
		if row.is_active
	}


def rows_of_parts(parts: Mapping[str, str], page: Document) -> list[dict[str, object]]:
	"""Return the rows of a meeting type with these parts of the page's active hosts; none if they are the page's own.

	Without rows, hosts who join the page take part too. Raises InvalidRequest if nobody takes part.
	"""
	if not any(parts.values()):
		raise InvalidRequest(_("Let at least one host take part."))
	if parts == {row.user: _REQUIRED[bool(row.is_required)] for row in page.hosts if row.is_active}:
		return []
	return [{"user": user, "is_required": int(part == "required")} for user, part in parts.items() if part]


def host_choices(meeting_type: Document, hosts: Iterable[TypeHost]) -> dict[str, TypeHost]:
	"""Return the hosts from whom attendees may choose, by a key for links: "anna-lee", or "anna-lee-2" for another one.

	Empty unless the meeting type is a round robin that lets them choose.
	"""
	if meeting_type.assignment != "Round Robin" or not meeting_type.attendee_chooses_host:
		return {}
	choices: dict[str, TypeHost] = {}
	for host in hosts:
		choices[first_free(slugify(host.name) or "host", choices)] = host
	return choices


def no_required_host() -> str:
	"""Return the sentence that says why a meeting type without required hosts never offers a collective meeting."""
	return _(
		"A collective meeting needs all required hosts to be free, but no active host of this page is required. Mark at least one host as required."
	)


def _type_host(row: frappe._dict | Document, person: frappe._dict) -> TypeHost:
	name, image = person.full_name or row.user, person.user_image or None
	return record(TypeHost, row, name=name, image=image, weight=row.weight or 1)


def _host_rows(meeting_type: Document, page: Document) -> list[frappe._dict | Document]:
	"""Return the host rows in the page's order, with the type's own choice of hosts, and of who is required, if it has one.

	A host of the type who isn't an active host of the page any more has no row.
	"""
	if page.page_type == "Personal":
		return [frappe._dict(user=page.user, is_required=1)]
	rows = [row for row in page.hosts if row.is_active]
	if not meeting_type.hosts:
		return rows
	chosen = {row.user: row.is_required for row in meeting_type.hosts}
	kept = "user", "weight", "priority", "active_since"
	return [frappe._dict(picked(row, *kept), is_required=chosen[row.user]) for row in rows if row.user in chosen]


def enabled_people(users: Iterable[str]) -> People:
	"""Return the enabled users by name: full name, image, e-mail address, language and time zone. Makes one query."""
	names = tuple(sorted(set(users)))
	return people_of(frappe.db.sql(_people_query(), {"users": names})) if names else {}


_PERSON_FIELDS = ("name", "full_name", "user_image", "email", "language", "time_zone")


def person_columns(user: Table) -> list[Field]:
	"""Return the columns of the table User that `people_of` reads."""
	return [user[field] for field in _PERSON_FIELDS]


def people_of(rows: Iterable[Sequence[str | None]]) -> People:
	"""Return the people by name. A row without a person, from a LEFT JOIN, is left out."""
	people = (frappe._dict(zip(_PERSON_FIELDS, row, strict=True)) for row in rows)
	return {person.name: person for person in people if person.name}


@lru_cache
def _people_query() -> str:
	user = frappe.qb.DocType("User")
	return (
		frappe.qb.from_(user)
		.select(*person_columns(user))
		.where(user.name.isin(value("users")) & (user.enabled == 1))
		.get_sql()
	)
