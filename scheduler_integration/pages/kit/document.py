"""The part of a view that every page has: what goes into `<head>`, and headers."""

from __future__ import annotations

from urllib.parse import quote

import frappe
from frappe import _
from frappe.sessions import get_csrf_token

from scheduler_integration.catalogue.public import Brand, notices_of_site
from scheduler_integration.entry.headers import PageHeaders, frame_ancestors
from scheduler_integration.pages.kit.assets import assets
from scheduler_integration.pages.kit.embedding import colour, for_frame
from scheduler_integration.pages.kit.people import own_image
from scheduler_integration.pages.kit.theme import theme
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.platform.site_address import site_url

# What services show beside a link to a page that has no logo and no face.
_PICTURE = "/assets/scheduler_integration/images/app-512.png"


def document(
	visitor: Visitor,
	*,
	title: str,
	description: str | None = None,
	brand: Brand | None = None,
	style: str = "base",
	script: str | None = None,
	indexed: bool = False,
	secret_address: bool = False,
	framed: bool = False,
	frames: tuple[str, ...] = (),
	forms: tuple[str, ...] = (),
	canonical: str | None = None,
	picture: str | None = None,
	manifest: str | None = None,
) -> dict:
	"""The view's `document`: language, titles, theme, assets and the headers that depend on those.

	`brand` gives colour and image. `style` and `script` name a sheet and a script of public/bundles.
	`indexed` lets search engines list the page. `secret_address` keeps its address out of the Referer of links.
	`framed` lets the sites of Scheduler Settings embed it: in a frame, its script starts `script`. `frames` are the origins
	that the page itself embeds, `forms` the sources to which its forms may lead beside this site. `canonical` is the page's
	own address, without a query. `picture` is shown beside links to the page if the brand has no logo, and without both a calendar sheet.
	`manifest` is the address of a web app manifest.
	"""
	frame = for_frame(script) if framed else None
	look = theme((frame and colour()) or (brand.color if brand else None))
	loaded = assets(style, script) if not frame else assets(style, "embedded").with_sheets("embedded")
	image = own_image(brand.logo if brand else None) or own_image(picture) or (_PICTURE if canonical else None)
	more = [f"frame-src {' '.join(frames)}"] if frames else []
	more += ["manifest-src 'self'"] if manifest else []
	framing = "; ".join((*more, frame_ancestors(framed=framed)))
	policy = content_security_policy(look.csp_source, loaded.csp_source, framing, forms)
	return {
		"language": visitor.language_tag,
		"direction": visitor.direction,
		"title": title,
		"description": " ".join((description or "").split())[:200],
		"icon": icon(look.light.colour),
		"robots": "index, follow" if indexed else "noindex, nofollow",
		"theme": look,
		"assets": loaded,
		"image": site_url(image) if image else None,
		"manifest": manifest,
		"canonical": canonical,
		"footer": _footer() if framed else (),
		"frame": frame,
		"headers": PageHeaders(policy, "no-referrer" if secret_address else "strict-origin-when-cross-origin"),
	}


def _footer() -> list[dict[str, str]]:
	"""Return the links at the end of each page of guests: the imprint, if the site has one, and who keeps what."""
	imprint, privacy = notices_of_site()
	first = [{"label": _("Imprint"), "url": imprint}] if imprint else []
	return [*first, {"label": _("Privacy"), "url": privacy or "/schedule/privacy"}]


def content_security_policy(style: str, script: str, framing: str, forms: tuple[str, ...] = ()) -> str:
	"""Return a content security policy (CSP 3) that allows only this site's files, and the inline theme and import map.

	`style` and `script` are the source expressions of theme and import map, with their hashes. `framing` are the directives
	on frames.
	"""
	return "; ".join(
		(
			"default-src 'none'",
			f"script-src 'self' {script}".strip(),
			f"style-src 'self' {style}",
			"img-src 'self' data:",
			"connect-src 'self'",
			" ".join(("form-action 'self'", *forms)),
			"base-uri 'none'",
			framing,
		)
	)


def icon(colour: str) -> str:
	"""Return the page's icon, a calendar sheet in its colour, as a data URL."""
	svg = (
		'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
		f'<rect x="3" y="5" width="26" height="24" rx="6" fill="{colour}"/>'
		'<path d="M9 2v6m14-6v6" stroke="#fff" stroke-width="3" stroke-linecap="round"/>'
		'<path d="m10 19 4 4 8-8" stroke="#fff" stroke-width="3" fill="none" stroke-linecap="round"/></svg>'
	)
	return f"data:image/svg+xml,{quote(svg)}"


def csrf_token() -> str | None:
	"""Return the token that a signed-in user's POST must contain, or None for Frappe's Guest, who needs none."""
	return None if frappe.session.user == "Guest" else get_csrf_token()
