"""Draws the templates of the app's pages.

Frappe's `render_template` is made for texts that people write: it puts them in a sandbox, and compiles the template of a
page in `www/` again at each request, which takes longer than drawing it. These templates are files of the app. Each
process compiles them once.
"""

from functools import cache
from pathlib import Path
from typing import Any

from frappe import _
from jinja2 import Environment, FileSystemLoader, select_autoescape

from scheduler_integration.platform.language import counted

_APP = Path(__file__).parents[2]


def draw(template: str, values: dict[str, Any]) -> str:
	"""Return a template as HTML, such as `scheduler_integration/pages/booking/page.html`.

	It has the values, and `_` and `counted` in the language of the request. Texts are escaped, but not in a `.txt`.
	"""
	return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
	environment = Environment(
		loader=FileSystemLoader(_APP.parent), autoescape=select_autoescape(default=True, disabled_extensions=("txt",))
	)
	environment.globals |= {"_": _, "counted": counted}
	return environment
