"""`/scheduling/proposal/<proposal>`: pages/host/proposal.py."""

from scheduler_integration.pages.host.proposal import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
