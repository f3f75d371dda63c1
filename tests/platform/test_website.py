"""Pages and templates: routes, statuses, renderers, and Jinja, which escapes nothing."""

import frappe
import pytest
from frappe.website.serve import get_response
from jinja2 import Environment

from scheduler_integration.pages.listing import PAGE


@pytest.fixture
def visit():
	"""Return the response for a path, without a server."""

	def open_page(path: str, method: str = "GET", user: str = "Guest", **options):
		frappe.set_user(user)
		frappe.utils.set_request(method=method, path=path, **options)
		frappe.local.response = frappe._dict(docs=[])
		frappe.local.form_dict = frappe._dict()
		frappe.local.no_cache = 0
		frappe.local.path = path
		return get_response(path)

	yield open_page
	if hasattr(frappe.local, "request"):
		del frappe.local.request
	frappe.local.response = frappe._dict(docs=[])


@pytest.fixture
def page_does(monkeypatch):
	"""Replace the code of `/schedule/<slug>`."""

	def replace(answer) -> None:
		monkeypatch.setattr(PAGE, "answer", answer)

	return replace


def test_an_unknown_path_is_not_found(visit):
	assert visit("/no/such/page").status_code == 404


def test_a_route_puts_its_parts_into_form_dict(visit, page_does):
	seen = []

	def answer():
		seen.append(dict(frappe.form_dict))
		raise frappe.PageDoesNotExistError

	page_does(answer)
	assert visit("/schedule/jane-doe").status_code == 404
	assert seen[0]["slug"] == "jane-doe"


def _raising(error):
	def answer():
		raise error

	return answer


@pytest.mark.parametrize(
	("error", "status"), [(frappe.PageDoesNotExistError, 404), (frappe.PermissionError("no"), 403)]
)
def test_what_a_page_raises_becomes_its_status(visit, page_does, error, status):
	page_does(_raising(error))
	response = visit("/schedule/x")
	assert response.status_code == status
	assert response.mimetype == "text/html"
	assert b"Traceback" not in response.data


def test_a_page_can_redirect(visit, page_does):
	def answer():
		frappe.local.flags.redirect_location = "/elsewhere"
		raise frappe.Redirect(302)

	page_does(answer)
	response = visit("/schedule/x")
	assert (response.status_code, response.headers["Location"]) == (302, "/elsewhere")


def test_a_page_sets_its_own_status(visit, page_does):
	original = PAGE.answer

	def answer():
		return {**original(), "status": 418}

	page_does(answer)
	assert visit("/schedule/nobody").status_code == 418


def test_a_page_answers_a_post_too(visit, page_does):
	page_does(_raising(frappe.PageDoesNotExistError))
	assert visit("/schedule/x", method="POST").status_code == 404


def test_the_template_of_a_page_was_compiled_at_each_request(visit, monkeypatch):
	visit("/schedule/nobody")
	compiled, original = [], Environment.compile

	def compile_noted(self, *arguments, **options):
		compiled.append(arguments)
		return original(self, *arguments, **options)

	monkeypatch.setattr(Environment, "compile", compile_noted)
	assert visit("/schedule/nobody").status_code == 404
	assert compiled == []


def test_an_apps_page_is_not_wrapped_in_the_sites_frame(visit):
	html = visit("/schedule/nobody").get_data(as_text=True)
	assert html.count("<html") == 1
	assert "/assets/frappe/" not in html


# Templates


@pytest.mark.parametrize(
	("template", "rendered"),
	[
		("{{ text }}", "<b>&</b>"),
		("{{ text | e }}", "&lt;b&gt;&amp;&lt;/b&gt;"),
		("{% autoescape true %}{{ text }}{% endautoescape %}", "&lt;b&gt;&amp;&lt;/b&gt;"),
		("{{ missing }}", "{{ missing }}"),
		("{% if missing %}yes{% else %}no{% endif %}", "no"),
		("{{ _('Hello') }}", "Hello"),
		("{{ [1, 2] | json }}", "[\n 1,\n 2\n]"),
		("{{ frappe.session.user }}", "Administrator"),
		("{{ frappe.db.get_value('User', 'Guest', 'name') }}", "Guest"),
		("{{ frappe.db.sql('select 613 * 7')[0][0] }}", "4291"),
		("{{ frappe.get_all('User', {'name': 'Guest'}, pluck='name')[0] }}", "Guest"),
	],
)
def test_templates(template, rendered):
	assert frappe.render_template(template, {"text": "<b>&</b>"}) == rendered


def test_a_template_can_change_any_record():
	"""This is why the app gives Frappe's templates to System Managers only."""
	name = frappe.get_doc({"doctype": "ToDo", "description": "before"}).insert().name
	frappe.set_user("Guest")
	frappe.render_template("{{ frappe.db.set_value('ToDo', name, 'description', 'after') }}", {"name": name})
	assert frappe.db.get_value("ToDo", name, "description") == "after"


@pytest.mark.parametrize("template", ["{{ ''.__class__ }}", "{% for x in %}", "{{ 1 / 0 }}"])
def test_what_a_template_may_not_do(template):
	with pytest.raises(Exception):  # noqa: B017
		frappe.render_template(template, {})


def test_a_template_is_found_by_its_app():
	html = frappe.render_template("scheduler_integration/templates/emails/attendee_confirmed.html", {}, is_path=True)
	assert "<" in html


def test_translations_come_from_the_apps_csv(monkeypatch):
	assert frappe._("Nothing translates this", "de") == "Nothing translates this"
	assert frappe._("A {0}").format("b") == "A b"


@pytest.mark.parametrize(
	"path", ["/schedule/" + "a" * 300, "/schedule/manage/" + "a" * 5000, "/schedule/a/" + "b" * 300 + "/c"]
)
def test_a_path_longer_than_a_file_name_is_not_found(visit, path):
	assert visit(path).status_code == 404
