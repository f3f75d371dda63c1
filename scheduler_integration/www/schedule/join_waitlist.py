"""`/schedule/<slug>/<meeting type>/waitlist`: pages/waiting/join.py."""

from scheduler_integration.pages.waiting.join import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
