"""`/schedule/answer/<token>`: pages/answer.py."""

from scheduler_integration.pages.answer import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
