"""The embedded site has no Web Form, so there are no routes of such pages."""


def get_published_web_forms() -> list:
	return []
