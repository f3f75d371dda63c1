"""`/scheduling/links`: pages/host/links.py."""

from scheduler_integration.pages.host.links import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
