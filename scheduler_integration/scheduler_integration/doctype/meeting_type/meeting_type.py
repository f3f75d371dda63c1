import frappe
from frappe import _

from scheduler_integration.availability.limits import check_limits
from scheduler_integration.availability.wall_clock import checked_date
from scheduler_integration.bookings import forget_turns, without_place
from scheduler_integration.catalogue.booking_addresses import scheduler_url_of
from scheduler_integration.catalogue.booking_links import forget_links_of
from scheduler_integration.catalogue.colors import checked_color
from scheduler_integration.catalogue.durations import GRID_MINUTES, checked_duration, parse_durations
from scheduler_integration.catalogue.edit_types import free_type_slug
from scheduler_integration.catalogue.former_slugs import forget_slugs_of, remember_type
from scheduler_integration.catalogue.hosts import check_can_meet, enabled_hosts, page_users
from scheduler_integration.catalogue.places import Place, all_places, check_places, missing_accounts
from scheduler_integration.catalogue.questions import check_questions
from scheduler_integration.catalogue.reminders import check_release
from scheduler_integration.catalogue.repeats import check_repeat
from scheduler_integration.catalogue.slugs import checked_slug, slugify
from scheduler_integration.catalogue.stand_ins import forget_type
from scheduler_integration.crm.pipeline import check_type, record_choices
from scheduler_integration.documents import Form
from scheduler_integration.engagement.retention import forget_meeting_type
from scheduler_integration.exceptions import HasBookings, InvalidRequest
from scheduler_integration.meetings.sessions import has_sessions
from scheduler_integration.meetings.titles import VARIABLES
from scheduler_integration.notifications.automations.asking import check_somebody_asks
from scheduler_integration.parsing.fields import parse_form_field
from scheduler_integration.parsing.meeting_type_fields import priority
from scheduler_integration.parsing.text import visible
from scheduler_integration.parsing.typed_template import check_text_field
from scheduler_integration.parsing.web_address import web_address
from scheduler_integration.payments.terms import check_terms
from scheduler_integration.permissions import is_manager, may_see_report_fields
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.queue import queue_after_commit
from scheduler_integration.trust.addresses import checked_domains
from scheduler_integration.waitlist.retention import forget_list
from scheduler_integration.waitlist.terms import check_waitlist
from scheduler_integration.waitlist.used import forget as forget_use_of_waitlists

# The longest meeting on an external scheduler, in minutes.
EXTERNAL_DURATIONS = (15, 30, 45, 60, 90, 120)
EXTERNAL_DURATIONS_TEXT = ", ".join(map(str, EXTERNAL_DURATIONS))
MAX_BUFFER_MINUTES = 24 * 60
MAX_DAYS = 31
MAX_SEATS = 1000


class MeetingType(Form):
	def validate(self):
		parse_form_field(self, "title", visible)
		self.set_consultant()
		self.note_what_is_asked()
		self.validate_page_or_consultant()
		self.validate_schedule()
		self.set_slug()
		self.validate_durations()
		self.validate_rules()
		self.validate_days_and_seats()
		check_repeat(self)
		check_waitlist(self)
		self.validate_window()
		self.validate_assignment()
		self.validate_places()
		check_questions(self.questions)
		check_type(self)
		self.allowed_domains = checked_domains(self.allowed_domains)
		self.blocked_domains = checked_domains(self.blocked_domains)
		self.validate_report_fields()
		self.validate_links()
		self.validate_calendar_texts()
		check_terms(self)
		check_release(self)
		self.color = checked_color(self.color)

	def get_permlevel_access(self, permission_type="write"):
		"""Return the permission levels that the user has on this meeting type. Level 1 are the fields for reports.

		This can't be decided by roles. A consultant has level 1 on their own types, but not on those of a team page.
		"""
		levels = super().get_permlevel_access(permission_type)
		return levels if may_see_report_fields(self) else [level for level in levels if level == 0]

	def on_update(self):
		remember_type(self)
		before = self.get_doc_before_save()
		if self.has_waitlist or (before and before.has_waitlist):
			forget_use_of_waitlists()
		self.tell_where()
		if before and before.round_robin_mode != self.round_robin_mode:
			# The credits were computed by the former mode and mean nothing in the new one.
			forget_turns(self.name)

	def tell_where(self):
		"""Give coming bookings that have none the place that was just said, and tell their attendees."""
		before = self.get_doc_before_save()
		if before and self.location_type and not before.location_type and without_place(self.name, now()):
			queue_after_commit("scheduler_integration.jobs.tell_where", "short", meeting_type=self.name)

	def on_trash(self):
		if frappe.db.exists("Booking", {"meeting_type": self.name}):
			raise HasBookings
		forget_turns(self.name)
		forget_meeting_type(self.name)
		forget_slugs_of(self)
		forget_type(self.name)
		forget_links_of(self)
		forget_list(self.name)
		forget_use_of_waitlists()

	def set_consultant(self):
		if not self.consultant and self.scheduling_page:
			self.consultant = frappe.get_cached_value("Scheduling Page", self.scheduling_page, "user")

	def note_what_is_asked(self):
		"""Reminders that have left asked nothing, or said nothing of a release, if the type is changed now."""
		before = self.get_doc_before_save()
		fields = ("asks_to_reconfirm", "release_unconfirmed_hours")
		if not before or any((before.get(field) or 0) != (self.get(field) or 0) for field in fields):
			check_somebody_asks(self)
			self.asks_since = now() if before else self.asks_since

	def validate_page_or_consultant(self):
		if not self.scheduling_page and not self.consultant:
			raise InvalidRequest(_("Choose the page on which this is booked, or the consultant who offers it."))
		if not self.scheduling_page and not self.scheduler_event_url and not scheduler_url_of(self.consultant):
			raise InvalidRequest(
				_("A meeting type without a page needs its link on the external scheduler."),
				details={
					"scheduler_event_url": _("Enter a link here, or the scheduler's address in the scheduler settings.")
				},
			)

	def validate_schedule(self):
		"""Refuse a schedule of somebody who isn't a host of the page. Managers may use any schedule."""
		if not self.availability_schedule or not self.scheduling_page or is_manager():
			return
		owner = frappe.db.get_value("Availability Schedule", self.availability_schedule, "user")
		if owner not in page_users(frappe.get_cached_doc("Scheduling Page", self.scheduling_page)):
			raise InvalidRequest(
				_("The schedule is somebody else's. Please choose one of this page's hosts."),
				details={"availability_schedule": _("Please choose another.")},
			)

	def set_slug(self):
		self.slug = checked_slug(self.slug or slugify(self.title) or free_type_slug(self))
		twin = {"scheduling_page": self.scheduling_page, "slug": self.slug, "name": ["!=", self.name or ""]}
		if self.scheduling_page and frappe.db.exists("Meeting Type", twin):
			raise InvalidRequest(
				_("This page has a meeting type with the link “{0}” already.").format(self.slug),
				details={"slug": _("Please choose another.")},
			)

	def validate_durations(self):
		if self.scheduling_page:
			checked_duration(self.duration_minutes or 0)
		elif self.duration_minutes not in EXTERNAL_DURATIONS:
			offered = _("A meeting on an external scheduler lasts one of these numbers of minutes: {0}.").format(
				EXTERNAL_DURATIONS_TEXT
			)
			raise InvalidRequest(offered, details={"duration_minutes": offered})
		parse_durations(self.duration_options)

	def validate_rules(self):
		if (self.slot_interval or 0) % GRID_MINUTES:
			raise InvalidRequest(_("Starts are offered in steps of {0} minutes.").format(GRID_MINUTES))
		for field in ("buffer_before_minutes", "buffer_after_minutes"):
			if (self.get(field) or 0) > MAX_BUFFER_MINUTES:
				raise InvalidRequest(_("A buffer is at most a day."))
		if self.slot_offset % GRID_MINUTES or not 0 <= self.slot_offset <= MAX_BUFFER_MINUTES:
			raise InvalidRequest(_("Starts are offered in steps of {0} minutes.").format(GRID_MINUTES))
		check_limits(self)

	def validate_days_and_seats(self):
		self.number_of_days, self.seats = self.number_of_days or 1, self.seats or 1
		if not 1 <= self.number_of_days <= MAX_DAYS:
			raise InvalidRequest(_("A meeting can have at most {0} days.").format(MAX_DAYS))
		if not 1 <= self.seats <= MAX_SEATS:
			raise InvalidRequest(_("A meeting has between 1 and {0} seats.").format(MAX_SEATS))
		self.validate_no_sessions_to_join()

	def validate_no_sessions_to_join(self):
		"""Refuse another number of days if there are sessions to join, because these would keep the former number."""
		before = self.get_doc_before_save()
		if before and before.number_of_days != self.number_of_days and has_sessions(self.name, now()):
			raise InvalidRequest(
				_(
					"Attendees have booked a session of this type that others can join. Please make another type for other days."
				),
				details={
					"number_of_days": _("Sessions of this type are booked. Choose a number of days in a new type.")
				},
			)

	def validate_window(self):
		self.minimum_notice_unit = self.minimum_notice_unit or "Hours"
		self.window_type = self.window_type or "Rolling Days"
		self.refuse_window_without_days()
		if self.window_type != "Fixed Range":
			self.window_from = self.window_to = None
		elif not self.window_from and not self.window_to:
			raise InvalidRequest(_("Enter the first or the last date that can be booked."))
		ends = [checked_date(field, self.get(field)) for field in ("window_from", "window_to") if self.get(field)]
		if ends != sorted(ends):
			raise InvalidRequest(
				_("The last day is before the first."), details={"window_to": _("Choose a later date or time.")}
			)

	def refuse_window_without_days(self):
		"""Refuse a window of 0 days. It could mean today only or no end, and for no end there is “Indefinite”."""
		is_rolling = self.window_type in ("Rolling Days", "Rolling Business Days")
		if is_rolling and not self.uses_host_defaults and self.max_days_in_advance < 1:
			raise InvalidRequest(
				_("Enter how many days ahead this can be booked, at least 1. For no end, choose “{0}”.").format(
					_("Indefinite")
				),
				details={"max_days_in_advance": _("Enter 1 or more.")},
			)

	def validate_assignment(self):
		if not self.scheduling_page:
			self.hosts = []
			return
		page = frappe.get_cached_doc("Scheduling Page", self.scheduling_page)
		self.validate_hosts(page)
		if self.assignment == "Single Host":
			return
		if page.page_type != "Team":
			raise InvalidRequest(_("{0} needs a team page.").format(_(self.assignment)))
		# An inactive type needs no required host. It can be prepared before its hosts are, or deactivated because they
		# left. The page doesn't check inactive types either.
		if self.is_active:
			check_can_meet(self, page)

	def validate_hosts(self, page):
		"""Refuse hosts that the page doesn't have. Those who left the page since stay, and count again if they return."""
		users = [row.user for row in self.hosts]
		if len(set(users)) != len(users):
			raise InvalidRequest(_("A host is listed twice. Please keep one row for each."))
		before = self.get_doc_before_save()
		is_moved = before and before.scheduling_page != self.scheduling_page
		known = [row.user for row in before.hosts] if before else []
		if page.page_type != "Team":
			self.hosts = []
		elif is_moved:
			self.hosts = [row for row in self.hosts if row.user in page_users(page)]
		if wrong := {row.user for row in self.hosts} - {*page_users(page), *known}:
			raise InvalidRequest(
				_("{0} isn't an active host of this page.").format(", ".join(sorted(wrong))),
				details={"hosts": _("Choose hosts of the page.")},
			)

	def validate_places(self):
		check_places(self)
		if not self.scheduling_page or not self.is_active:
			return
		before = {(place.type, place.details) for place in self.places_before()}
		for place, sentence in self.places_without_account():
			# Saved places aren't checked. The form must stay usable after a host disconnects an account.
			if (place.type, place.details) not in before:
				raise InvalidRequest(sentence, details={"location_type": _("An account is missing.")})

	def onload(self):
		"""Let the form say which places aren't offered, and whether there is a CRM."""
		self.set_onload("makes_records", bool(record_choices()))
		if self.scheduling_page and self.is_active:
			self.set_onload("missing_accounts", [sentence for _place, sentence in self.places_without_account()])

	def places_without_account(self) -> list[tuple[Place, str]]:
		"""Return the places for which hosts lack an account, each with a sentence about who must connect one."""
		page = frappe.get_cached_doc("Scheduling Page", self.scheduling_page)
		users = [host.user for host in enabled_hosts(self, page)]
		places = [(place, missing_accounts(place, self, users)) for place in all_places(self)]
		return [(place, _missing_account(place, missing)) for place, missing in places if missing]

	def places_before(self):
		before = self.get_doc_before_save()
		return all_places(before) if before else ()

	def validate_report_fields(self):
		self.priority = parse_form_field(self, "priority", lambda value: priority(value or 0))
		phases = [row.phase for row in self.recommended_phases]
		if len(set(phases)) != len(phases):
			raise InvalidRequest(_("A phase is listed twice."))

	def validate_links(self):
		for field in ("redirect_url", "scheduler_event_url"):
			if self.get(field):
				self.set(field, parse_form_field(self, field, web_address).text)

	def validate_calendar_texts(self):
		for field in ("event_title", "event_description"):
			check_text_field(self, field, VARIABLES)


def _missing_account(place: Place, users: list[str]) -> str:
	names = ", ".join(frappe.utils.get_fullname(user) for user in users)
	return _("“{0}” can't be offered yet: {1} must connect an account first, or give a link as its details.").format(
		place.label, names
	)


def on_doctype_update():
	frappe.db.add_unique("Meeting Type", ["scheduling_page", "slug"], constraint_name="unique_slug_on_page")
