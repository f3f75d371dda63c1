import frappe
from frappe import _

from scheduler_integration.availability.defaults import prepare_host, timezone_of
from scheduler_integration.catalogue.colors import checked_color
from scheduler_integration.catalogue.edit_pages import free_slug
from scheduler_integration.catalogue.former_slugs import forget_slugs_of, remember_page
from scheduler_integration.catalogue.hosts import check_can_meet, page_users, team_users
from scheduler_integration.catalogue.images import is_public_image
from scheduler_integration.catalogue.slugs import checked_slug, slugify
from scheduler_integration.documents import Form
from scheduler_integration.domains.keep import delete_claims_of
from scheduler_integration.domains.table import forget_pages
from scheduler_integration.exceptions import HasBookings, InvalidRequest, NotPermitted
from scheduler_integration.parsing.fields import parse_form_field
from scheduler_integration.parsing.text import visible
from scheduler_integration.parsing.zones import checked_zone
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now


class SchedulingPage(Form):
	def validate(self):
		parse_form_field(self, "title", visible)
		self.set_slug()
		self.validate_hosts()
		self.set_active_since()
		self.set_timezone()
		self.brand_color = checked_color(self.brand_color)
		self.validate_logo()

	def on_update(self):
		remember_page(self)
		forget_pages()
		for user in page_users(self):
			prepare_host(user)

	def on_trash(self):
		if self.page_type == "Team":
			self.require_manager()
		self.refuse_if_booked()
		for name in frappe.get_all("Meeting Type", {"scheduling_page": self.name}, pluck="name"):
			frappe.delete_doc("Meeting Type", name)
		forget_slugs_of(self)
		delete_claims_of(self)
		forget_pages()

	def set_slug(self):
		self.slug = checked_slug(self.slug or slugify(self.title) or free_slug(self.title))
		other = frappe.db.get_value("Scheduling Page", {"slug": self.slug, "name": ["!=", self.name or ""]})
		if other:
			raise InvalidRequest(
				_("The link “{0}” is taken. Please choose another.").format(self.slug),
				details={"slug": _("Please choose another.")},
			)

	def validate_hosts(self):
		before = self.get_doc_before_save()
		if before and before.page_type == "Team":
			self.require_manager()
		if self.page_type == "Personal":
			self.validate_personal()
		else:
			self.validate_team()

	def validate_personal(self):
		if not self.user:
			raise InvalidRequest(_("A personal page needs a host."), details={"user": _("Choose the host.")})
		self.hosts = []

	def validate_team(self):
		self.require_manager()
		users = [row.user for row in self.hosts]
		if not team_users(self):
			raise InvalidRequest(
				_("A team page needs at least one active host."), details={"hosts": _("Choose at least one host.")}
			)
		if len(set(users)) != len(users):
			raise InvalidRequest(_("A host is listed twice. Please keep one row for each."))
		for row in self.hosts:
			if not 1 <= (row.weight or 0) <= 10:
				raise InvalidRequest(_("The weight of {0} must be between 1 and 10.").format(row.user))

		self.keep_the_hosts_of_collective_meetings()

	def keep_the_hosts_of_collective_meetings(self):
		"""Refuse a page whose hosts are too few for one of its collective meetings. It could no longer be booked."""
		collective = {"scheduling_page": self.name, "assignment": "Collective", "is_active": 1}
		for name in [] if self.is_new() else frappe.get_all("Meeting Type", collective, pluck="name"):
			check_can_meet(frappe.get_cached_doc("Meeting Type", name), self)

	def set_active_since(self):
		"""Note since when each host is active.

		A round robin compares hosts from then on. Otherwise a new host would get all bookings until they caught up with
		the others (see bookings/assign.py).
		"""
		before = self.get_doc_before_save()
		since = {row.user: row.active_since for row in before.hosts if row.is_active} if before else {}
		for row in self.hosts:
			row.active_since = since.get(row.user, now()) if row.is_active else 0

	def require_manager(self):
		"""Raise NotPermitted unless the user is a manager: a team page offers the time of other people."""
		if not self.flags.ignore_permissions and not is_manager():
			raise NotPermitted(_("Only a Scheduling Manager can change a team page."))

	def set_timezone(self):
		self.timezone = checked_zone(self.timezone or timezone_of(page_users(self)[0]))

	def validate_logo(self):
		if self.logo and self.has_value_changed("logo") and not is_public_image(self.logo):
			raise InvalidRequest(
				_("Visitors can't see this logo. Upload it to this site as a public file."),
				details={"logo": _("Choose a public file of this site.")},
			)

	def refuse_if_booked(self):
		if frappe.db.exists("Booking", {"scheduling_page": self.name}):
			raise HasBookings(
				_(
					"Meetings were booked on this page. Deactivate it instead: its links will stop working, and its meetings are kept."
				)
			)
