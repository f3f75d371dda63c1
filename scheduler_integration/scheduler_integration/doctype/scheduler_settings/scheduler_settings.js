frappe.ui.form.on("Scheduler Settings", {
	refresh(form) {
		showPressure(form);
		form.fields_dict.zone_data.$wrapper.empty().append($("<p>").text(zoneSentence(form)));
		for (const [vendor, addresses] of Object.entries(form.doc.__onload?.addresses || {})) {
			const area = form.fields_dict[`${vendor}_addresses`].$wrapper.empty();
			area.append($('<p class="text-muted small">').text(__("Addresses to enter there")));
			for (const address of addresses) area.append($("<p>").append($("<code>").text(address)));
		}
	},
});

function zoneSentence(form) {
	return __(
		"This server has release {0} of the database of time zones. If a visitor's device has other clocks for a zone, the page asks before it books.",
		[form.doc.__onload?.zone_data || ""],
	);
}

// Which pages asked visitors for a proof in the last hour, and why.
function showPressure(form) {
	const levels = {
		1: __("a proof of work"),
		2: __("an expensive proof"),
		3: __("an expensive proof, and a code by e-mail"),
	};
	const reasons = {
		always: __("This site always asks."),
		page: __("The page sees more than its share."),
		network: __("A network asks very often."),
		refusals: __("A network sends no proofs."),
		bookings: __("Many strangers booked, although proofs are expensive."),
	};
	const rows = form.doc.__onload?.pressure || [];
	const area = form.fields_dict.pressure.$wrapper.empty();
	if (!rows.length) area.append($('<p class="text-muted">').text(__("No page asked its visitors for anything.")));
	for (const { title, level, reasons: why } of rows) {
		const sentences = [__("{0}: visitors show {1}.", [title, levels[level]]), ...why.map((reason) => reasons[reason])];
		area.append($("<p>").text(sentences.join(" ")));
	}
}
