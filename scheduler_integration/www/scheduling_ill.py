"""`/scheduling/ill` and `/scheduling/leaving`: pages/host/ill.py."""

from scheduler_integration.pages.host.ill import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
