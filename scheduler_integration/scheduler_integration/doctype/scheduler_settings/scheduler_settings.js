frappe.ui.form.on("Scheduler Settings", {
	refresh(form) {
		for (const [vendor, addresses] of Object.entries(form.doc.__onload?.addresses || {})) {
			const area = form.fields_dict[`${vendor}_addresses`].$wrapper.empty();
			area.append($('<p class="text-muted small">').text(__("Addresses to enter there")));
			for (const address of addresses) area.append($("<p>").append($("<code>").text(address)));
		}
	},
});
