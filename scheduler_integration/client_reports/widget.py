"""The consultant's widget, if the report shows it."""

from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from frappe import _

from scheduler_integration.catalogue.booking_addresses import with_campaign
from scheduler_integration.catalogue.consultant_settings import ConsultantSettings
from scheduler_integration.catalogue.widget_hosts import widget_hosts
from scheduler_integration.client_reports.subject import Subject
from scheduler_integration.engagement.links import widget_reference, with_reference
from scheduler_integration.parsing.embed_code import Widget, parse_embed_code
from scheduler_integration.parsing.text import Refused
from scheduler_integration.platform.site_address import site_url


@dataclass(frozen=True, slots=True)
class ShownWidget:
	"""A widget. `src` is the frame's address, `origin` its origin for a content security policy, `height` in pixels.

	`url` is the address for paper and e-mails. `reference` identifies the report: the scheduler returns it with a booking.
	It is empty in the report of a record that isn't a Client Assessment. `plain_src` is `src` without the reference.
	"""

	src: str
	origin: str
	height: int
	title: str
	url: str
	plain_src: str = ""
	reference: str = ""

	def untracked(self) -> "ShownWidget":
		"""Return the widget without its reference, for a client who doesn't want to be tracked."""
		return replace(self, src=self.plain_src, reference="")


def widget_of(settings: ConsultantSettings, subject: Subject, scheduler_link: str | None) -> ShownWidget | None:
	"""Return the widget, or None if the consultant shows none.

	The stored code is read again, because an admin may have removed its host from the allowed ones.
	"""
	if not settings.embed_in_reports:
		return None
	try:
		widget = parse_embed_code(settings.embed_code, widget_hosts())
	except Refused:
		return None
	if not widget:
		return None
	parts = urlsplit(widget.src)
	src = with_campaign(_for_this_site(widget), subject.phase)
	reference = widget_reference(subject.assessment) if subject.assessment else ""
	return ShownWidget(
		src=with_reference(src, reference),
		origin=f"https://{parts.netloc}",
		height=widget.height,
		title=settings.display_name or _("Schedule a Follow-Up Call"),
		url=scheduler_link or with_campaign(widget.src, subject.phase),
		plain_src=with_reference(src, ""),
		reference=reference,
	)


def _for_this_site(widget: Widget) -> str:
	"""Return the address that the frame opens. Calendly reports bookings to a page only if the address names its site."""
	parts = urlsplit(widget.src)
	if parts.hostname != "calendly.com" and not (parts.hostname or "").endswith(".calendly.com"):
		return widget.src
	site = quote(urlsplit(site_url()).netloc, safe="")
	kept = [each for each in parts.query.split("&") if each and not each.startswith(("embed_domain=", "embed_type="))]
	query = "&".join([*kept, f"embed_domain={site}", "embed_type=Inline"])
	return parts._replace(query=query).geturl()
