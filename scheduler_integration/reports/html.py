"""Writes the section as HTML. Every text from a record is escaped here: Frappe's templates don't escape.

The classes are `scheduler-section`, `meeting-type`, `scheduler-link`, `scheduler-embed` and `scheduler-print`. `btn` and
`btn-primary` are those of Frappe's print and web styles.
"""

from collections.abc import Iterable

from frappe import _
from markupsafe import Markup

from scheduler_integration.reports.description import Description
from scheduler_integration.reports.qr import qr_image
from scheduler_integration.reports.section import Channel, Meeting, Section
from scheduler_integration.reports.widget import ShownWidget

# What the scheduler's page in the frame may do. It has the provider's origin, never this site's (`widget_hosts`).
_SANDBOX = "allow-forms allow-popups allow-popups-to-escape-sandbox allow-same-origin allow-scripts"


def as_html(section: Section, channel: Channel) -> Markup:
	"""Return the section as HTML for a web page, for print (`pdf`), or for an e-mail."""
	return Markup('<div class="scheduler-section">{}</div>').format(
		_join(
			(
				Markup("<h2>{}</h2>").format(section.title),
				Markup("<p>{}</p>").format(section.intro),
				_description(section.description, None),
				*(_meeting(each, channel) for each in section.meetings),
				_widget(section.widget, channel) if section.widget else Markup(),
			)
		)
	)


def _meeting(meeting: Meeting, channel: Channel) -> Markup:
	return Markup('<div class="meeting-type"{}>{}</div>').format(
		_style(channel, "margin: 0 0 16px; page-break-inside: avoid; break-inside: avoid;"),
		_join(
			(
				_qr(meeting.url, channel),
				Markup("<h3>{}</h3>").format(meeting.heading),
				Markup("<p><strong>{}</strong> {}</p>").format(_("Duration:"), meeting.duration),
				_description(meeting.description, meeting.points_heading),
				Markup("<p>{}</p>").format(meeting.reassurance) if meeting.reassurance else Markup(),
				Markup("<p>{}</p>").format(_link(meeting.url, meeting.link_text)),
				_clear(channel),
			)
		),
	)


def _description(description: Description, points_heading: str | None) -> Markup:
	parts = [Markup("<p>{}</p>").format(line) for line in description.paragraphs]
	if description.points:
		if points_heading:
			parts.append(Markup("<p><strong>{}</strong></p>").format(points_heading))
		parts.append(Markup("<ul>{}</ul>").format(_join(Markup("<li>{}</li>").format(p) for p in description.points)))
	return _join(parts)


def _widget(widget: ShownWidget, channel: Channel) -> Markup:
	if channel != "report":
		return _printed_widget(widget, channel)
	frame = Markup(
		'<iframe src="{}" title="{}" width="100%" height="{}" frameborder="0" loading="lazy"'
		' referrerpolicy="strict-origin-when-cross-origin" sandbox="{}"></iframe>'
	).format(widget.src, widget.title, widget.height, _SANDBOX)
	return Markup('<div class="scheduler-embed">{}</div>').format(frame)


def _printed_widget(widget: ShownWidget, channel: Channel) -> Markup:
	"""Return what stands on paper for the widget: its title, a QR code, and the link."""
	return Markup('<div class="scheduler-print"{}>{}</div>').format(
		_style(channel, "page-break-inside: avoid; break-inside: avoid;"),
		_join(
			(
				_qr(widget.url, channel),
				Markup("<h3>{}</h3>").format(widget.title),
				Markup("<p>{}</p>").format(_("Scan the code, or open this address:")) if channel == "pdf" else Markup(),
				Markup("<p>{}</p>").format(_link(widget.url, widget.url if channel == "pdf" else widget.title)),
				_clear(channel),
			)
		),
	)


def _link(url: str, text: str) -> Markup:
	# No handler in the element: the address itself counts the click, also on paper and in e-mails.
	return Markup('<a href="{}" class="scheduler-link btn btn-primary" target="_blank" rel="noopener">{}</a>').format(
		url, text
	)


def _qr(url: str, channel: Channel) -> Markup:
	"""Return a QR code for print. wkhtmltopdf doesn't know flexible boxes, so the image floats."""
	if channel != "pdf":
		return Markup()
	return Markup(
		'<img class="scheduler-qr" src="{}" alt="{}" width="96" height="96" style="float: right; margin: 0 0 8px 16px;">'
	).format(qr_image(url), _("QR code of the link"))


def _clear(channel: Channel) -> Markup:
	return Markup('<div style="clear: both;"></div>') if channel == "pdf" else Markup()


def _style(channel: Channel, style: str) -> Markup:
	"""Return a style attribute for print. Web pages may forbid inline styles, and have a style sheet."""
	return Markup(' style="{}"').format(style) if channel == "pdf" else Markup()


def _join(parts: Iterable[Markup]) -> Markup:
	return Markup("\n").join(part for part in parts if part)
