"""`/client-report/<name>`: who may read it, its layout, and that it runs no script of its authors."""

import frappe
import pytest
from frappe import _
from frappe.utils.password import update_password

from tests.pages.offer import PASSWORD
from tests.support.factories import make_assessment, make_consultant, make_external_type, make_user
from tests.support.html import Page

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def people(commit_clean):
	"""Jane, her client Carl, Eve, who is another consultant, and a manager: all may sign in."""
	made = {
		"jane": make_consultant(
			"Jane",
			embed_in_reports=1,
			embed_code='<iframe src="https://calendly.com/jane"></iframe>',
			display_name="Call Jane",
		),
		"carl": make_user("Carl", roles=()),
		"eve": make_consultant("Eve"),
		"max": make_user("Max", roles=("Scheduling Manager",)),
	}
	frappe.db.commit()
	return made


@pytest.fixture
def report(people):
	make_external_type(people["jane"], title="Deep dive", phases=("Build",))
	made = make_assessment(people["jane"], client=people["carl"], summary="<p>Good.</p><script>alert(1)</script>")
	frappe.db.commit()
	return made


@pytest.fixture
def read(client, people):
	def as_somebody(who, path):
		if who:
			update_password(people[who], PASSWORD)
			frappe.db.commit()
			client.login(people[who], PASSWORD)
		return client.get(path, allow_redirects=False)

	return as_somebody


@pytest.mark.parametrize(("who", "status"), [("jane", 200), ("carl", 200), ("max", 200), ("eve", 404), (None, 302)])
def test_who_reads_a_completed_report(read, report, who, status):
	answer = read(who, f"/client-report/{report.name}")
	assert answer.status_code == status
	if status == 302:
		assert answer.headers["Location"].endswith(f"/login?redirect-to=/client-report/{report.name}")


def test_the_client_does_not_see_a_draft(read, report, people):
	report.update({"status": "Draft"}).save()
	frappe.db.commit()
	answer = read("carl", f"/client-report/{report.name}")
	assert answer.status_code == 404
	assert "Deep dive" not in answer.text


def test_a_report_that_is_not_there_looks_like_one_that_is_somebody_elses(read, report):
	somebody_elses = read("eve", f"/client-report/{report.name}").text
	assert somebody_elses == read(None, "/client-report/nothing").text


def test_a_client_reads_a_language_of_visitors(read, report, people):
	"""A client signs in, as hosts do, whose pages aren't in that language."""
	frappe.db.set_value("User", people["carl"], "language", "pl")
	frappe.db.commit()
	heading = _("Report for {0}", "pl").format("ABC Corp")
	assert heading != "Report for ABC Corp"
	assert Page(read("carl", f"/client-report/{report.name}").text).text("h1") == heading


def test_the_clients_page(read, report):
	"""The section stands between action plan and resources, and the policy allows nothing but the widget's origin."""
	answer = read("carl", f"/client-report/{report.name}")
	policy = answer.headers["Content-Security-Policy"]
	assert "frame-src https://calendly.com;" in policy
	assert "unsafe" not in policy
	page = Page(answer.text)
	# A built bench needs no import map, which is the only script that the page itself has.
	has_map = page.has('script[type="importmap"]')
	assert ("script-src 'self' 'sha256-" if has_map else "script-src 'self';") in policy
	assert page.texts(".client-report h2") == [
		"Action Plan",
		"Schedule a Follow-Up Call",
		"Schedule a Follow-Up Call",
		"Resources & Support",
	]
	assert page.text("h1") == "Report for ABC Corp"
	assert page.text(".on-screen h3") == "Deep dive"
	maps = {"importmap"} if has_map else set()
	assert {each.get("type") for each in page.elements("script")} == {"application/json", "module", *maps}
	assert not page.has("[style]")
	assert page.element(".on-screen iframe")["sandbox"]
	assert page.has(".on-paper .scheduler-print img")
	assert not page.has(".on-paper iframe")
