"""Previews of pages and meeting types as visitors see them, for hosts' editors. Nothing is kept, and nothing can be booked.

A POST to a preview with the editor's form shows its values, which aren't saved.
"""

from scheduler_integration.entry.headers import PageHeaders
from scheduler_integration.pages.kit.assets import sheets
from scheduler_integration.pages.kit.respond import View


def picture(view: View, note: str, *, styles: str = "") -> View:
	"""Return the view of a page without its scripts, with a sentence above it.

	It runs no script and sends no form, and only this site may frame it. `styles` is the source expression for styles instead
	of the hash of the page's own theme.
	"""
	document = view["document"]
	policy = "; ".join(
		(
			"default-src 'none'",
			f"style-src 'self' {styles or document['theme'].csp_source}",
			"img-src 'self' data:",
			"frame-src 'self' data:",
			"form-action 'none'",
			"base-uri 'none'",
			"frame-ancestors 'self'",
		)
	)
	shown_with = (*document["assets"].styles, *sheets("picture"))
	assets = document["assets"]._replace(styles=shown_with, script=None, import_map=None)
	headers = PageHeaders(policy, "no-referrer")
	shown = {**document, "assets": assets, "headers": headers, "robots": "noindex, nofollow", "canonical": None}
	return {**view, "document": shown, "picture": note, "data": "{}", "csrf_token": None}
