"""The pictures that hosts upload for visitors: a host's photo and a page's logo.

A picture is read and written again, so a file of visitors' pages is an image and nothing else: no script of an SVG, no
place where a photo was taken, no second format hidden in it. The former file is deleted.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import frappe
from frappe import _
from frappe.model.document import Document
from PIL import Image, ImageOps

from scheduler_integration.catalogue.edit_pages import readable_page
from scheduler_integration.exceptions import InvalidRequest, NotPermitted

MOST_BYTES = 5 * 1024 * 1024
# A picture that is small as a file can be huge in memory.
MOST_PIXELS = 30_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
# Faces are shown at 48 pixels, logos at most 200 wide; screens have up to three pixels for one.
_PHOTO_SIDE = 320
_LOGO_SIZE = (640, 320)
# Pillow raises SyntaxError for broken PNGs, and all kinds of errors for tags of a camera that say what they aren't.
UNREADABLE = (
	OSError, EOFError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError, struct.error,
	zlib.error, Image.DecompressionBombError,
)  # fmt: skip


def own_face() -> tuple[str, str | None]:
	"""Return the signed-in user's full name and the address of the photo, or None."""
	name, image = frappe.db.get_value("User", frappe.session.user, ["full_name", "user_image"])
	return name or frappe.session.user, image or None


def set_photo(content: bytes | None) -> None:
	"""Store the signed-in user's photo, or remove it. Raises InvalidRequest with the field `photo`."""
	user = frappe.session.user
	former = frappe.db.get_value("User", user, "user_image")
	address = _keep(_written(content, "photo"), "User", user, "user_image") if content is not None else None
	# Hosts have no rights to User records. This is the user's own, and only this field changes.
	frappe.db.set_value("User", user, "user_image", address)
	frappe.clear_document_cache("User", user)
	if former != address:
		_forget(former, "User", user, "user_image")


def set_logo(page: str, content: bytes | None) -> Document:
	"""Store the logo of a page that the signed-in user may change, or remove it, and return the page.

	Raises PageNotFound, NotPermitted, or InvalidRequest with the field `logo`.
	"""
	doc = readable_page(page)
	if not doc.has_permission("write"):
		raise NotPermitted
	former, name = doc.logo, doc.name
	doc.logo = _keep(_written(content, "logo"), "Scheduling Page", name, "logo") if content is not None else None
	doc.save()
	if former != doc.logo:
		# Frappe stores equal pictures once, so the same one uploaded again has the same address.
		_forget(former, "Scheduling Page", name, "logo")
	return doc


def _written(content: bytes, field: str) -> tuple[bytes, str]:
	"""Return the picture, written again, and the extension of its file."""
	if len(content) > MOST_BYTES:
		raise _refused(field, _("This file is too large: at most {0} MB.").format(MOST_BYTES // 1024 // 1024))
	try:
		with Image.open(BytesIO(content), formats=FORMATS) as image:
			if image.width * image.height > MOST_PIXELS:
				raise _refused(field, _("This picture has too many pixels. Please make it smaller."))
			# A large JPEG is decoded at a fraction of its size.
			image.draft("RGB", (_LOGO_SIZE[0] * 2, _LOGO_SIZE[0] * 2))
			turned, written = ImageOps.exif_transpose(image), BytesIO()
			made = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
			if field == "photo":
				made = ImageOps.fit(made, (_PHOTO_SIDE, _PHOTO_SIDE))
			else:
				made.thumbnail(_LOGO_SIZE)
			# Pillow would write what it found beside the picture again, such as the comment of a JPEG.
			made.info.clear()
			if made.mode == "RGBA":
				made.save(written, "PNG", optimize=True)
				return written.getvalue(), "png"
			made.save(written, "JPEG", quality=85, optimize=True)
			return written.getvalue(), "jpg"
	except UNREADABLE as error:
		raise _refused(field, _("This is not a picture that can be shown. Choose a PNG, JPEG or WebP file.")) from error


def _keep(picture: tuple[bytes, str], doctype: str, name: str, field: str) -> str:
	"""Store a public file beside the record, and return its address. Its name can't be guessed from the former one."""
	content, extension = picture
	file = frappe.new_doc("File")
	file.update(
		{
			"file_name": f"{frappe.generate_hash(length=20)}.{extension}",
			"is_private": 0,
			"content": content,
			"attached_to_doctype": doctype,
			"attached_to_name": name,
			"attached_to_field": field,
		}
	)
	# The caller has decided that the user may change the record. The User record isn't theirs to attach files to.
	file.insert(ignore_permissions=True)
	return file.file_url


def _forget(address: str | None, doctype: str, name: str, field: str) -> None:
	"""Delete the former file, if it belongs to this field of this record."""
	own = {"attached_to_doctype": doctype, "attached_to_name": name, "attached_to_field": field}
	for file in frappe.get_all("File", {"file_url": address or "", **own}, pluck="name"):
		# The user may change the field, and with it goes the file that only this field had.
		frappe.delete_doc("File", file, ignore_permissions=True, delete_permanently=True)


def _refused(field: str, sentence: str) -> InvalidRequest:
	return InvalidRequest(sentence, details={field: sentence})
