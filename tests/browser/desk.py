"""A window in the desk, and what people do there."""

import re
from typing import Any

import frappe
from frappe.utils.password import update_password

from tests.browser.screens import Browsing
from tests.pages.offer import PASSWORD

# The first page of a new desk is slow: Frappe builds its boot info and the forms' meta.
PATIENCE = 60_000


class Desk(Browsing):
	"""A window of a signed-in user. Requests for live updates aren't recorded, because their server doesn't run."""

	def sign_in(self, user: str) -> None:
		update_password(user, PASSWORD)
		frappe.db.commit()
		self.context.set_default_timeout(PATIENCE)
		answer = self.context.request.post("/api/method/login", form={"usr": user, "pwd": PASSWORD})
		assert answer.ok, answer.text()

	def _asked(self, url: str) -> None:
		# The editor of code fields has a worker, which it starts from a blob.
		if "/socket.io/" not in url and not url.startswith(f"blob:{self.server.url}"):
			super()._asked(url)

	def _logged(self, message: Any) -> None:
		# The desk logs the server's traceback of a refused form, which isn't an error of the scripts.
		refused = message.text.startswith("Traceback") and "scheduler_integration.exceptions." in message.text
		if not refused and "socket" not in message.text.lower():
			super()._logged(message)

	def screenshot(self, name: str, full: bool = False) -> None:
		"""Take a picture after dialogs have stopped moving."""
		self.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))")
		super().screenshot(name, full)

	def open_form(self, doctype: str, name: str) -> None:
		self.open(f"/app/{doctype.lower().replace(' ', '-')}/{name}")
		self.page.wait_for_function(
			"(doctype) => window.cur_frm && cur_frm.doctype === doctype && cur_frm.layout && !cur_frm.doc.__islocal",
			arg=doctype,
		)

	def open_list(self, doctype: str) -> None:
		self.open(f"/app/{doctype.lower().replace(' ', '-')}/view/list")
		self.page.wait_for_function("(doctype) => window.cur_list?.doctype === doctype", arg=doctype)

	def open_new(self, doctype: str, **values: Any) -> None:
		self.open(f"/app/{doctype.lower().replace(' ', '-')}/new")
		self.page.wait_for_function(
			"(doctype) => window.cur_frm && cur_frm.doctype === doctype && cur_frm.doc.__islocal", arg=doctype
		)
		self.page.evaluate("(values) => cur_frm.set_value(values)", values)

	def button(self, label: str) -> Any:
		"""Return a button of the current form, visible or not."""
		return self.page.locator(".page-head button:visible", has_text=re.compile(rf"^\s*{re.escape(label)}\s*$"))

	def press(self, label: str) -> None:
		self.button(label).click()

	def choose(self, group: str, label: str) -> None:
		"""Click an entry of a menu among the form's buttons."""
		self.page.locator(".page-head .inner-group-button:visible", has_text=group).locator("button").first.click()
		self.page.locator(".page-head .dropdown-item:visible", has_text=label).click()

	@property
	def dialog(self) -> Any:
		return self.page.locator(".modal.show")

	def answer(self) -> None:
		"""Press the dialog's main button."""
		self.dialog.locator(".btn-modal-primary:visible").click()

	def message(self, text: str) -> None:
		"""Wait for a message of the desk with this text."""
		self.page.locator(".msgprint", has_text=text).wait_for()

	def refusal(self, text: str) -> None:
		"""Wait until the dialog says this about why the command was refused."""
		self.dialog.locator("[role=alert]", has_text=text).wait_for()

	def wait_for_status(self, status: str) -> None:
		self.page.wait_for_function("(status) => cur_frm.doc.status === status", arg=status)

	def doc(self, fieldname: str) -> Any:
		return self.page.evaluate("(fieldname) => cur_frm.doc[fieldname]", fieldname)
