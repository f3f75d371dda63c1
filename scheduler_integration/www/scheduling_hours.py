"""`/scheduling/hours`: pages/host/hours/page.py."""

from scheduler_integration.pages.host.hours.page import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
