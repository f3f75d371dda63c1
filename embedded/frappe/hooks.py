"""Stands in for frappe.hooks: Frappe's own hooks, for its own DocTypes."""

app_name = "frappe"
app_title = "Embedded site"

permission_query_conditions = {
	"Event": "frappe.core.controllers.event_query_conditions",
	"File": "frappe.core.controllers.file_query_conditions",
	"User": "frappe.core.controllers.user_query_conditions",
}
has_permission = {
	"Event": "frappe.core.controllers.has_event_permission",
	"File": "frappe.core.controllers.has_file_permission",
	"User": "frappe.core.controllers.has_user_permission",
}
ignore_links_on_delete = ["Comment", "Communication", "Email Queue", "Error Log", "File", "Notification Log"]
scheduler_events = {"all": ["frappe.email.queue.flush"]}
