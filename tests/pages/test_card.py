"""Services show a card beside a link to a booking page: its logo, or its hosts' faces, on its colour."""

from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import frappe
import pytest
from PIL import Image

from scheduler_integration.catalogue.card import SIZE
from scheduler_integration.catalogue.pictures import set_logo, set_photo
from tests.pages.offer import make_offer, page_of
from tests.pages.reading import read

pytestmark = pytest.mark.usefixtures("commit_clean")
MIDDLE = (SIZE[0] // 2, SIZE[1] // 2)


def picture(colour):
	written = BytesIO()
	Image.new("RGB", (400, 400), colour).save(written, "PNG")
	return written.getvalue()


@pytest.fixture
def page(as_user):
	doc = page_of(make_offer())
	doc.db_set("brand_color", "#0f766e")
	frappe.clear_document_cache("Scheduling Page", doc.name)
	frappe.db.commit()
	return doc


def address(client, path):
	return read(client.get(path).text).one("meta", property="og:image").attributes["content"]


def card(client, page):
	"""Return the card that the page names, and the colour of its corner and of its middle."""
	parts = urlsplit(address(client, f"/schedule/{page.slug}"))
	answer = client.get(f"{parts.path}?{parts.query}")
	assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
	assert "max-age" in answer.headers["Cache-Control"]
	image = Image.open(BytesIO(answer.content))
	assert image.size == SIZE
	return image, image.getpixel((5, 5)), image.getpixel(MIDDLE)


def is_near(one, other):
	return all(abs(a - b) < 12 for a, b in zip(one, other, strict=True))


def test_a_link_was_shown_with_a_bare_photo_and_not_with_a_card(client, page, as_user):
	"""The logo if the page has one, else the hosts' photos, else their letters."""
	image, corner, _middle = card(client, page)
	assert is_near(corner, (15, 118, 110))
	# A white face with the first letter of the name.
	assert is_near(image.getpixel((MIDDLE[0], MIDDLE[1] - 140)), (255, 255, 255))
	assert any(is_near(image.getpixel((x, MIDDLE[1])), (15, 118, 110)) for x in range(MIDDLE[0] - 80, MIDDLE[0] + 80))
	with as_user(page.user):
		set_photo(picture("red"))
		frappe.db.commit()
		_image, corner, middle = card(client, page)
		assert is_near(corner, (15, 118, 110))
		assert is_near(middle, (254, 0, 0))
		set_logo(page.name, picture("blue"))
		frappe.db.commit()
	_image, _corner, middle = card(client, page)
	assert is_near(middle, (0, 0, 254))


def test_another_card_has_another_address_because_services_keep_it(client, page, as_user):
	path = f"/schedule/{page.slug}"
	before = address(client, path)
	assert address(client, path) == before
	with as_user(page.user):
		set_photo(picture("red"))
	frappe.db.commit()
	assert address(client, path) != before


@pytest.mark.parametrize(
	"image",
	["/files/no_such.png", "/files/../site_config.json", "/files/%2e%2e/x.png", "https://elsewhere.example/x.png"],
)
def test_a_photo_that_cant_be_read_leaves_the_letter(client, page, image):
	frappe.db.set_value("User", page.user, "user_image", image)
	frappe.db.commit()
	_image, corner, _middle = card(client, page)
	assert is_near(corner, (15, 118, 110))


def test_any_kind_of_file_was_opened_to_draw_it(client, page):
	"""Some kinds run a program to be drawn. Only those that can be uploaded as a photo are opened."""
	path = Path(frappe.utils.get_files_path("drawn_by_a_program.gif"))
	# A new site has no such folder until the first file is uploaded.
	path.parent.mkdir(parents=True, exist_ok=True)
	Image.new("RGB", (400, 400), "red").save(path)
	try:
		frappe.db.set_value("User", page.user, "user_image", f"/files/{path.name}")
		frappe.db.commit()
		image, _corner, _middle = card(client, page)
		assert is_near(image.getpixel((MIDDLE[0], MIDDLE[1] - 140)), (255, 255, 255))
	finally:
		path.unlink()


def test_a_page_that_is_switched_off_has_no_card(client, page):
	parts = urlsplit(address(client, f"/schedule/{page.slug}"))
	page.db_set("is_active", 0)
	frappe.clear_document_cache("Scheduling Page", page.name)
	frappe.db.commit()
	assert client.get(f"{parts.path}?{parts.query}").status_code == 404
