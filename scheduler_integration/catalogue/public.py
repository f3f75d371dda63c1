"""Pages and meeting types as visitors may see them."""

from dataclasses import dataclass

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.hosts import (
	People,
	TypeHost,
	enabled_people,
	host_choices,
	hosts_of,
	hosts_of_page,
	page_users,
)
from scheduler_integration.catalogue.lookup import Bookable, find_page, meeting_types_of
from scheduler_integration.catalogue.places import location_label, offered_places
from scheduler_integration.catalogue.questions import choices_of, lines_of, link_key
from scheduler_integration.catalogue.repeats import Repeat, repeat_of
from scheduler_integration.domains.links import page_url
from scheduler_integration.exceptions import PageNotFound
from scheduler_integration.platform.records import picked, record, set_or_none


@dataclass(frozen=True, slots=True)
class PublicHost:
	"""A host as visitors may see them. The User's name isn't included, because the host signs in with it."""

	name: str
	image: str | None


@dataclass(frozen=True, slots=True)
class Condition:
	"""The answers to an earlier question, by its id, after which a question is asked. Without `answers`, after any."""

	question: str
	answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HostChoice:
	"""A host whom an attendee may choose. `id` is made from the name."""

	id: str
	name: str


@dataclass(frozen=True, slots=True)
class PublicQuestion:
	"""A question of the booking form. `id` is the key of its answer in the payload.

	`type` is one of the names in docs/reference/api.md, for example `multi_select`. `key` is the argument of a link that fills in the
	answer. With `show_if` it is asked only after that answer to an earlier question.
	"""

	id: str
	label: str
	type: str
	required: bool
	options: tuple[str, ...]
	help: str | None
	placeholder: str | None
	key: str = ""
	show_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class PublicPlace:
	"""A place that an attendee can choose. `type` is a name such as `in_person`. Its address isn't public."""

	id: str
	type: str
	label: str
	needs_phone: bool


@dataclass(frozen=True, slots=True)
class PublicMeetingType:
	"""A meeting type. Durations are in minutes, ascending. `hold_minutes` is 0 if this site doesn't hold slots.

	`locations` are the places to choose from. The first one is used if nothing is chosen. `questions` are those that
	attendees see; `hidden_keys` are the arguments of a link that are stored without being shown to them.
	`is_paid_first`: attendees pay before the booking counts, only the `deposit` if that isn't 0. `has_waitlist`: people can wait for a time that is taken. `joining` are the names of the hosts of a collective meeting who take part if they are free.
	"""

	slug: str
	title: str
	description: str | None
	color: str | None
	duration_minutes: int
	duration_options: tuple[int, ...]
	location_type: str | None
	location_label: str | None
	locations: tuple[PublicPlace, ...]
	price: float
	currency: str | None
	requires_confirmation: bool
	assignment: str
	seats: int
	number_of_days: int
	hold_minutes: int
	hosts: tuple[PublicHost, ...]
	host_choices: tuple[HostChoice, ...]
	questions: tuple[PublicQuestion, ...]
	hidden_keys: tuple[str, ...] = ()
	joining: tuple[str, ...] = ()
	repeat: Repeat | None = None
	is_paid_first: bool = False
	deposit: float = 0.0
	has_waitlist: bool = False

	@property
	def link_keys(self) -> tuple[str, ...]:
		"""The arguments of a link that answer questions."""
		return (*(question.key for question in self.questions), *self.hidden_keys)


@dataclass(frozen=True, slots=True)
class Brand:
	"""The colour (`#rrggbb`) and the logo (the address of an image) of a page."""

	color: str | None
	logo: str | None


@dataclass(frozen=True, slots=True)
class PublicPage:
	"""A scheduling page. `page_type` is `Personal` or `Team`."""

	slug: str
	title: str
	page_type: str
	description: str | None
	welcome_message: str | None
	brand_color: str | None
	logo: str | None
	timezone: str
	hosts: tuple[PublicHost, ...]
	organization: str | None = None

	@property
	def brand(self) -> Brand:
		return Brand(self.brand_color, self.logo)

	@property
	def url(self) -> str:
		"""The absolute public address of the page."""
		return page_url(self.slug)


@dataclass(frozen=True, slots=True)
class Listing:
	"""A page with its active meeting types, in the order in which the page shows them.

	`host` is a personal page's, `name` that of the page's record.
	"""

	page: PublicPage
	meeting_types: tuple[PublicMeetingType, ...]
	host: TypeHost | None = None
	name: str = ""


def find_listing(slug: str) -> Listing:
	"""Return the active page with this slug, and its meeting types. Raises PageNotFound, also if no host is enabled."""
	listing = _listing(find_page(slug), only_listed=True)
	if not listing.page.hosts:
		raise PageNotFound
	return listing


def listing_of(page: Document) -> Listing:
	"""Return the same for a page's record, which may be inactive, or not saved yet."""
	return _listing(page, only_listed=True)


def find_brand(slug: str) -> Brand | None:
	"""Return the brand of the active page with this slug, or None if there is no such page."""
	try:
		page = find_page(slug)
	except PageNotFound:
		return None
	return Brand(page.brand_color or None, page.logo or None)


def listings_of(user: str) -> list[Listing]:
	"""Return the active pages that the user owns or is an active host of, oldest first."""
	return [_listing(frappe.get_cached_doc("Scheduling Page", row.name)) for row in _pages(user, "name")]


def brand_of(user: str) -> Brand | None:
	"""Return the brand of the user's personal page, or else of the oldest team page that they host; None without a page."""
	rows = _pages(user, "page_type", "brand_color", "logo")
	own = next((row for row in rows if row.page_type == "Personal"), rows[0] if rows else None)
	return Brand(own.brand_color or None, own.logo or None) if own else None


def notices_of_site() -> tuple[str, str]:
	"""Return the addresses of the site's imprint and privacy notice; empty if it has none of its own."""
	settings = frappe.get_cached_doc("Scheduler Settings")
	return settings.get("imprint_url") or "", settings.get("privacy_url") or ""


def public_page(bookable: Bookable) -> PublicPage:
	"""Return the page of the meeting type, as visitors see it."""
	return _page(bookable.page, bookable.people)


def public_meeting_type(bookable: Bookable) -> PublicMeetingType:
	"""Return the meeting type as visitors see it."""
	return _meeting_type(bookable.meeting_type, bookable.page, bookable.people)


def _pages(user: str, *fields: str) -> list[frappe._dict]:
	"""Return these fields of the active pages that the user owns or is an active host of, oldest first."""
	page, host = frappe.qb.DocType("Scheduling Page"), frappe.qb.DocType("Scheduling Page Host")
	hosted = frappe.qb.from_(host).select(host.parent).where((host.user == user) & (host.is_active == 1))
	mine = (page.is_active == 1) & ((page.user == user) | page.name.isin(hosted))
	query = frappe.qb.from_(page).select(*(page[field] for field in fields)).where(mine).orderby(page.creation)
	return query.run(as_dict=True)


def _listing(page: Document, *, only_listed: bool = False) -> Listing:
	people = enabled_people(page_users(page))
	types = tuple(_meeting_type(each, page, people) for each in meeting_types_of(page, only_listed=only_listed))
	host = next(iter(hosts_of_page(page, people)), None) if page.page_type == "Personal" else None
	return Listing(_page(page, people), types, host, page.name)


def _page(page: Document, people: People) -> PublicPage:
	return PublicPage(
		**picked(page, "slug", "title", "page_type", "timezone"),
		**set_or_none(page, "description", "welcome_message", "brand_color", "logo", "organization"),
		hosts=_hosts(hosts_of_page(page, people)),
	)


def _meeting_type(doc: Document, page: Document, people: People) -> PublicMeetingType:
	hosts = hosts_of(doc, page, people)
	places = offered_places(doc, [host.user for host in hosts])
	first = places[0].type if places else None
	return record(
		PublicMeetingType,
		doc,
		**set_or_none(doc, "description", "color", "currency"),
		duration_options=tuple(durations_of(doc)),
		location_type=first and frappe.scrub(first),
		location_label=location_label(first),
		locations=tuple(
			PublicPlace(place.id, frappe.scrub(place.type), place.label, place.needs_phone) for place in places
		),
		price=flt(doc.price),
		seats=doc.seats or 1,
		number_of_days=doc.number_of_days or 1,
		hold_minutes=frappe.get_cached_doc("Scheduler Settings").hold_minutes or 0,
		hosts=_hosts(hosts),
		host_choices=tuple(HostChoice(key, host.name) for key, host in host_choices(doc, hosts).items()),
		questions=tuple(_question(row, doc) for row in doc.questions if not row.is_hidden),
		hidden_keys=tuple(link_key(row) for row in doc.questions if row.is_hidden),
		joining=tuple(host.name for host in hosts if not host.is_required) if doc.assignment == "Collective" else (),
		repeat=repeat_of(doc),
		is_paid_first=doc.payment == "Before Booking" and bool(doc.price),
		deposit=flt(doc.deposit),
	)


def _hosts(hosts: list[TypeHost]) -> tuple[PublicHost, ...]:
	return tuple(PublicHost(host.name, host.image) for host in hosts)


def _question(row: Document, meeting_type: Document) -> PublicQuestion:
	named = next((each for each in meeting_type.questions if row.show_if and each.label == row.show_if), None)
	condition = Condition(named.name, tuple(lines_of(row.show_if_answers))) if named else None
	return record(
		PublicQuestion,
		row,
		**set_or_none(row, "placeholder"),
		id=row.name,
		type=frappe.scrub(row.question_type),
		options=tuple(choices_of(row)),
		help=row.help_text or None,
		key=link_key(row),
		show_if=condition,
	)
