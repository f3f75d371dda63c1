"""Stands in for a site with users: three hosts, a team, their pages, three months of past and a month of coming meetings."""

import random
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe
from frappe.model.document import Document

from demo.faces import Face, portrait
from demo.visitors import count_visitors
from scheduler_integration import bookings
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import slots_between
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.catalogue.pictures import set_photo
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.references import CHANNELS, Reference, written
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.insights import history
from scheduler_integration.insights.offered import store_offered
from scheduler_integration.meetings.rescheduling import bookable_for, slot_request_for
from scheduler_integration.meetings.summaries import for_attendee
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.booking_request import BookingPayload, parse_booking_request
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform import clock
from scheduler_integration.platform.clock import iso
from scheduler_integration.waitlist import commands
from scheduler_integration.waitlist.requests import WaitPayload, parse_wait_request

PASSWORD = "demo"
PAST_DAYS = 90
HOSTS = (
	("jane@demo.example", "Jane", "Moreau", "Europe/Paris"),
	("sam@demo.example", "Sam", "Okafor", "America/New_York"),
	("aiko@demo.example", "Aiko", "Tanaka", "Asia/Tokyo"),
)
FACES = (
	Face("#dbe7ff", "#f2c9a6", "#dba67e", "#5b3426", "#2f6fed", long=True),
	Face("#e9e0ff", "#8a5a3c", "#6f452c", "#1d1714", "#7048e8", glasses=True),
	Face("#d8f3ec", "#f3d3b3", "#dcae88", "#15171c", "#0b7285", long=True, glasses=True),
)
ATTENDEES = (
	"Ada Lovelace", "Grace Hopper", "Katherine Johnson", "Alan Turing", "Emmy Noether", "Srinivasa Ramanujan",
	"Mary Jackson", "Claude Shannon", "Hedy Lamarr", "Edsger Dijkstra", "Chien-Shiung Wu", "Rosalind Franklin",
)  # fmt: skip
COMPANIES = ("Analytical Engines", "Northwind", "Blue Yonder", "Contoso", "Initech", "")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Europe/London", "America/Los_Angeles")
CLIENT = ("ada@clients.example", "Ada", "Lovelace")
REPORT = {
	"summary": "<p>Your books are in order and the team trusts the numbers. The next step is a plan that the whole company follows.</p>",
	"action_plan": (
		"<ol><li>Agree on three goals for the quarter, each with a number and a name.</li>"
		"<li>Move the monthly close to the fifth working day.</li>"
		"<li>Hold a weekly half hour on cash, with the same one-page forecast every time.</li></ol>"
	),
	"resources": "<p>The forecast template and the close checklist are in your folder. Write to me whenever a number surprises you.</p>",
}
SOURCES = ("newsletter", "linkedin", "website", "")
PERSONAL_TYPES: tuple[dict[str, Any], ...] = (
	{
		"title": "Intro call", "slug": "intro", "duration_minutes": 30, "color": "#2f6fed", "has_waitlist": 1,
		"location_type": "Phone", "location_details": "+33 1 70 18 99 00",
		"description": "A first conversation: where you are, where you want to be, and whether we fit.",
		"recommended_phases": [{"phase": "Stabilize"}, {"phase": "Organize"}], "priority": 5,
		"questions": [
			{"label": "What would you like to talk about?", "question_type": "Long Text"},
			{"label": "How did you hear of us?", "question_type": "Select", "options": "A friend\nSearch\nAn event\nElsewhere"},
		],
	},
	{
		"title": "Strategy session", "slug": "strategy", "duration_minutes": 60, "duration_options": "60, 90",
		"slot_interval": 30, "color": "#0f9d76", "change_notice_hours": 4,
		"location_type": "Jitsi",
		"places": [
			{"place_type": "Phone"},
			{"place_type": "In Person", "label": "Office in Paris", "details": "12 rue des Archives, Paris"},
		],
		"description": (
			"We leave with a plan for the next quarter.\n- Review your top three priorities\n"
			"- Create a 90-day implementation timeline\n- Identify quick wins to build momentum"
		),
		"recommended_phases": [{"phase": "Organize"}, {"phase": "Build"}], "priority": 10,
		"questions": [
			{"label": "Your role", "question_type": "Text", "required": 1},
			{"label": "Topics", "question_type": "Multi Select", "options": "Cash flow\nPricing\nHiring\nGrowth"},
			{"label": "I have read the preparation notes", "question_type": "Checkbox", "required": 1},
		],
		"confirmation_message": "Please bring your last quarter's numbers.",
	},
	{
		"title": "Coffee in person", "slug": "coffee", "duration_minutes": 45, "color": "#d9480f",
		"location_type": "In Person", "location_details": "Café de la Paix, 5 place de l'Opéra, Paris",
		"description": "When you are in town.", "requires_confirmation": 1,
	},
	{
		"title": "Cash flow workshop", "slug": "workshop", "duration_minutes": 90, "seats": 6, "daily_limit": 1, "price": 90, "currency": "EUR",
		"has_waitlist": 1,
		"color": "#7048e8", "description": "Six companies, one spreadsheet each. Bring a colleague: each takes a seat.",
	},
	{
		"title": "Planning retreat", "slug": "retreat", "duration_minutes": 360, "number_of_days": 2, "skips_days_off": 1,
		"color": "#5c940d", "location_type": "In Person", "location_details": "12 rue des Archives, Paris",
		"recommended_phases": [{"phase": "Build"}, {"phase": "Grow"}], "priority": 8,
		"description": "Two working days away from the day's business.",
	},
)  # fmt: skip


def seed() -> None:
	"""Fill a new site. All dates are relative to today, so the demo looks the same on any day."""
	for host, face in zip(HOSTS, FACES, strict=True):
		_make_host(*host, face)
	jane = _make_page("jane@demo.example", "Jane Moreau", "jane", PERSONAL_TYPES, brand_color="#2f6fed")
	_make_page("sam@demo.example", "Sam Okafor", "sam", PERSONAL_TYPES[:1], brand_color="#7048e8")
	_make_team_page()
	_make_report(jane.user)
	_give_everyday_life(jane.user)
	_book_the_past()
	_book_a_month()
	_let_people_wait()
	_say_who_came()
	store_offered(clock.now(), PAST_DAYS)
	count_visitors(PAST_DAYS)
	history.keep(clock.now, 600)
	# Everybody who tries the demo books from one IP address, which would soon reach the limit.
	frappe.db.set_single_value("Scheduler Settings", "bookings_per_hour", 0)


def _make(doctype: str, **fields: Any) -> Document:
	return frappe.get_doc({"doctype": doctype, **fields}).insert()


def _make_host(email: str, first: str, last: str, zone: str, face: Face) -> None:
	_make(
		"User", email=email, first_name=first, last_name=last, time_zone=zone, send_welcome_email=0,
		new_password=PASSWORD, roles=[{"role": "Scheduling User"}],
	)  # fmt: skip
	seeding = frappe.session.user
	frappe.set_user(email)
	set_photo(portrait(face))
	frappe.set_user(seeding)


def _make_page(user: str, title: str, slug: str, types: tuple[dict, ...], **fields: Any) -> Document:
	words = {"welcome_message": "Pick what suits you: I look forward to meeting you.", **fields}
	page = _make(
		"Scheduling Page", title=title, slug=slug, user=user, description="Finance for small companies", **words
	)
	for order, each in enumerate(types):
		_make("Meeting Type", scheduling_page=page.name, sort_order=order, **each)
	return page


def _make_team_page() -> None:
	tour = {
		"title": "Product tour",
		"slug": "tour",
		"duration_minutes": 30,
		"assignment": "Round Robin",
		"location_type": "Jitsi",
		"color": "#0b7285",
	}
	panel = {
		"title": "Panel with the founders", "slug": "panel", "duration_minutes": 60, "assignment": "Collective",
		"color": "#c2255c", "description": "All of us at one table, for the big questions.",
	}  # fmt: skip
	_make_page(
		"jane@demo.example", "The Demo Team", "team", (tour, panel), page_type="Team", brand_color="#0b7285",
		# Tokyo sleeps while Paris and New York both work. If all three were required, the panel could never meet.
		hosts=[{"user": email, "is_required": int(zone != "Asia/Tokyo")} for email, _first, _last, zone in HOSTS],
		welcome_message="One of us will take the time to show you around.",
	)  # fmt: skip


def _make_report(consultant: str) -> None:
	"""Make the consultant recommend meetings in reports, and a client with a report that the client may read."""
	_make(
		"Consultant Scheduler Settings", consultant=consultant, scheduler_provider="Native",
		display_name="Book a follow-up call with Jane", description="Paris or by phone, whatever suits you.",
	)  # fmt: skip
	email, first, last = CLIENT
	_make("User", email=email, first_name=first, last_name=last, send_welcome_email=0, new_password=PASSWORD)
	_make(
		"Client Assessment", client_name="Analytical Engines", client_email=email, client=email, consultant=consultant,
		primary_phase="Build", disc_profile="D", status="Completed", **REPORT,
	)  # fmt: skip


def _give_everyday_life(user: str) -> None:
	"""Add a visit to the dentist, a day off and a weekly choir, as in a real calendar."""
	today = frappe.utils.getdate()
	visit = {"start_time": f"{today + timedelta(days=3)} 10:00:00", "end_time": f"{today + timedelta(days=3)} 11:30:00"}
	_make("Blocked Time", user=user, reason="Dentist", **visit)
	day_off = today + timedelta(days=10)
	_make("Availability Override", user=user, date=day_off, reason="Conference")
	wednesday = today + timedelta(days=(2 - today.weekday()) % 7)
	choir = {"start_time": f"{wednesday} 15:00:00", "end_time": f"{wednesday} 17:00:00"}
	_make("Blocked Time", user=user, reason="Choir", recurring=1, recurrence_rule="FREQ=WEEKLY;BYDAY=WE", **choir)


def _book_a_month() -> None:
	"""Book about twenty future meetings, with the checks for attendees, and cancel a few of them."""
	dice = random.Random(7)
	now = clock.now()
	for days in range(1, 21):
		_book_one(dice, now + days * 86400, now)
	# Jane has requests to answer, and a meeting of this week of which she can say whether it took place.
	for days, type_slug in ((-4, "intro"), (-2, "intro"), (5, "coffee"), (7, "coffee")):
		_book_one(dice, now + days * 86400, now, ("jane", type_slug))


def _let_people_wait() -> None:
	"""Let two people wait for a first call in the evening, which Jane doesn't offer."""
	now, found = clock.now(), find_bookable("jane", "intro")
	for name in ("Annie Easley", "Dorothy Vaughan"):
		person = {
			"attendee_name": name,
			"attendee_email": f"{name.split()[0].lower()}@clients.example",
			"timezone": "Europe/Paris",
		}
		wait = WaitPayload(from_time="18:00", to_time="20:00")
		payload = BookingPayload.of(person)
		request = parse_wait_request(payload, wait, found.page, found.meeting_type, now)
		commands.join_waitlist(request, found, now)


def _book_the_past() -> None:
	"""Book three months of meetings, more from week to week, so that the figures have something to say."""
	dice = random.Random(3)
	now = clock.now()
	for days in range(-PAST_DAYS, 0):
		for _meeting in range(dice.choice((1, 2, 2, 3, 3) if days > -PAST_DAYS / 2 else (1, 1, 2, 2, 3))):
			_book_one(dice, now + days * 86400, now)
	for days in range(-PAST_DAYS, 1):
		# Each day's on their day, or the last 30 days would have more meetings that took place than were booked.
		bookings.complete_past_meetings(now + days * 86400)
	# Their messages would have been sent long ago.
	over = frappe.get_all("Booking", {"ends_at": ["<", now]}, pluck="name")
	frappe.db.delete("Outbox Task", {"booking": ["in", over]})


def _follow_a_link(meeting_type: str, now: int) -> str:
	"""Let three readers of Jane's report follow its link; one of them then books. Return the link's reference."""
	assessment = frappe.db.get_value("Client Assessment", {"consultant": "jane@demo.example"}, "name")
	target = find_target(assessment, meeting_type)
	for reader in range(3):
		record_click(target, CHANNELS[reader], Visit(f"203.0.113.{reader}", "A browser"), now - 600)
	return written(Reference(meeting_type, assessment, "report"))


def _say_who_came() -> None:
	"""Complete the past meetings, and mark two as no-shows. The attendee of one coming meeting moves it."""
	now = clock.now()
	bookings.complete_past_meetings(now)
	recent = {"status": "Completed", "ends_at": [">", now - 7 * 86400]}
	for name in frappe.get_all("Booking", recent, order_by="name", limit=2, pluck="name"):
		bookings.mark_no_show(name, "Nobody picked up the phone", now)
	coming = {"status": "Scheduled", "starts_at": [">", now + 2 * 86400], "session": ["is", "not set"]}
	_move_by_attendee(frappe.get_last_doc("Booking", coming), now)


def _move_by_attendee(booking: Document, now: int) -> None:
	found, asked = bookable_for(booking), slot_request_for(booking)
	day = datetime.fromtimestamp(booking.starts_at, timezone.utc).date()
	offered = slots_between(found, asked, day, day + timedelta(days=7), "UTC", now)
	slots = [slot for group in offered.days.values() for slot in group if slot.start != booking.starts_at]
	request = RescheduleRequest(slots[-1].start, reason="My train is late")
	bookings.reschedule_by_token(manage_token(booking), request, now)


def _book_one(dice: random.Random, around: int, now: int, wanted: tuple[str, str] | None = None) -> None:
	slug, type_slug = wanted or dice.choice(
		(("jane", "intro"), ("jane", "workshop"), ("sam", "intro"), ("team", "tour"))
	)
	as_of = min(now, around - dice.choice((1, 2, 3, 3, 5, 8, 13)) * 86400)
	day = datetime.fromtimestamp(around, timezone.utc).date()
	found = find_bookable(slug, type_slug)
	asked = SlotRequest(found.meeting_type.duration_minutes)
	offered = slots_between(found, asked, day, day + timedelta(days=1), "UTC", as_of)
	slots = [slot for group in offered.days.values() for slot in group]
	if not slots:
		return
	name = dice.choice(ATTENDEES)
	wish = {
		"start": iso(dice.choice(slots).start, "UTC"), "attendee_name": name,
		"attendee_email": f"{name.lower().replace(' ', '.')}@clients.example",
		"attendee_company": dice.choice(COMPANIES), "timezone": dice.choice(ZONES), "utm_source": dice.choice(SOURCES),
	}  # fmt: skip
	if slug == "jane":
		wish["reference"] = _follow_a_link(found.meeting_type.name, as_of)
	try:
		request = parse_booking_request(BookingPayload.of(wish), found.page, found.meeting_type)
		booking = for_attendee(bookings.book(request, found, as_of), as_of)
	except SchedulingError:
		return
	luck = dice.random()
	if not wanted and luck < 0.12:
		bookings.cancel_by_token(booking.manage_url.rpartition("/")[2], "Something came up", as_of)
	elif booking.end < now - 86400 and luck > 0.92:
		bookings.mark_no_show(booking.id, "Nobody picked up the phone", booking.end + 3600)
