"""`/scheduling/waitlist`: pages/host/waitlist.py."""

from scheduler_integration.pages.host.waitlist import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
