"""`frappe.query_builder.functions`: PyPika's, and the few that Frappe adds."""

from frappe.missing import missing
from pypika.functions import *  # noqa: F403
from pypika.functions import IfNull
from pypika.terms import CustomFunction, Function

Ifnull = IfNull
DateFormat = CustomFunction("DATE_FORMAT", ["date", "format"])


class Round(Function):
	def __init__(self, term, decimal=0, **kwargs):
		super().__init__("ROUND", term, decimal, **kwargs)


__getattr__ = missing(__name__)
