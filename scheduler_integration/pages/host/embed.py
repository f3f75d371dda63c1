"""`/scheduling/embed`: hosts choose how a website shows their page, see it, and copy the code.

`?meeting=<page>` or `<page>/<type>`, by their slugs; `mode`, `color` and `site`, the website that should show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from frappe import _
from frappe.utils import get_fullname
from markupsafe import Markup, escape

from scheduler_integration.catalogue.hostnames import is_host
from scheduler_integration.catalogue.readable_meeting_types import ReadableType, readable_meeting_types
from scheduler_integration.domains.links import page_url
from scheduler_integration.entry.headers import embedding_hosts
from scheduler_integration.pages.host.host_page import HostPage, Reader
from scheduler_integration.pages.host.house import SHARE
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.permissions import is_manager, managers
from scheduler_integration.platform.contrast import clean_hex
from scheduler_integration.platform.records import picked
from scheduler_integration.platform.site_address import site_url

SCRIPT = "/schedule/embed.js"
# So that what is below doesn't move when the page is there.
_RESERVED = "display:block;min-height:640px"

PAGE = HostPage("/scheduling/embed", here=SHARE, style="types")


@dataclass(frozen=True)
class Choice:
	"""The element's content: a page by its slug, and a type on it or None for its list. `url` is the plain link.

	`color` is None for the page's own.
	"""

	page: str
	type: str | None
	title: str
	url: str
	mode: str
	color: str | None

	@property
	def value(self) -> str:
		return f"{self.page}/{self.type}" if self.type else self.page


@PAGE.view
def _view(reader: Reader) -> View:
	types, hosts = readable_meeting_types(), embedding_hosts()
	modes = {
		"inline": _("In the page"),
		"popup": _("A link that opens a pop-up"),
		"button": _("A button in the corner"),
	}
	choice = _choice(types, argument("mode") if argument("mode") in modes else "inline") if types else None
	return {
		"title": _("Embed on a website"),
		"frames": ("'self'",),
		"subtitle": _("Visitors of your website book without leaving it."),
		"embed_script": SCRIPT,
		"pages": types_by_page(types),
		"choice": choice,
		"modes": [{"value": mode, "label": label} for mode, label in modes.items()],
		"hosts": hosts,
		"may_allow": is_manager(),
		"site": _site(hosts),
		**(_code(choice) if choice else {}),
	}


def _choice(types: Sequence[ReadableType], mode: str) -> Choice:
	"""Read what the address asks for, and take the first of `types` and the defaults for what is wrong."""
	page, _slash, slug = argument("meeting").partition("/")
	on_page = [each for each in types if each.page_slug == page] or [types[0]]
	chosen = next((each for each in on_page if each.slug == slug), None)
	first = chosen or on_page[0]
	return Choice(
		page=first.page_slug,
		type=chosen.slug if chosen else None,
		title=chosen.title if chosen else first.page,
		url=page_url(first.page_slug, chosen.slug if chosen else None),
		mode=mode,
		color=clean_hex(argument("color")),
	)


def _code(choice: Choice) -> dict[str, Any]:
	element = _element(choice, style=_RESERVED if choice.mode == "inline" else None)
	script = Markup('<script src="{}" async></script>').format(site_url(SCRIPT))
	# Plain texts, so that the template prints the code itself.
	html = str(Markup("\n").join((script, element)))
	signature = str(Markup('<a href="{}">{}</a>').format(choice.url, _("Book a meeting")))
	codes = [
		{"id": "html", "title": "HTML", "code": html, "rows": 5},
		{"id": "react", "title": "React", "code": _react(element), "rows": 16},
		{
			"id": "wordpress",
			"title": "WordPress",
			"code": f"<!-- wp:html -->\n{html}\n<!-- /wp:html -->",
			"rows": 6,
			"help": _(
				"Open the code editor of the page and paste it there. Your role must be allowed to publish HTML."
			),
		},
		{"id": "signature", "title": _("E-mail signature"), "code": signature, "rows": 2},
	]
	return {
		"element": _element(choice),
		"codes": codes,
	}


def _element(choice: Choice, style: str | None = None) -> Markup:
	"""Return the custom element, with a link for browsers without scripts and for websites that aren't allowed.

	Our own pages forbid the attribute `style`.
	"""
	given = {**picked(choice, "page", "type", "mode", "color"), "style": style}
	attributes = Markup(" ").join(Markup('{}="{}"').format(name, text) for name, text in given.items() if text)
	return Markup('<scheduler-booking {}>\n  <a href="{}">{}</a>\n</scheduler-booking>').format(
		attributes, choice.url, _("Book a meeting")
	)


def _react(element: Markup) -> str:
	"""Return a component. In JSX, `style` is an object."""
	lines = str(element).replace(f' style="{_RESERVED}"', ' style={{ display: "block", minHeight: 640 }}').split("\n")
	return "\n".join(
		(
			'import { useEffect } from "react";',
			"",
			f'const SCRIPT = "{escape(site_url(SCRIPT))}";',
			"",
			"export function Booking() {",
			"  useEffect(() => {",
			'    if (document.querySelector(`script[src="${SCRIPT}"]`)) return;',
			'    document.head.append(Object.assign(document.createElement("script"), { src: SCRIPT, async: true }));',
			"  }, []);",
			"  return (",
			*(f"    {line}" for line in lines),
			"  );",
			"}",
		)
	)


def _host(site: str) -> str:
	"""Return the host of what was typed: an address, or a host name. A usual port is left out."""
	text = site.strip().lower()
	try:
		parts = urlsplit(text if "://" in text else f"//{text}")
		port = parts.port
	except ValueError:
		return text
	return f"{parts.hostname or ''}{f':{port}' if port not in (None, 80, 443) else ''}"


def _site(hosts: Sequence[str]) -> dict[str, Any]:
	"""Return whether the website that was `typed` may show the pages, as `hosts` may, and who can change that."""
	typed, host = argument("site")[:200], _host(argument("site"))
	if host and not is_host(host):
		text = _("“{0}” isn't the address of a website.").format(typed)
		return {"typed": typed, "is_allowed": False, "text": text, "ask": ""}
	if host in hosts:
		return {"typed": host, "is_allowed": True, "text": _("{0} may show your pages.").format(host), "ask": ""}
	ask = _("You can change that: “Allowed embed hosts” in Scheduler Settings.")
	if not is_manager():
		names = ", ".join(get_fullname(user) for user in managers()) or _("a manager")
		ask = _("Only managers can change that, in Scheduler Settings. Ask {0}.").format(names)
	text = _("{0} isn't allowed to show your pages yet. Its visitors see a link instead.").format(host) if host else ""
	return {"typed": host, "is_allowed": False, "text": text, "ask": ask}
