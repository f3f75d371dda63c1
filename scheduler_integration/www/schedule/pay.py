"""`/schedule/pay/<token>`: pages/pay.py."""

from scheduler_integration.pages.pay import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
