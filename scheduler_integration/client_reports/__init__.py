"""The section of a client's report that recommends meetings: as HTML for web pages, print and e-mails, and as Markdown."""
