"""Which fields hold data, and which every document has."""

from frappe.database.dialect import TYPE_MAP

data_fieldtypes = tuple(TYPE_MAP)
table_fields = ("Table", "Table MultiSelect")
no_value_fields = (
	"Section Break", "Column Break", "Tab Break", "HTML", "Table", "Table MultiSelect", "Button", "Image", "Fold", "Heading",
)  # fmt: skip
display_fieldtypes = ("Section Break", "Column Break", "Tab Break", "HTML", "Button", "Image", "Fold", "Heading")
float_like_fields = {"Float", "Currency", "Percent"}
datetime_fields = {"Datetime", "Date", "Time"}

DEFAULT_FIELDS = default_fields = (
	"doctype", "name", "owner", "creation", "modified", "modified_by", "docstatus", "idx",
)  # fmt: skip
OPTIONAL_FIELDS = optional_fields = ("_user_tags", "_comments", "_assign", "_liked_by", "_seen")
CHILD_FIELDS = child_table_fields = ("parent", "parentfield", "parenttype")
std_fields = default_fields
