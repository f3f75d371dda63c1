frappe.views.calendar["Booking"] = {
	field_map: {
		start: "starts_on",
		end: "ends_on",
		id: "name",
		title: "subject",
		status: "status",
	},
	fields: ["name", "subject", "starts_on", "ends_on", "status"],
	get_events_method: "scheduler_integration.scheduler_integration.doctype.booking.booking.get_events",
	get_css_class({ status }) {
		const classes = { Pending: "warning", Completed: "success", Scheduled: "default" };
		return classes[status] || "danger";
	},
	options: {
		// A meeting is moved by its own rules, and made on a booking page: not by dragging here.
		selectable: false,
		// Otherwise the month of Frappe 16 draws each meeting as a dot and a line of text, without its colour.
		eventDisplay: "block",
		// Frappe 16 hides the times. In Frappe 15 this option does nothing, and the times are there.
		eventContent({ event, view }) {
			const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
			const line = document.createElement("div");
			line.className = view.type === "dayGridMonth" ? "ellipsis" : "";
			line.textContent = `${event.start.toLocaleTimeString(frappe.boot.lang, time)} ${event.title}`;
			return { domNodes: [line] };
		},
		eventDataTransform: (event) => ({ ...event, editable: false }),
	},
};
