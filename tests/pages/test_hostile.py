"""A page shows everything that hosts write as text, never as HTML."""

import frappe
import pytest

from tests.pages.offer import make_offer, path_of
from tests.pages.reading import read, script_data

HOSTILE = (
	"""</script></title></style><script>alert(1)</script><img src=x onerror=alert(1)>"'{{ 7 * 7 }}{index}{next}\u2028"""
)


@pytest.fixture
def offer(commit_clean):
	"""Write hostile text straight into the database, because saving a document would clean it."""
	made = make_offer(questions=[{"label": "Q", "question_type": "Select", "options": "a\nb"}])
	page = made.scheduling_page
	texts = {"title": HOSTILE[:140], "description": HOSTILE, "welcome_message": HOSTILE}
	frappe.db.set_value(
		"Scheduling Page", page, {**texts, "brand_color": "red;}</style>", "logo": "javascript:alert(1)"}
	)
	frappe.db.set_value(
		"Meeting Type", made.name, {"title": HOSTILE[:140], "description": HOSTILE, "color": '"><script>'}
	)
	row = {"label": HOSTILE[:140], "options": f"{HOSTILE}\nb", "placeholder": HOSTILE[:140], "help_text": HOSTILE[:140]}
	frappe.db.set_value("Meeting Type Question", made.questions[0].name, row)
	user = frappe.db.get_value("Scheduling Page", page, "user")
	frappe.db.set_value("User", user, {"full_name": HOSTILE[:140], "user_image": "//evil.example/x.png"})
	frappe.db.commit()
	frappe.clear_cache()
	return made


@pytest.mark.parametrize(
	"suffix", ["", "?month=2026-11", "?name=</script><script>alert(1)</script>&utm_source={index}"]
)
@pytest.mark.parametrize("whole_page", [True, False])
def test_it_is_text_and_nothing_else(client, offer, suffix, whole_page):
	path = path_of(offer)
	answer = client.get((path.rpartition("/")[0] if whole_page else path) + suffix)
	assert answer.status_code == 200
	page = read(answer.text)
	assert all("src" in script.attributes or script.attributes["type"] in ("importmap", "application/json")
		for script in page.all("script"))  # fmt: skip
	assert not page.all("img")
	assert not [element for element in page.all() for name in element.attributes if name.startswith("on")]
	assert "evil.example" not in answer.text
	assert "javascript:" not in answer.text
	assert "{{ 7 * 7 }}" in page.one("h1").text
	assert page.one("style").text.startswith(":root{--accent:#")
	if not whole_page:
		assert script_data(page)["slug"] == path.split("/")[2]
