"""`/scheduling/calendars`: pages/host/calendars.py."""

from scheduler_integration.pages.host.calendars import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
