"""`/scheduling/times`: pages/host/mail_times.py."""

from scheduler_integration.pages.host.mail_times import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
