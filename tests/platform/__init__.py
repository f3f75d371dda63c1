"""Frappe's behaviour on which the app relies. The same tests run on the embedded site and on real ones."""
