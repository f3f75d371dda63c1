// Helps to fill in a time zone. The desk loads it with every form that has such a field (hooks.py).
frappe.provide("scheduler_integration");

scheduler_integration.offer_time_zones = async (form) => {
	const field = form.fields_dict.timezone;
	// The server refuses a name that isn't in the list, and says why. The field must not empty itself without a word.
	field.df.ignore_validation = true;
	select_with_tab_once_typed(field);
	put_best_match_first(field);
	field.set_data(await scheduler_integration.time_zones());
};

// The names that the server accepts. A browser's own list lacks some of them, such as UTC and Asia/Kolkata.
scheduler_integration.time_zones = () => {
	scheduler_integration.known_time_zones ??= frappe
		.xcall("frappe.core.doctype.user.user.get_timezones")
		.then(({ timezones }) => timezones.sort());
	return scheduler_integration.known_time_zones;
};

// The list opens when the empty field gets the focus. The Tab key must not choose its first zone then.
function select_with_tab_once_typed({ $input, awesomplete }) {
	$input.off("input.time_zones").on("input.time_zones", () => {
		awesomplete.tabSelect = Boolean($input.val());
	});
}

// UTC comes before Etc/UTC: a name that begins with the typed text is the better match.
function put_best_match_first({ $input, awesomplete }) {
	const position = ({ label }) => label.toLowerCase().indexOf($input.val().toLowerCase());
	awesomplete.sort = (one, other) => position(one) - position(other);
}
