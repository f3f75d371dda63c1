"""`/scheduling/why`: pages/host/why.py."""

from scheduler_integration.pages.host.why import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
