"""The way from a lead to a customer: how long until a time is offered, is booked and takes place, and who becomes one.

A person is a lead of ERPNext or Frappe CRM with its deals, or a deal without a lead. People whose first booking was MADE in
the scope's dates are counted, once each. docs/reference/insights.md has the definitions and an example.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Min

from scheduler_integration.catalogue.hosts import enabled_people
from scheduler_integration.crm.records import installed_kinds
from scheduler_integration.insights import counts
from scheduler_integration.insights.dashboard import titles
from scheduler_integration.insights.formulas import percent, rounded
from scheduler_integration.insights.scope import Scope
from scheduler_integration.platform.clock import from_site_time
from scheduler_integration.platform.optional_apps import optional_doctypes

# The DocType of a deal's lead, and the deal's field with its name.
_LEADS = {"CRM Deal": ("CRM Lead", "lead"), "Opportunity": ("Lead", "party_name")}
# Apps name a lead's source differently, and some versions have no such field.
_FIELDS = ("status", "source", "utm_source", "lead", "party_name", "opportunity_from")
_Record = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Person:
	"""Somebody's way. Times are seconds from the beginning of the lead, 0 for what came before it.

	`to_meeting` is None until a meeting took place. `source`, `meeting_type` and `host` are those of the first booking, but if
	the lead has a source, it counts.
	"""

	source: str
	meeting_type: str
	host: str
	to_offer: int
	to_booking: int
	to_meeting: int | None
	is_customer: bool


@dataclass(frozen=True, slots=True)
class Group:
	"""The figures of some people. `key` is a source, or the name of a meeting type or user; `name` is for readers.

	`minutes_to_offer` and `minutes_to_booking` are medians of all of them, `minutes_to_meeting` of those who `met`. They are None
	for nobody.
	"""

	key: str
	name: str
	members: list[Person]

	@property
	def people(self) -> int:
		return len(self.members)

	@property
	def customers(self) -> int:
		return sum(each.is_customer for each in self.members)

	@property
	def customer_rate(self) -> float | None:
		return percent(self.customers, self.people)

	@property
	def met(self) -> int:
		return sum(each.to_meeting is not None for each in self.members)

	@property
	def minutes_to_offer(self) -> int | None:
		return _minutes(each.to_offer for each in self.members)

	@property
	def minutes_to_booking(self) -> int | None:
		return _minutes(each.to_booking for each in self.members)

	@property
	def minutes_to_meeting(self) -> int | None:
		return _minutes(each.to_meeting for each in self.members if each.to_meeting is not None)


@dataclass(frozen=True, slots=True)
class Pipeline:
	"""The figures of a scope: of all people, and by each of three facts, the largest groups first."""

	scope: Scope
	total: Group
	by_source: list[Group]
	by_meeting_type: list[Group]
	by_host: list[Group]


@dataclass(slots=True)
class _Found:
	"""What a person's records say: when the first began, addresses and contacts, the bookings, and the links that these used."""

	began: int
	source: str
	is_customer: bool
	emails: set[str]
	contacts: set[str] = field(default_factory=set)
	links: set[str] = field(default_factory=set)
	bookings: list[frappe._dict] = field(default_factory=list)


def pipeline(scope: Scope) -> Pipeline | None:
	"""Return the figures of the scope, None on a site without a CRM. Makes at most 16 statements, however many people there are."""
	kinds = {kind.doctype: kind.email_field for kind in installed_kinds()}
	if not kinds:
		return None
	made = counts.made_for_records(scope, list(kinds))
	won = _won() if "CRM Deal" in kinds else set()
	found = _find({(doctype, name) for _booking, doctype, name in made}, kinds, won)
	_add_bookings(found)
	_add_customers(found, won)
	offers = _offers(found.values())
	in_scope = {booking for booking, _doctype, _name in made}
	people = []
	for person in {id(each): each for each in found.values()}.values():
		first = min(person.bookings, key=lambda row: (row.booked_at, row.starts_at, row.name), default=None)
		if first is None or first.name not in in_scope:
			continue
		# Offers are found by the addresses of the person's records and bookings, and by the links that these used.
		offered = min([first.booked_at, *(offers[key] for key in person.emails | person.links if key in offers)])
		met = min((row.starts_at for row in person.bookings if row.status == "Completed"), default=None)
		people.append(
			Person(
				source=person.source or _origin(first).words,
				meeting_type=first.meeting_type,
				host=first.host,
				to_offer=max(0, offered - person.began),
				to_booking=max(0, first.booked_at - person.began),
				to_meeting=None if met is None else max(0, met - person.began),
				is_customer=person.is_customer,
			)
		)
	hosts = enabled_people(each.host for each in people)
	return Pipeline(
		scope=scope,
		total=Group("", "", people),
		by_source=_grouped(people, lambda each: each.source, {}),
		by_meeting_type=_grouped(people, lambda each: each.meeting_type, _type_names(people)),
		by_host=_grouped(people, lambda each: each.host, {user: each.full_name for user, each in hosts.items()}),
	)


def _find(asked: set[_Record], kinds: dict[str, str], won_deals: set[str]) -> dict[_Record, _Found]:
	"""Return the person of each of these records, of their leads, and of all deals of these leads."""
	found: dict[_Record, _Found] = {}
	won = {"Lead": {"Converted"}, "Opportunity": {"Converted"}, "CRM Deal": won_deals}

	def rows_of(doctype: str, name_field: str, names: set[str]) -> list[frappe._dict]:
		meta = frappe.get_meta(doctype) if doctype in kinds else None
		if not names or not meta or not (name_field == "name" or meta.has_field(name_field)):
			return []
		fields = ["name", "creation", f"{kinds[doctype]} as email", *filter(meta.has_field, _FIELDS)]
		return frappe.get_all(doctype, {name_field: ["in", sorted(names)]}, fields)

	def person_of(doctype: str, row: frappe._dict) -> _Found:
		source, is_won = row.source or row.utm_source or "", row.status in won.get(doctype, ())
		return _Found(from_site_time(row.creation), source, is_won, {row.email.lower()} if row.email else set())

	for deal, (lead, name_field) in _LEADS.items():

		def lead_of(row: frappe._dict, name_field: str = name_field) -> str | None:
			return row.get(name_field) if row.get("opportunity_from") in (None, "Lead") else None

		deals = rows_of(deal, "name", {name for doctype, name in asked if doctype == deal})
		leads = {name for doctype, name in asked if doctype == lead} | {name for row in deals if (name := lead_of(row))}
		found |= {(lead, row.name): person_of(lead, row) for row in rows_of(lead, "name", leads)}
		others = [row for row in rows_of(deal, name_field, leads) if lead_of(row)]
		for row in {row.name: row for row in (*deals, *others)}.values():
			own = person_of(deal, row)
			person = found[deal, row.name] = found.get((lead, lead_of(row) or ""), own)
			person.is_customer |= own.is_customer
			person.emails |= own.emails
	return found


def _add_bookings(found: dict[_Record, _Found]) -> None:
	"""Add to each person their bookings, of any date, host and type."""
	booking = DocType("Booking")
	fields = (
		"name", "reference_doctype", "reference_name", "booked_at", "starts_at", "status", "host", "meeting_type",
		"attendee_email", "contact", "booking_link", *counts.Origin._fields,
	)  # fmt: skip
	names = sorted({name for _doctype, name in found})
	query = frappe.qb.from_(booking).select(*(booking[each] for each in fields)).where(counts.was_made(booking))
	for row in query.where(booking.reference_name.isin(names)).run(as_dict=True) if names else ():
		if person := found.get((row.reference_doctype, row.reference_name)):
			person.bookings.append(row)
			person.emails |= {row.attendee_email.lower()} if row.attendee_email else set()
			person.contacts |= {row.contact} if row.contact else set()
			person.links |= {row.booking_link} if row.booking_link else set()


def _offers(people: Iterable[_Found]) -> dict[str, int]:
	"""Return when a time was first offered: by address, or by the name of a link for one booking. Epoch seconds."""
	emails, links = set[str](), set[str]()
	for person in people:
		emails |= person.emails
		links |= person.links
	if not emails:
		return {}
	link, offer, entry = DocType("Booking Link"), DocType("Waitlist Offer"), DocType("Waitlist Entry")
	first: defaultdict[str, list[int]] = defaultdict(list)
	# Times for an e-mail to somebody lead to a link with the address.
	for_them = link.attendee_email.isin(sorted(emails)) | (
		(link.single_use == 1) & link.name.isin(sorted(links) or [""])
	)
	for name, email, creation in (
		frappe.qb.from_(link).select(link.name, link.attendee_email, link.creation).where(for_them).run()
	):
		for key in {name, (email or "").lower()}:
			first[key].append(from_site_time(creation))
	offered = (
		frappe.qb.from_(offer)
		.join(entry)
		.on(entry.name == offer.entry)
		.select(entry.attendee_email, Min(offer.offered_at))
		.where(entry.attendee_email.isin(sorted(emails)))
		.groupby(entry.attendee_email)
	)
	for email, instant in offered.run():
		first[email.lower()].append(instant)
	return {key: min(instants) for key, instants in first.items()}


def _won() -> set[str]:
	"""Return the statuses of Frappe CRM's deals that are won. In older versions they have no type."""
	if "CRM Deal Status" not in optional_doctypes() or not frappe.get_meta("CRM Deal Status").has_field("type"):
		return {"Won"}
	return set(frappe.get_all("CRM Deal Status", {"type": "Won"}, pluck="name"))


def _add_customers(found: dict[_Record, _Found], won_deals: set[str]) -> None:
	"""Note who became a customer by another record: ERPNext's Customer made of theirs, or a won deal with their contact."""
	if "Customer" in optional_doctypes():
		meta = frappe.get_meta("Customer")
		for doctype, link in (("Lead", "lead_name"), ("Opportunity", "opportunity_name")):
			names = sorted(name for kind, name in found if kind == doctype)
			if names and meta.has_field(link):
				for name in frappe.get_all("Customer", {link: ["in", names]}, pluck=link):
					if person := found.get((doctype, name)):
						person.is_customer = True
	contacts = sorted({contact for person in found.values() for contact in person.contacts})
	if contacts and won_deals and "CRM Contacts" in optional_doctypes():
		row, deal = DocType("CRM Contacts"), DocType("CRM Deal")
		query = frappe.qb.from_(row).join(deal).on((deal.name == row.parent) & (row.parenttype == "CRM Deal"))
		query = query.select(row.contact).where(row.contact.isin(contacts) & deal.status.isin(sorted(won_deals)))
		won = set(query.run(pluck=True))
		for person in found.values():
			person.is_customer |= not won.isdisjoint(person.contacts)


def _origin(booking: frappe._dict) -> counts.Origin:
	return counts.Origin(*((booking[each] or "").strip().lower() for each in counts.Origin._fields))


def _grouped(people: list[Person], key: Callable[[Person], str], names: dict[str, str]) -> list[Group]:
	groups: dict[str, list[Person]] = {}
	for each in people:
		groups.setdefault(key(each), []).append(each)
	found = [Group(each, names.get(each) or each, members) for each, members in groups.items()]
	return sorted(found, key=lambda group: (-group.people, group.name, group.key))


def _type_names(people: list[Person]) -> dict[str, str]:
	"""Return the titles of the meeting types. Those with the same title have that of their page too."""
	rows = titles(sorted({each.meeting_type for each in people}))
	times = Counter(title for _name, title, _page in rows)
	return {name: f"{title} · {page}" if page and times[title] > 1 else title for name, title, page in rows}


def _minutes(seconds: Iterable[int]) -> int | None:
	"""Return the median in minutes, half a minute up; None without any."""
	known = list(seconds)
	return rounded(median(known) / 60) if known else None
