"""Finds pages and meeting types by their slugs."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce

from scheduler_integration.catalogue import booking_links
from scheduler_integration.catalogue.booking_links import LinkTerms
from scheduler_integration.catalogue.former_slugs import present_address, present_page
from scheduler_integration.catalogue.hosts import (
	People,
	TypeHost,
	at_least,
	enabled_people,
	host_choices,
	hosts_of,
	page_users,
	people_of,
	person_columns,
)
from scheduler_integration.catalogue.slugs import is_slug
from scheduler_integration.catalogue.stand_ins import (
	Cover,
	coming,
	is_away,
	load_cover,
	stand_ins_for,
)
from scheduler_integration.exceptions import InvalidRequest, MeetingTypeNotFound, NotPermitted, PageNotFound
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.sql import value
from scheduler_integration.times import Announced


@dataclass(frozen=True, slots=True)
class Bookable:
	"""A meeting type with its page and the page's enabled users, looked up once for a request.

	`only` are the hosts to consider instead of all of them, such as those of a meeting that is rescheduled. `standing_in` are
	the colleagues who stand in for hosts of the page, with the absences of those hosts. `announced` are the absences of all
	hosts of the page that aren't over and begin soon. `link` are the terms of the booking link that leads here, if one does;
	whether it can still be used, `meetings/link_uses.check_open` says.
	"""

	page: Document
	meeting_type: Document
	people: People
	only: tuple[TypeHost, ...] | None = None
	standing_in: tuple[TypeHost, ...] = ()
	announced: tuple[Announced, ...] = ()
	link: LinkTerms | None = None

	@property
	def hosts(self) -> list[TypeHost]:
		"""The hosts of the meeting type, as `hosts_of` returns them."""
		return [*self.only] if self.only is not None else hosts_of(self.meeting_type, self.page, self.people)

	@property
	def users(self) -> set[str]:
		"""The users who can take a meeting."""
		return {host.user for host in self.takers}

	@property
	def at_least(self) -> int:
		"""How many of the hosts who aren't required a collective meeting needs. Those in `only` are all needed."""
		return 0 if self.only is not None else at_least(self.meeting_type)

	@property
	def takers(self) -> list[TypeHost]:
		"""The hosts, and the stand-ins for the host of a type that has one host.

		In a round robin the other hosts take over anyway. A collective meeting needs the host who is away.
		"""
		hosts = self.hosts
		if not self.standing_in or self.only is not None or self.meeting_type.assignment != "Single Host":
			return hosts
		return [*hosts, *(each for host in hosts for each in stand_ins_for(host.user, self.standing_in))]


def with_host(bookable: Bookable, key: str | None) -> Bookable:
	"""Return what the host with this key of `host_choices` offers alone; the same without a key. Raises InvalidRequest."""
	if not key:
		return bookable
	host = host_choices(bookable.meeting_type, bookable.hosts).get(key)
	if not host:
		raise InvalidRequest(details={"host": _("Choose one of the hosts of this meeting type.")})
	return replace(bookable, only=(host,))


def find_bookable(slug: str, type_slug: str) -> Bookable:
	"""Return the active meeting type `type_slug` on the active page `slug`; either may have had that slug before.

	A page without an enabled host counts as inactive. The slug `l` and a booking link's token mean what the link offers.
	Makes one query if the records are cached and the slugs are the present ones, and one more while a host is or will be away. Raises PageNotFound,
	MeetingTypeNotFound or BookingLinkNotFound.
	"""
	if slug == booking_links.PAGE and booking_links.is_token(type_slug):
		return _find_by_link(type_slug)
	if not is_slug(slug):
		raise PageNotFound
	try:
		return _find_bookable(slug, type_slug)
	except (PageNotFound, MeetingTypeNotFound):
		address = present_address(slug, type_slug) if is_slug(type_slug) else None
		if not address:
			raise
		return _find_bookable(*address)


def _find_by_link(token: str) -> Bookable:
	link = booking_links.find_link(token)
	meeting_type = frappe.get_cached_doc("Meeting Type", link.meeting_type)
	if not meeting_type.scheduling_page:
		raise MeetingTypeNotFound
	own = _find_bookable(page_of(meeting_type).slug, meeting_type.slug)
	people = own.people
	if link.host:
		people = {user: person for user, person in people.items() if user == link.host}
	if not people or not frappe.db.get_value("User", link.user, "enabled"):
		raise PageNotFound
	return replace(
		own,
		people=people,
		meeting_type=booking_links.with_own_words(own.meeting_type, link),
		link=booking_links.terms_of(link),
	)


def _find_bookable(slug: str, type_slug: str) -> Bookable:
	instant = now()
	asked = {"slug": slug, "type_slug": type_slug if is_slug(type_slug) else "", **coming(instant)}
	rows = frappe.db.sql(_bookable_query(), asked)
	if not rows:
		raise PageNotFound
	page, meeting_type = rows[0][:2]
	people = people_of(person for _page, _type, _away, *person in rows)
	if not people:
		# All its hosts were disabled. Attendees can still open and cancel their bookings.
		raise PageNotFound
	if not meeting_type:
		raise MeetingTypeNotFound
	is_anybody_away = any(away for _page, _type, away, *_person in rows)
	cover = load_cover([meeting_type], instant).get(meeting_type, Cover()) if is_anybody_away else Cover()
	return Bookable(
		frappe.get_cached_doc("Scheduling Page", page),
		frappe.get_cached_doc("Meeting Type", meeting_type),
		people,
		standing_in=cover.stand_ins,
		announced=cover.announced,
	)


def bookable(meeting_type: Document) -> Bookable:
	"""Return the same for a Meeting Type's record. The type and its page may be inactive."""
	return bookables([meeting_type])[0]


def bookables(meeting_types: Iterable[Document]) -> list[Bookable]:
	"""Return the same for several records. Makes two queries if their pages are cached."""
	pairs = [(frappe.get_cached_doc("Scheduling Page", each.scheduling_page), each) for each in meeting_types]
	people = enabled_people(user for page, _each in pairs for user in page_users(page))
	cover = defaultdict(Cover, load_cover([each.name for _page, each in pairs if each.name], now()))
	return [
		Bookable(
			page,
			each,
			{user: people[user] for user in page_users(page) if user in people},
			standing_in=cover[each.name].stand_ins,
			announced=cover[each.name].announced,
		)
		for page, each in pairs
	]


def bookables_named(names: Iterable[str]) -> dict[str, Bookable]:
	"""Return the same by the names of the records, in their order."""
	found = bookables(frappe.get_cached_doc("Meeting Type", name) for name in names)
	return {str(each.meeting_type.name): each for each in found}


def find_own_bookable(name: str) -> Bookable:
	"""Return the active meeting type `name`, a record's name, for a signed-in user who books for somebody.

	Raises MeetingTypeNotFound, and NotPermitted unless the user is a manager, owns the page or is one of the hosts.
	"""
	own = _bookable_of(name)
	if not own.meeting_type.is_active or not own.page.is_active:
		raise MeetingTypeNotFound
	if not is_hosted(own):
		raise NotPermitted(_("You can book for somebody only if you host this meeting."))
	return own


def find_hosted(name: str) -> Bookable:
	"""Return the meeting type `name`, a record's name, for a signed-in user who looks after its bookings.

	The type and its page may be inactive. Raises MeetingTypeNotFound, and NotPermitted unless `is_hosted`.
	"""
	found = _bookable_of(name)
	if not is_hosted(found):
		raise NotPermitted
	return found


def is_hosted(found: Bookable) -> bool:
	"""Whether the signed-in user is a manager, owns the page or is one of the hosts of the meeting type."""
	user = frappe.session.user
	return is_manager() or user == found.page.user or user in {host.user for host in found.hosts}


def _bookable_of(name: str) -> Bookable:
	exists = name != "Meeting Type" and frappe.db.exists("Meeting Type", name)
	meeting_type = frappe.get_cached_doc("Meeting Type", name) if exists else None
	if not meeting_type or not meeting_type.scheduling_page:
		raise MeetingTypeNotFound
	return bookable(meeting_type)


def page_of(meeting_type: Document) -> Document:
	"""Return the Scheduling Page of a meeting type that has one."""
	return frappe.get_cached_doc("Scheduling Page", meeting_type.scheduling_page)


def find_page(slug: str) -> Document:
	"""Return the active Scheduling Page with this slug, or that had it before. Raises PageNotFound."""
	if not is_slug(slug):
		raise PageNotFound
	name = _active_page(slug) or ((present := present_page(slug)) and _active_page(present))
	if not name:
		raise PageNotFound
	return frappe.get_cached_doc("Scheduling Page", name)


def is_page(slug: str) -> bool:
	"""Whether there is an active page with this slug."""
	return is_slug(slug) and bool(_active_page(slug))


def page_of_user(user: str) -> Document:
	"""Return the active personal page of an enabled user who has exactly one. Raises PageNotFound, whatever is missing."""
	names = frappe.get_all(
		"Scheduling Page", {"user": user, "page_type": "Personal", "is_active": 1}, pluck="name", limit=2
	)
	if len(names) != 1 or not frappe.db.get_value("User", user, "enabled"):
		raise PageNotFound
	return frappe.get_cached_doc("Scheduling Page", names[0])


def _active_page(slug: str) -> str | None:
	return frappe.db.get_value("Scheduling Page", {"slug": slug, "is_active": 1}, "name")


def meeting_types_of(page: Document, *, only_listed: bool = False, only_active: bool = True) -> list[Document]:
	"""Return the page's active Meeting Types, or all of them, in the order in which the page shows them.

	With `only_listed` without those that can be booked by their link only.
	"""
	only = {**({"is_active": 1} if only_active else {}), **({"is_unlisted": 0} if only_listed else {})}
	names = frappe.get_all(
		"Meeting Type",
		filters={"scheduling_page": page.name, **only},
		order_by="sort_order asc, creation asc",
		pluck="name",
	)
	return [frappe.get_cached_doc("Meeting Type", name) for name in names]


@lru_cache
def _bookable_query() -> str:
	"""Return the query for page, meeting type and the page's enabled users, a row for each, with whether the user is or will be away.

	Who stands in is asked only then: planning that query takes MariaDB four times as long as this one.
	"""
	page, meeting_type = frappe.qb.DocType("Scheduling Page"), frappe.qb.DocType("Meeting Type")
	row, user = frappe.qb.DocType("Scheduling Page Host"), frappe.qb.DocType("User")
	return (
		frappe.qb.from_(page)
		.left_join(meeting_type)
		.on(
			(meeting_type.scheduling_page == page.name)
			& (meeting_type.slug == value("type_slug"))
			& (meeting_type.is_active == 1)
		)
		# Host rows count on team pages only. Saving a page as Personal deletes them, but a script may store them without a
		# form.
		.left_join(row)
		.on((row.parent == page.name) & (page.page_type == "Team") & (row.is_active == 1))
		.left_join(user)
		.on((user.name == Coalesce(row.user, page.user)) & (user.enabled == 1))
		.select(
			page.name,
			meeting_type.name,
			is_away(user),
			*person_columns(user),
		)
		.where((page.slug == value("slug")) & (page.is_active == 1))
		.get_sql()
	)
