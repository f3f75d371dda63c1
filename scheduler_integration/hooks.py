import frappe

from scheduler_integration.permissions import RULES as _RULES

app_name = "scheduler_integration"
app_title = "Scheduler Integration"
app_publisher = "Scheduler Integration contributors"
app_description = "Booking pages inside the CRM"
app_email = "maintainers@scheduler-integration.example"
app_license = "mit"

before_install = "scheduler_integration.install.before_install"
after_install = "scheduler_integration.install.after_install"
after_migrate = "scheduler_integration.install.after_migrate"
after_app_install = "scheduler_integration.install.after_app_change"
after_app_uninstall = "scheduler_integration.install.after_app_change"
before_uninstall = "scheduler_integration.install.before_uninstall"
after_uninstall = "scheduler_integration.install.after_uninstall"

# The tile on the apps page. The address works in all versions: Frappe 16 redirects /app to /desk.
add_to_apps_screen = [
	{
		"name": "scheduler_integration",
		"logo": "/assets/scheduler_integration/images/logo.svg",
		"title": "Scheduling",
		"route": "/app/scheduling",
		"has_permission": "scheduler_integration.permissions.has_app_permission",
	}
]

# Runs for each request, after Frappe has signed the user in.
auth_hooks = ["scheduler_integration.entry.tokens.limit_token"]

website_redirects = [{"source": "/settings/scheduling", "target": "/scheduling", "redirect_http_status": 302}]

# Finds the app's pages by their addresses.
page_renderer = ["scheduler_integration.pages.routes.RoutedPage"]


def _desk(*scripts: str) -> list[str]:
	return [f"public/js/desk/{script}.js" for script in scripts]


doctype_js = {
	"Availability Override": _desk("time_zones"),
	"Availability Schedule": _desk("time_zones"),
	"Blocked Time": _desk("time_zones"),
	"Booking": _desk(
		"shared", "words", "booking_dialogs", "booking_tasks", "booking_video", "booking_calendar_changes"
	),
	"Calendar Connection": _desk("shared"),
	"Scheduling Domain": _desk("shared", "domain_records"),
	"Consultant Scheduler Settings": _desk("shared"),
	"Meeting Automation": _desk("shared", "words"),
	"Outbox Task": _desk("shared", "words"),
	"Scheduler Engagement": _desk("shared", "words"),
	"Scheduling Page": _desk("time_zones"),
}

_OF_MAIL = _desk("shared", "time_zones", "mail_times")
_LEADS = ("Lead", "Opportunity", "CRM Lead", "CRM Deal")
doctype_js |= {doctype: [*_desk("book_for_somebody"), *_OF_MAIL] for doctype in ("Contact", *_LEADS)}
doctype_js |= {"Customer": _OF_MAIL}

# The lists that name people and hide random ids. public/js/desk/lists.js has the same names.
_LISTS = (
	"Availability Override", "Availability Schedule", "Blocked Time", "Booking", "Calendar Connection", "Client Assessment",
	"Consultant Scheduler Settings", "Meeting Type", "Outside Booking", "Scheduler Engagement", "Scheduling Domain",
	"Scheduling Page", "Video Connection", "Waitlist Entry", "Waitlist Offer", "Webhook Subscription",
)  # fmt: skip

doctype_list_js = {
	**dict.fromkeys(_LISTS, _desk("lists")),
	"Booking": _desk("shared", "lists"),
	"Client Assessment": _desk("shared", "words", "lists"),
	"Outbox Task": _desk("shared", "words"),
	"Scheduler Engagement": _desk("shared", "words", "lists"),
}

override_doctype_dashboards = {
	doctype: f"scheduler_integration.crm.connections.of_{doctype.lower().replace(' ', '_')}"
	for doctype in ("Contact", *_LEADS, "User")
}

# Templates may call these: {{ scheduler_section(doc) }} in reports, {{ scheduler_times("anna", "intro") }} in e-mails.
jinja = {
	"methods": [
		"scheduler_integration.platform.language.counted",
		"scheduler_integration.mailed_times.jinja.scheduler_times",
		"scheduler_integration.mailed_times.jinja.scheduler_link",
		"scheduler_integration.client_reports.jinja.scheduler_section",
		"scheduler_integration.client_reports.jinja.report_text",
	]
}

_PERMISSIONS = "scheduler_integration.permissions"

# permissions.RULES says which rows are whose.
permission_query_conditions = dict.fromkeys(_RULES, f"{_PERMISSIONS}.row_query")
has_permission = {
	doctype: f"{_PERMISSIONS}.has_row_permission" for doctype, rule in _RULES.items() if rule.may is not None
}

# Links from these DocTypes don't stop anybody from deleting a record, such as a booking's Contact or Event. Scheduling
# Page and Meeting Type have a check of their own. They can't be deleted if they have bookings.
ignore_links_on_delete = [
	"Booking",
	"Booking Link",
	"Host Calendar",
	"Host Preferences",
	"Host Device",
	"Stand In",
	"Booking Slot",
	"Booking Seat",
	"Booking Series",
	"Outside Booking",
	"Offered Time",
	"Round Robin Turn",
	"Outbox Task",
	"Booking Payment",
	"Waitlist Entry",
	"Waitlist Offer",
	"Attendee Reply",
	"Video Connection",
	"Video Meeting",
	"Video Meeting Log",
	"Calendar Connection",
	"Calendar Busy Time",
	"Mirrored Event",
	"Scheduler Engagement",
	"Privacy Request",
	"Booking Page Stat",
	"Scheduling Daily Stat",
	"Scheduling Export",
	"Webhook Subscription",
]

# Consequences of a change of a booking in rooms above bookings/ (see `bookings/consequences.py`).
booking_consequences = ["scheduler_integration.waitlist.plan.plan_look"]

doc_events = {
	# Frappe shows a record's history to everybody who may read the record, with fields that they may not read.
	"Version": {"before_insert": "scheduler_integration.catalogue.history.leave_out_report_fields"},
	# Frappe lets everybody attach a file to any record.
	"File": {"validate": f"{_PERMISSIONS}.check_attachment"},
	# Frappe lets everybody write a to-do about any record.
	"ToDo": {"validate": f"{_PERMISSIONS}.check_assignment"},
	# Frappe itself can read the host's Google calendar too, which has our events.
	"Event": {"on_change": "scheduler_integration.calendars.mirror.rows.drop_copy"},
	"Contact": {"on_trash": "scheduler_integration.engagement.retention.forget_contact"},
	"User": {
		"on_trash": [
			# First, because it may refuse: what the others do outside the database isn't rolled back.
			"scheduler_integration.catalogue.leaving.forget_user",
			"scheduler_integration.engagement.retention.forget_user",
			"scheduler_integration.calendars.leaving.forget_user",
			"scheduler_integration.conferencing.connect.forget_user",
			"scheduler_integration.domains.keep.forget_user",
			"scheduler_integration.catalogue.stand_ins.forget_user",
			"scheduler_integration.catalogue.leaving.forget_links",
			"scheduler_integration.insights.export_files.forget_user",
			"scheduler_integration.notifications.devices.forget_user",
			"scheduler_integration.notifications.subscriptions.forget_user",
		],
		# Somebody who was disabled doesn't come back to disconnect their accounts.
		"on_update": [
			"scheduler_integration.calendars.leaving.pause_user",
			"scheduler_integration.notifications.digest.plan_message",
			"scheduler_integration.conferencing.connect.forget_user",
			"scheduler_integration.notifications.devices.forget_user",
		],
	},
	# Frappe's own erasure of a User knows nothing of bookings. The hook `user_data_fields` would copy the keys of manage
	# links into the download, and write field names as values into the records.
	"Personal Data Deletion Request": {"on_change": "scheduler_integration.entry.your_data.erase_with_user"},
}

before_request = ["scheduler_integration.entry.domains.serve_domain"]
on_login = "scheduler_integration.entry.domains.refuse_login"

# Answers to invitations are a part of a mail that Frappe doesn't keep. Frappe 15 can only replace a class.
if int(frappe.__version__.partition(".")[0]) < 16:
	override_doctype_class = {"Email Account": "scheduler_integration.replies.email_account_15.ReadingEmailAccount"}
else:
	extend_doctype_class = {"Email Account": ["scheduler_integration.replies.inbound_mail.ReadsReplies"]}

after_request = ["scheduler_integration.entry.headers.add_headers"]

scheduler_events = {
	"cron": {
		"* * * * *": [
			"scheduler_integration.jobs.run_due_tasks",
			"scheduler_integration.jobs.poll_calendars",
			"scheduler_integration.jobs.keep_waitlists",
		],
		"*/5 * * * *": [
			"scheduler_integration.jobs.close_past_bookings",
			"scheduler_integration.jobs.ask_schedulers",
			"scheduler_integration.jobs.finish_privacy_requests",
			"scheduler_integration.jobs.keep_page_stats",
			"scheduler_integration.jobs.keep_daily_stats",
			"scheduler_integration.jobs.keep_exports",
			"scheduler_integration.jobs.read_mail_replies",
		],
		# In some zones 07:00 isn't on a full hour of UTC: in Kathmandu it is 01:15 UTC.
		"*/15 * * * *": ["scheduler_integration.jobs.send_digests"],
	},
	"hourly": ["scheduler_integration.jobs.look_at_refunds"],
	"daily": [
		"scheduler_integration.jobs.release_past_slots",
		"scheduler_integration.jobs.forget_engagement",
		"scheduler_integration.jobs.forget_links",
		"scheduler_integration.jobs.forget_replies",
	],
	# In the first night after somebody has set the days, it may have to read years of bookings.
	"daily_long": [
		"scheduler_integration.jobs.forget_bookings",
		"scheduler_integration.jobs.store_offered_time",
		"scheduler_integration.jobs.check_domains",
	],
}
