"""The embedded site has no Web Page, so there are no routes of such pages."""


def get_dynamic_web_pages() -> list:
	return []
