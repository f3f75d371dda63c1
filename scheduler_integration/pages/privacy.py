"""`/schedule/privacy`: what this site stores about people who book, why, for how long, and who gets it."""

from frappe import _

from scheduler_integration.pages.guest_page import GuestPage, Visit
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.respond import View
from scheduler_integration.pages.your_data import PATH
from scheduler_integration.privacy.facts import privacy_facts

PAGE = GuestPage()


@PAGE.view
def _view(visit: Visit) -> View:
	title = _("What is stored about you")
	shown = document(visit.visitor, title=title, style="manage")
	return {"document": shown, "title": title, "facts": privacy_facts(), "your_data": PATH}
