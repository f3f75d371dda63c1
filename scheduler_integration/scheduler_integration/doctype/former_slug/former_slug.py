from scheduler_integration.documents import Form


class FormerSlug(Form):
	"""A slug that a page or meeting type had (see catalogue/former_slugs.py)."""
