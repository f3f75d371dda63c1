"""`/scheduling/webhooks`: pages/host/webhooks.py."""

from scheduler_integration.pages.host.webhooks import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
