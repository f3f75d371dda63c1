"""`/scheduling/mail`: pages/host/mail.py."""

from scheduler_integration.pages.host.mail import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
