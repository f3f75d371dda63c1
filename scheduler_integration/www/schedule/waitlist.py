"""`/schedule/waitlist/<token>`: pages/waiting/entry.py."""

from scheduler_integration.pages.waiting.entry import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
