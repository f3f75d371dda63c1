"""`/scheduling/insights`: pages/host/insights.py."""

from scheduler_integration.pages.host.insights import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
