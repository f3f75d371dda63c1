"""`/scheduling/embed`: pages/host/embed.py."""

from scheduler_integration.pages.host.embed import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
