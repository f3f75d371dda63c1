"""Writes the section as HTML. Every text from a record is escaped here: Frappe's templates don't escape.

The classes are `scheduler-section`, `meeting-type`, `scheduler-link`, `scheduler-embed`, `scheduler-print`,
`scheduler-code`, `scheduler-qr` and `scheduler-address`. `btn` and `btn-primary` are those of Frappe's print and web styles.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import segno
from frappe import _
from markupsafe import Markup

from scheduler_integration.client_reports.description import Description
from scheduler_integration.client_reports.section import Channel, Meeting, Section
from scheduler_integration.client_reports.widget import ShownWidget

# The rights of the scheduler's page in the frame. The page has the provider's origin, never this site's (`widget_hosts`).
_SANDBOX = "allow-forms allow-popups allow-popups-to-escape-sandbox allow-same-origin allow-scripts"
_TOGETHER = Markup(' style="margin: 0 0 16px; page-break-inside: avoid; break-inside: avoid;"')
# wkhtmltopdf doesn't know flexible boxes, so the image floats.
_FLOATING = Markup(' style="float: right; margin: 0 0 8px 16px; text-align: center;"')
# Bootstrap's buttons don't wrap. wkhtmltopdf would make the whole page smaller until the longest button fits.
_WRAPPING = Markup(' style="white-space: normal;"')
_BELOW = Markup('<div style="clear: both;"></div>')


def as_html(section: Section, channel: Channel, *, inline_styles: bool = True) -> Markup:
	"""Return the section as HTML for a web page (`report`), for print (`pdf`), or for an e-mail.

	In print, a few inline styles put the QR codes beside the text. A page with its own style sheet can do without them.
	"""
	return _Writer(channel, has_styles=channel == "pdf" and inline_styles).section(section)


@dataclass(frozen=True, slots=True)
class _Writer:
	channel: Channel
	has_styles: bool

	def section(self, section: Section) -> Markup:
		return Markup('<div class="scheduler-section">{}</div>').format(
			_join(
				(
					Markup("<h2>{}</h2>").format(section.title),
					Markup("<p>{}</p>").format(section.intro),
					_description(section.description, None),
					Markup("<p>{}</p>").format(section.recommendation) if section.recommendation else Markup(),
					*(self._meeting(meeting) for meeting in section.meetings),
					self._widget(section.widget) if section.widget else Markup(),
				)
			)
		)

	def _meeting(self, meeting: Meeting) -> Markup:
		return self._block(
			"meeting-type",
			meeting.url,
			(
				Markup("<h3>{}</h3>").format(meeting.heading),
				Markup("<p><strong>{}</strong> {}</p>").format(_("Duration:"), meeting.duration),
				_description(meeting.description, meeting.points_heading),
				Markup("<p>{}</p>").format(meeting.reassurance) if meeting.reassurance else Markup(),
				Markup("<p>{}</p>").format(self._link(meeting.url, meeting.link_text)),
				self._address(meeting.address),
			),
		)

	def _widget(self, widget: ShownWidget) -> Markup:
		if self.channel == "report":
			return Markup('<div class="scheduler-embed">{}</div>').format(
				Markup(
					'<iframe src="{}" title="{}" width="100%" height="{}" frameborder="0" loading="lazy"'
					' referrerpolicy="strict-origin-when-cross-origin" sandbox="{}" data-reference="{}"></iframe>'
				).format(widget.src, widget.title, widget.height, _SANDBOX, widget.reference)
			)
		# In print, the address itself is shown beside the QR code, because paper can't be clicked.
		is_print = self.channel == "pdf"
		return self._block(
			"scheduler-print",
			widget.url,
			(
				Markup("<h3>{}</h3>").format(widget.title),
				Markup("<p>{}</p>").format(_("Scan the code, or open this address:")) if is_print else Markup(),
				Markup("<p>{}</p>").format(
					self._link(widget.url, widget.url if is_print else widget.title, is_button=not is_print)
				),
			),
		)

	def _block(self, css_class: str, url: str, parts: Iterable[Markup]) -> Markup:
		"""Return a block that stays on one page, in print with the QR code of its address."""
		return Markup('<div class="{}"{}>{}</div>').format(
			css_class,
			_TOGETHER if self.has_styles else Markup(),
			_join((self._qr(url), *parts, _BELOW if self.has_styles else Markup())),
		)

	def _qr(self, url: str) -> Markup:
		if self.channel != "pdf":
			return Markup()
		return Markup(
			'<div class="scheduler-code"{}><img class="scheduler-qr" src="{}" alt="{}" width="112" height="112"><br>{}</div>'
		).format(_FLOATING if self.has_styles else Markup(), qr_image(url), _("QR code of the link"), _("Scan to book"))

	def _address(self, address: str) -> Markup:
		"""Return the address to type, in print. The tracked link is too long for that, and is in the QR code."""
		if self.channel != "pdf":
			return Markup()
		parts = urlsplit(address)
		return Markup('<p class="scheduler-address">{}</p>').format(parts.netloc + parts.path)

	def _link(self, url: str, text: str, *, is_button: bool = True) -> Markup:
		# The element has no handler. The address itself counts the click, also on paper and in e-mails.
		return Markup('<a href="{}" class="scheduler-link{}" target="_blank" rel="noopener"{}>{}</a>').format(
			url,
			" btn btn-primary" if is_button else "",
			_WRAPPING if self.has_styles else Markup(),
			# The arrow never stands alone in a line of its own.
			text.replace(" →", "\u00a0→"),
		)


def _description(description: Description, points_heading: str | None) -> Markup:
	parts = [Markup("<p>{}</p>").format(line) for line in description.paragraphs]
	if description.points:
		if points_heading:
			parts.append(Markup("<p><strong>{}</strong></p>").format(points_heading))
		parts.append(Markup("<ul>{}</ul>").format(_join(Markup("<li>{}</li>").format(p) for p in description.points)))
	return _join(parts)


def _join(parts: Iterable[Markup]) -> Markup:
	return Markup("\n").join(part for part in parts if part)


@lru_cache(maxsize=512)
def qr_image(address: str) -> str:
	"""Return the QR code of an address as the data URL of a PNG, which wkhtmltopdf and browsers print alike."""
	return segno.make(address, error="m", micro=False).png_data_uri(scale=6, border=2)
