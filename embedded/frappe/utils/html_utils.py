"""`frappe.utils.html_utils`."""

from frappe.missing import missing
from frappe.utils.text import escape_html, is_json, sanitize_html, unescape_html

__all__ = ["escape_html", "is_json", "sanitize_html", "unescape_html"]
__getattr__ = missing(__name__)
