"""`/scheduling`: pages/host/agenda.py."""

from scheduler_integration.pages.host.agenda import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
