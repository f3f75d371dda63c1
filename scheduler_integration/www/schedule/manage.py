"""`/schedule/manage/<token>`: pages/manage.py."""

from scheduler_integration.pages.manage import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
