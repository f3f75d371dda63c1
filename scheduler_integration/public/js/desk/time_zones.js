// Loaded with the forms that have a time zone field (hooks.py): helps to fill it in.
frappe.provide("scheduler_integration");

scheduler_integration.offer_time_zones = async (form) => {
	const field = form.fields_dict.timezone;
	// A name that isn't in the list is the server's to refuse, with a reason, and not to be emptied here without a word.
	field.df.ignore_validation = true;
	select_with_tab_once_typed(field);
	put_best_match_first(field);
	field.set_data(await scheduler_integration.time_zones());
};

// The server's names, all of which it takes; a browser's own list lacks some, such as UTC and Asia/Kolkata.
scheduler_integration.time_zones = () => {
	scheduler_integration.known_time_zones ??= frappe
		.xcall("frappe.core.doctype.user.user.get_timezones")
		.then(({ timezones }) => timezones.sort());
	return scheduler_integration.known_time_zones;
};

// The list opens as soon as the empty field has the focus; to tab past it must not choose the list's first zone.
function select_with_tab_once_typed({ $input, awesomplete }) {
	$input.off("input.time_zones").on("input.time_zones", () => {
		awesomplete.tabSelect = Boolean($input.val());
	});
}

// UTC before Etc/UTC: what is typed is best found at a name's beginning.
function put_best_match_first({ $input, awesomplete }) {
	const position = ({ label }) => label.toLowerCase().indexOf($input.val().toLowerCase());
	awesomplete.sort = (one, other) => position(one) - position(other);
}
