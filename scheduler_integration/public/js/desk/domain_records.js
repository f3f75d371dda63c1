// The form of a Scheduling Domain: the DNS records to set, with buttons to copy them, and "Check now".
frappe.ui.form.on("Scheduling Domain", {
	refresh(frm) {
		const claim = frm.doc.__onload?.claim;
		if (frm.is_new() || !claim) return;
		show(frm, claim);
		frm.add_custom_button(__("Check now"), () => check(frm)).addClass("btn-primary");
	},
});

const COLOURS = { Verified: "green", Pending: "orange", Broken: "red" };

function show(frm, claim) {
	const clean = frappe.utils.escape_html;
	const copy = (text) =>
		`<code style="word-break: break-all; white-space: normal">${clean(text)}</code> <button type="button" class="btn btn-xs btn-default" data-copy="${clean(text)}">${__("Copy")}</button>`;
	const rows = claim.records.map(
		({ kind, name, value }) =>
			`<tr><td class="text-nowrap">${kind}</td><td>${copy(name)}</td><td>${copy(value)}</td></tr>`,
	);
	const head = [__("Type"), __("Name"), __("Value")].map((label) => `<th class="text-nowrap">${label}</th>`).join("");
	const table = `<table class="table table-bordered small"><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
	const { $wrapper } = frm.get_field("records");
	$wrapper.html(`<div class="table-responsive">${table}</div>`);
	$wrapper
		.off("click")
		.on("click", "[data-copy]", ({ currentTarget }) => frappe.utils.copy_to_clipboard(currentTarget.dataset.copy));
	if (claim.url) frm.add_web_link(claim.url, __("Open it"));
	frm.dashboard.set_headline(claim.sentences.map(clean).join("<br>"), COLOURS[claim.status]);
}

async function check(frm) {
	const { desk } = scheduler_integration;
	const answer = await desk.post("domains.check", { name: frm.doc.name });
	if (!answer.success) return desk.tell_refusal(answer);
	await frm.reload_doc();
	frappe.show_alert({
		message: frappe.utils.escape_html(answer.data.sentences.join(" ")),
		indicator: COLOURS[answer.data.status],
	});
}
