"""The part of a view that every page has: what goes into `<head>`, and headers.

A page's brand colour becomes a legible accent, as CSS custom properties for the style sheets.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import frappe
from frappe.sessions import get_csrf_token

from scheduler_integration.catalogue.public import Brand, notices_of_site
from scheduler_integration.entry.headers import PageHeaders, frame_ancestors
from scheduler_integration.pages.kit.assets import assets
from scheduler_integration.pages.kit.embedding import colour, for_frame
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.platform.contrast import (
	DEFAULT_ACCENT,
	clean_hex,
	darken_until_legible,
	lighten_until_legible,
	mix,
)
from scheduler_integration.platform.site_address import site_url


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
	card: str | None = None,
	manifest: str | None = None,
	words: str | None = None,
) -> dict:
	"""The view's `document`: language, titles, theme, assets and the headers that depend on those.

	`brand` gives the colour. `style` and `script` name a sheet and a script of public/bundles.
	`indexed` lets search engines list the page. `secret_address` keeps its address out of the Referer of links.
	`framed` lets the sites of Scheduler Settings embed it: in a frame, its script starts `script`. `frames` are the origins
	that the page itself embeds, `forms` the sources to which its forms may lead beside this site. `canonical` is the page's
	own address, without a query. `card` is the path of the picture that services show beside a link to the page.
	`manifest` is the address of a web app manifest. `words` is the path of the page in Markdown, for programs.
	"""
	frame = for_frame(script) if framed else None
	look = theme((colour() if frame else None) or (brand.color if brand else None))
	loaded = assets(style, "embedded").with_sheets("embedded") if frame else assets(style, script)
	directives = [f"frame-src {' '.join(frames)}" if frames else "", "manifest-src 'self'" if manifest else ""]
	framing = "; ".join(filter(None, (*directives, frame_ancestors(framed=framed))))
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
		"card": site_url(card) if card else None,
		"manifest": manifest,
		"words": words,
		"canonical": canonical,
		"notices": notices_of_site() if framed else None,
		"frame": frame,
		"headers": PageHeaders(policy, "no-referrer" if secret_address else "strict-origin-when-cross-origin"),
	}


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


# The least contrast of normal text (WCAG 2.2, success criterion 1.4.3).
LEGIBLE = 4.5
# The least contrast of a button with what is around it (success criterion 1.4.11).
VISIBLE = 3.0

# Backgrounds in css/base.css on which text has the accent colour.
LIGHT_SURFACES = ("#ffffff", "#f4f5f8")
DARK_SURFACES = ("#1b1d23", "#111317")
LIGHT_INK, DARK_INK = "#ffffff", "#0d0f13"

_TINT = 0.10
_HOVER = 0.12
_LINE = 0.65


class Accent(NamedTuple):
	"""The accent for light or for dark surfaces.

	`hover` is its shade under the pointer, `wash` a faint background, `line` a border, `ink` the text on the accent. `fill` is
	what a button and a chosen day are filled with: white text is legible on it, so that both modes have the same accent.
	"""

	colour: str
	hover: str
	wash: str
	line: str
	ink: str
	fill: str

	def declarations(self) -> str:
		values = zip(("", "-hover", "-wash", "-line", "-ink", "-fill"), self, strict=True)
		return ";".join(f"--accent{name}:{value}" for name, value in values)


class Theme(NamedTuple):
	"""The CSS of a `<style>` element, and the source expression that allows it in a content security policy."""

	css: str
	csp_source: str
	light: Accent
	dark: Accent


@lru_cache(maxsize=256)
def theme(brand_colour: str | None) -> Theme:
	"""Return the theme for `brand_colour`, or the default theme if that isn't a hexadecimal colour."""
	colour = clean_hex(brand_colour) or DEFAULT_ACCENT
	light, dark = light_accent(colour), dark_accent(colour)
	css = f":root{{{light.declarations()}}}@media (prefers-color-scheme:dark){{:root{{{dark.declarations()}}}}}"
	digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
	return Theme(css, f"'sha256-{digest}'", light, dark)


def light_accent(colour: str) -> Accent:
	"""Darken `colour` until it is legible on light surfaces and on its own wash, and white text is legible on it."""
	wash = mix(colour, LIGHT_SURFACES[0], _TINT)
	shade = darken_until_legible(colour, (*LIGHT_SURFACES, wash, LIGHT_INK), LEGIBLE)
	return Accent(shade, mix("#000000", shade, _HOVER), wash, mix(shade, LIGHT_SURFACES[0], _LINE), LIGHT_INK, shade)


def dark_accent(colour: str) -> Accent:
	"""Lighten `colour` until it is legible on dark surfaces and on its own wash, and dark text is legible on it."""
	tint = lighten_until_legible(colour, (*DARK_SURFACES, DARK_INK), LEGIBLE)
	wash = mix(tint, DARK_SURFACES[0], _TINT)
	tint = lighten_until_legible(tint, (*DARK_SURFACES, wash, DARK_INK), LEGIBLE)
	fill = lighten_until_legible(darken_until_legible(colour, (LIGHT_INK,), LEGIBLE), DARK_SURFACES, VISIBLE)
	return Accent(tint, mix("#ffffff", tint, _HOVER), wash, mix(tint, DARK_SURFACES[0], _LINE), DARK_INK, fill)
