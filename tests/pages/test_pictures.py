"""Photo, logo and organization on `/scheduling/page`: uploaded, written again, seen by visitors, deleted with the former one."""

from io import BytesIO
from pathlib import Path

import frappe
import pytest
from PIL import Image

from tests.pages.offer import host_of, make_offer, path_of, sign_in
from tests.pages.reading import form_values, read
from tests.support.factories import make_user, page_of
from tests.support.site import on_real_site

PATH = "/scheduling/page"


def picture(kind="PNG", size=(800, 600), colour=(10, 200, 30), **options):
	written = BytesIO()
	Image.new("RGB", size, colour).save(written, kind, **options)
	return written.getvalue()


@pytest.fixture
def jane(client, intro):
	sign_in(client, host_of(intro))
	return client


@pytest.fixture
def upload(jane, intro):
	def send(name, content, page=None, file="me.png"):
		html = read(jane.get(PATH).text)
		token = html.all("input", name="csrf_token")[0]["value"]
		fields = {"csrf_token": token, "action": name, "page": page or intro.scheduling_page}
		files = {} if content is None else {name.removeprefix("no_"): (file, content, "image/png")}
		return jane.post(PATH, data=fields, files=files or None, allow_redirects=True)

	return send


def shown_at(client, address):
	"""Return the file that visitors load. Frappe 16 serves none from a site's folder that is a link, as beside `make test-bench`."""
	if on_real_site() and Path(frappe.get_site_path()).is_symlink():
		return Path(frappe.get_site_path("public", address.lstrip("/"))).read_bytes()
	answer = client.get(address)
	assert answer.status_code == 200
	return answer.content


def photo_of(doc):
	frappe.db.rollback()
	return frappe.db.get_value("User", host_of(doc), "user_image")


def files_of(doctype, name):
	frappe.db.rollback()
	return frappe.get_all("File", {"attached_to_doctype": doctype, "attached_to_name": name}, pluck="file_url")


@pytest.mark.long
def test_visitors_see_the_photo_and_initials_again_when_it_is_deleted(jane, intro, upload):
	assert "JD" in read(jane.get(path_of(intro)).text).one("span", class_="faces").text
	assert "Visitors see your photo now." in upload("photo", picture()).text
	address = photo_of(intro)
	# The host sees it too, in the head of every page.
	for path in (path_of(intro), path_of(intro).rpartition("/")[0], "/scheduling"):
		assert read(jane.get(path).text).one("img", class_="face")["src"] == address
	shown = Image.open(BytesIO(shown_at(jane, address)))
	assert (shown.size, shown.format) == ((320, 320), "JPEG")
	upload("no_photo", None)
	assert photo_of(intro) is None
	assert files_of("User", host_of(intro)) == []
	assert "JD" in read(jane.get(path_of(intro)).text).one("span", class_="faces").text


@pytest.mark.long
def test_the_former_file_is_deleted(jane, intro, upload):
	upload("logo", picture(colour=(1, 2, 3)))
	frappe.db.rollback()
	first = page_of(intro).logo
	upload("logo", picture(colour=(4, 5, 6)))
	frappe.db.rollback()
	second = frappe.db.get_value("Scheduling Page", intro.scheduling_page, "logo")
	assert files_of("Scheduling Page", intro.scheduling_page) == [second]
	assert first != second
	# A server that isn't behind nginx answers 500 for a file that is gone.
	assert jane.get(first).status_code in (404, 500)
	assert read(jane.get(path_of(intro)).text).one("img", class_="logo")["src"] == second


@pytest.mark.long
def test_a_file_that_belongs_to_somebody_else_is_not_deleted(jane, intro, upload):
	"""A logo set in the desk may be any public file, even a colleague's photo."""
	upload("photo", picture())
	address = photo_of(intro)
	frappe.db.set_value("Scheduling Page", intro.scheduling_page, "logo", address)
	frappe.clear_document_cache("Scheduling Page", intro.scheduling_page)
	frappe.db.commit()
	upload("logo", picture(colour=(9, 9, 9)))
	assert files_of("User", host_of(intro)) == [address]
	assert shown_at(jane, address)


def test_where_a_photo_was_taken_is_not_published(jane, intro, upload):
	exif = Image.Exif()
	exif[0x010E] = "Secret place"
	upload("photo", picture("JPEG", exif=exif) + b"<script>hidden</script>")
	content = shown_at(jane, photo_of(intro))
	assert b"Secret place" not in content
	assert b"<script>" not in content


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.long
@pytest.mark.parametrize(
	("content", "said"),
	[
		(SVG, "Choose a PNG, JPEG or WebP file."),
		(b"<html><script>alert(1)</script></html>", "Choose a PNG, JPEG or WebP file."),
		(b"GIF89a" + b"\0" * 50, "Choose a PNG, JPEG or WebP file."),
		(b"\x89PNG\r\n\x1a\n" + b"\0" * 5 * 1024 * 1024, "too large"),
		(picture(size=(6000, 6000)), "too many pixels"),
		(b"", "Choose a picture first."),
		(None, "Choose a picture first."),
	],
	ids=["svg", "html", "gif", "large", "bomb", "empty", "none"],
)
def test_what_is_no_harmless_picture_is_refused(jane, intro, upload, content, said):
	for name in ("photo", "logo"):
		answer = upload(name, content, file="../../evil.svg")
		assert (answer.status_code, said in answer.text) == (400, True)
	assert photo_of(intro) is None
	assert files_of("User", host_of(intro)) == []


def test_nobody_changes_the_logo_of_anothers_page(client, intro):
	mallory = make_user("Mallory")
	make_offer()
	sign_in(client, mallory)
	token = read(client.get(PATH).text).all("input", name="csrf_token")[0]["value"]
	for action in ("logo", "no_logo"):
		fields = {"csrf_token": token, "action": action, "page": intro.scheduling_page}
		assert client.post(PATH, data=fields, files={"logo": ("x.png", picture())}).status_code == 403
	assert files_of("Scheduling Page", intro.scheduling_page) == []


def test_the_organization_stands_beside_the_name(jane, intro):
	frappe.db.set_value("Scheduling Page", intro.scheduling_page, "organization", "Fish & Chips")
	frappe.clear_document_cache("Scheduling Page", intro.scheduling_page)
	frappe.db.commit()
	assert read(jane.get(path_of(intro)).text).one("p", class_="with").text == "Jane Doe, Fish & Chips"
	assert "Fish &amp; Chips" in jane.get(path_of(intro).rpartition("/")[0]).text


class TestThePreviewOfThePage:
	def preview(self, client, page, **typed):
		html = read(client.get(f"{PATH}?view=look").text)
		[form] = [each for each in html.all("form") if each.all("input", name="slug")]
		sent = {**dict(form_values(form)), "page": page, **typed}
		return client.post(f"{PATH}/preview", data=sent)

	def test_shows_what_was_typed_and_saves_nothing(self, jane, intro):
		answer = self.preview(
			jane, intro.scheduling_page, name="Typed <3", organization="ACME", welcome_message="Hi there"
		)
		assert answer.status_code == 200
		for text in ("Typed &lt;3", "ACME", "Hi there", "Preview. Nothing can be booked here."):
			assert text in answer.text
		assert "script-src" not in answer.headers["Content-Security-Policy"]
		frappe.db.rollback()
		stored = frappe.get_doc("Scheduling Page", intro.scheduling_page)
		assert (stored.title, stored.organization) == ("Jane Doe", None)

	def test_of_anothers_page_is_refused(self, client, intro):
		mallory = make_user("Mallory")
		own = make_offer()
		frappe.db.set_value("Scheduling Page", own.scheduling_page, "user", mallory)
		frappe.clear_document_cache("Scheduling Page", own.scheduling_page)
		frappe.db.commit()
		sign_in(client, mallory)
		assert self.preview(client, intro.scheduling_page, name="Mine").status_code == 403
		assert client.get(f"{PATH}/preview?page={intro.scheduling_page}").status_code == 403
		assert client.get(f"{PATH}/preview?page=nothing").status_code == 404
