"""Frappe's own DocTypes, cut down to the fields that an app reads and writes.

One line a field: name, type, then options in brackets and properties. A leading `@` line gives the DocType's properties,
`+` lines its permissions: role, then the rights (r read, w write, c create, d delete, s select), permlevel, if_owner.
"""

import re

from frappe.model import data_fieldtypes, table_fields

_RIGHTS = {
	"r": ("read", "report", "print", "email", "export", "share"), "w": ("write",), "c": ("create",), "d": ("delete",),
	"s": ("select",),
}  # fmt: skip
_TYPES = "|".join(sorted((*data_fieldtypes, *table_fields), key=len, reverse=True))
_FIELD = re.compile(rf"(\w+) ({_TYPES})(?: \[(.*?)\])?((?: \w+(?:=\S+)?)*)$")

SOURCE = """
# User
@ module=Core title_field=full_name search_fields=full_name allow_rename=1 track_changes=1
+ System Manager rwcd
+ System Manager rw permlevel=1
+ Desk User s
enabled Check default=1
email Data [Email] reqd
first_name Data reqd
middle_name Data
last_name Data
full_name Data read_only
send_welcome_email Check default=1
username Data unique
language Link [Language]
time_zone Autocomplete
user_image Attach Image
phone Data [Phone]
mobile_no Data [Phone] unique
location Data
bio Small Text
email_signature Text Editor
new_password Password
logout_all_sessions Check default=1
roles Table [Has Role] permlevel=1
user_type Data default=System_User permlevel=1
last_login Read Only
last_ip Read Only
last_active Datetime
api_key Data permlevel=1 unique
api_secret Password permlevel=1
# Has Role
@ module=Core istable=1 autoname=hash
role Link [Role]
# Role
@ module=Core autoname=field:role_name allow_rename=1
+ System Manager rwcd
role_name Data reqd unique
disabled Check
desk_access Check default=1
two_factor_auth Check
home_page Data
is_custom Check
# System Settings
@ module=Core issingle=1
+ System Manager rwc
country Data
language Link [Language] reqd
time_zone Data reqd
setup_complete Check
date_format Select [yyyy-mm-dd|dd-mm-yyyy|dd/mm/yyyy|dd.mm.yyyy|mm/dd/yyyy|mm-dd-yyyy] reqd
time_format Select [HH:mm:ss|HH:mm] default=HH:mm:ss reqd
number_format Select [#,###.##|#.###,##] reqd
first_day_of_the_week Select [Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday] default=Sunday
session_expiry Data default=170:00
enable_scheduler Check default=1
allow_error_traceback Check default=1
email_retry_limit Int default=3
app_name Data default=Frappe
max_file_size Int
email_footer_address Small Text
disable_standard_email_footer Check
disable_document_sharing Check
# Language
@ module=Core autoname=field:language_code title_field=language_name search_fields=language_name
+ System Manager rwcd
+ All r
language_code Data reqd unique
language_name Data reqd set_only_once
enabled Check default=1
date_format Data
time_format Data
first_day_of_the_week Data
# Currency
@ module=Geo autoname=field:currency_name
+ System Manager rwcd
+ All r
currency_name Data reqd unique
enabled Check
fraction Data
fraction_units Int
smallest_currency_fraction_value Currency non_negative
symbol Data
number_format Data
symbol_on_right Check
# Country
@ module=Geo autoname=field:country_name
+ System Manager rwcd
+ All r
country_name Data reqd unique
code Data
time_zones Text
# Contact
@ module=Contacts title_field=full_name allow_events_in_timeline=1 allow_rename=1 show_title_field_in_link=1
+ System Manager rwcd
+ Sales Master Manager rwcd
+ Sales Manager rwc
+ Sales User rwc
+ All rwcd if_owner=1
first_name Data
middle_name Data
last_name Data
full_name Data read_only
email_id Data [Email] read_only search_index
user Link [User]
status Select [Passive|Open|Replied] default=Passive
phone Data [Phone] read_only
mobile_no Data [Phone] read_only
image Attach Image
is_primary_contact Check
department Data
designation Data
unsubscribed Check
company_name Data
email_ids Table [Contact Email]
phone_nos Table [Contact Phone]
links Table [Dynamic Link]
# Contact Email
@ module=Contacts istable=1
email_id Data [Email] reqd
is_primary Check
# Contact Phone
@ module=Contacts istable=1
phone Data [Phone] reqd
is_primary_phone Check
is_primary_mobile_no Check
# Dynamic Link
@ module=Core istable=1
link_doctype Link [DocType] reqd
link_name Dynamic Link [link_doctype] reqd
link_title Read Only
# Event
@ module=Desk autoname=EV.##### title_field=subject track_changes=1
+ All rwc
+ System Manager rwcd
subject Small Text reqd
event_category Select [Event|Meeting|Call|Sent/Received Email|Other]
event_type Select [Private|Public] reqd search_index
color Color
send_reminder Check default=1
repeat_this_event Check
starts_on Datetime reqd
ends_on Datetime
status Select [Open|Completed|Closed|Cancelled] default=Open
sender Data [Email] read_only
all_day Check
repeat_on Select [|Daily|Weekly|Monthly|Quarterly|Half Yearly|Yearly]
repeat_till Date
description Text Editor
event_participants Table [Event Participants]
google_meet_link Small Text
# Event Participants
@ module=Desk istable=1
reference_doctype Link [DocType] reqd
reference_docname Dynamic Link [reference_doctype] reqd
email Data [Email]
# Communication
@ module=Core title_field=subject search_fields=subject track_changes=1
+ System Manager rcd
+ System Manager rwd permlevel=2
+ All rd if_owner=1
subject Small Text reqd
communication_medium Select [|Email|Chat|Phone|SMS|Event|Meeting|Visit|Other]
sender Data [Email] length=255
recipients Code [Email]
cc Code [Email]
bcc Code [Email]
phone_no Data
delivery_status Select [|Sent|Bounced|Opened|Error|Expired|Sending|Read|Scheduled]
content Text Editor
text_content Code
communication_type Select [Communication|Automated Message] default=Communication reqd
status Select [Open|Replied|Closed|Linked] reqd
sent_or_received Select [Sent|Received] reqd
communication_date Datetime default=Now
sender_full_name Data read_only
reference_doctype Link [DocType]
reference_name Dynamic Link [reference_doctype]
reference_owner Read Only fetch_from=reference_name.owner search_index
user Link [User] default=__user
seen Check
message_id Small Text ignore_xss_filter
has_attachment Check
timeline_links Table [Communication Link] permlevel=2
send_after Datetime
# Communication Link
@ module=Core istable=1
link_doctype Link [DocType] reqd
link_name Dynamic Link [link_doctype] reqd
link_title Read Only
# Comment
@ module=Core title_field=comment_type
+ System Manager rwcd
+ Website Manager rwcd
comment_type Select [Comment|Like|Info|Label|Workflow|Created|Submitted|Cancelled|Updated|Deleted|Assigned|Attachment|Edit] default=Comment reqd
comment_email Data
subject Text
comment_by Data
published Check
seen Check
reference_doctype Link [DocType]
reference_name Dynamic Link [reference_doctype]
content HTML Editor ignore_xss_filter
# File
@ module=Core title_field=file_name
+ System Manager rwcd
+ All rwcd
file_name Data
is_private Check
file_size Int length=20
file_url Code
folder Data
is_folder Check
attached_to_doctype Link [DocType]
attached_to_name Data
attached_to_field Data
content_hash Data
file_type Data
# Email Template
@ module=Email autoname=Prompt allow_rename=1
+ Desk User r
+ System Manager rwcd
subject Data reqd
response Text Editor
use_html Check
response_html Code [Jinja]
# Email Account
@ module=Email autoname=field:email_account_name
+ System Manager rwcd
email_id Data [Email] reqd
email_account_name Data unique
enable_outgoing Check
default_outgoing Check
# Email Queue
@ module=Email autoname=hash track_changes=1
+ System Manager rd
sender Data [Email] ignore_xss_filter
recipients Table [Email Queue Recipient]
show_as_cc Small Text
message Code
status Select [Not Sent|Sending|Sent|Partially Sent|Error] default=Not_Sent
error Code
message_id Small Text
reference_doctype Link [DocType]
reference_name Data search_index
communication Link [Communication] search_index
send_after Datetime
priority Int default=1
add_unsubscribe_link Check default=1
unsubscribe_method Data
expose_recipients Data
attachments Code
retry Int
email_account Link [Email Account]
unsubscribe_params Code
# Email Queue Recipient
@ module=Email istable=1
recipient Data [Email]
status Select [|Not Sent|Sent] default=Not_Sent search_index
error Code
# Error Log
@ module=Core title_field=method
+ System Manager rwcd
seen Check
method Data
error Code
reference_doctype Link [DocType]
reference_name Data search_index
trace_id Data
# Custom Field
@ module=Custom
+ System Manager rwcd
dt Link [DocType] reqd search_index
label Data
fieldname Data
insert_after Data
fieldtype Data
precision Data
options Small Text ignore_xss_filter
fetch_from Small Text
fetch_if_empty Check
default Text ignore_xss_filter
depends_on Code
description Text
permlevel Int
reqd Check
unique Check
is_virtual Check
read_only Check
hidden Check
no_copy Check
in_list_view Check
in_standard_filter Check
search_index Check
ignore_xss_filter Check
translatable Check
length Int
non_negative Check
set_only_once Check
is_system_generated Check
module Data
# Property Setter
@ module=Custom
+ System Manager rwcd
doctype_or_field Select [|DocField|DocType|DocType Link|DocType Action|DocType State] reqd
value Small Text
doc_type Link [DocType] reqd search_index
field_name Data search_index
property Data reqd search_index
property_type Data
is_system_generated Check
module Data
"""


def definitions() -> list[dict]:
	"""The DocTypes as the JSON of an app would say them."""
	found: list[dict] = []
	for line in SOURCE.strip().splitlines():
		mark, _space, rest = line.partition(" ")
		if mark == "#":
			found.append({"doctype": "DocType", "name": rest, "app": "frappe", "fields": [], "permissions": []})
		elif mark == "@":
			found[-1].update(_properties(rest.split()))
		elif mark == "+":
			found[-1]["permissions"].append(_permission(rest))
		else:
			found[-1]["fields"].append(_field(line))
	return found


def _properties(words: list[str]) -> dict:
	return {key: _value(key, value) if equals else 1 for key, equals, value in (word.partition("=") for word in words)}


def _value(key: str, text: str) -> int | str:
	"""A default with a space in it is written with an underscore."""
	if text.isdigit():
		return int(text)
	return text.replace("_", " ") if key == "default" and not text.startswith("__") else text


def _permission(text: str) -> dict:
	role, rights, extras = re.fullmatch(r"(.+?) ([rwcds]+)((?: \w+=\d)*)", text).groups()
	granted = [right for letter in rights for right in _RIGHTS[letter]]
	return {"role": role, **dict.fromkeys(granted, 1), **_properties(extras.split())}


def _field(line: str) -> dict:
	fieldname, fieldtype, options, extras = _FIELD.fullmatch(line).groups()
	label = fieldname.replace("_", " ").title()
	field = {"fieldname": fieldname, "fieldtype": fieldtype, "label": label, **_properties((extras or "").split())}
	return {**field, "options": options.replace("|", "\n")} if options is not None else field
