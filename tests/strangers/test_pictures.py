"""Pictures in which hosts hid or broke something: visitors get the picture and nothing else, and no page fails."""

from io import BytesIO

import frappe
import pytest
from PIL import Image

from scheduler_integration.catalogue.pictures import set_photo
from scheduler_integration.exceptions import InvalidRequest
from tests.pages.test_pictures import shown_at
from tests.support.factories import make_user

DATE_AND_PLACE = b"Rome, 41.9 N 12.5 E"


def picture(kind, **options):
	written = BytesIO()
	Image.new("RGB", (64, 48), (10, 200, 30)).save(written, kind, **options)
	return written.getvalue()


@pytest.fixture
def jane(commit_clean, as_user):
	with as_user(make_user("Jane")):
		yield


@pytest.fixture
def seen(client, jane):
	"""Upload a photo, and return what visitors load."""

	def upload(content):
		set_photo(content)
		frappe.db.commit()
		return shown_at(client, frappe.db.get_value("User", frappe.session.user, "user_image"))

	return upload


def test_the_comment_of_a_jpeg_was_kept_in_the_picture_that_visitors_load(seen):
	content = picture("JPEG", comment=DATE_AND_PLACE)
	assert DATE_AND_PLACE in content
	assert DATE_AND_PLACE not in seen(content)


def test_no_profile_with_other_data_is_kept(seen):
	for kind in ("JPEG", "PNG", "WEBP"):
		image = Image.open(BytesIO(seen(picture(kind, icc_profile=DATE_AND_PLACE * 100))))
		assert not {"icc_profile", "comment", "exif", "xmp"} & image.info.keys()


def test_a_cameras_tag_of_the_wrong_type_failed_with_a_server_error(jane):
	tags = Image.Exif()
	tags[0x0112] = 6
	tags[0x010E] = "holiday"
	content = picture("JPEG", exif=tags)
	# The description becomes the width of the image (0x0100), which is a number and no text (2).
	broken = content.replace(b"\x01\x0e\x00\x02", b"\x01\x00\x00\x02")
	with pytest.raises(InvalidRequest) as refused:
		set_photo(broken)
	assert refused.value.details.keys() == {"photo"}


def test_the_same_photo_uploaded_again_was_deleted(seen):
	"""Frappe stores equal files once: the address was the former one's, whose file was deleted."""
	content = picture("PNG")
	assert seen(content) == seen(content)
	assert Image.open(BytesIO(seen(content))).size == (320, 320)
