frappe.listview_settings["Video Connection"] = {
	get_indicator({ status }) {
		return [__(status), status === "Connected" ? "green" : "red", `status,=,${status}`];
	},
	onload(list) {
		list.page.add_inner_button(__("Connect an account"), () => window.location.assign("/scheduling/video"));
	},
};
