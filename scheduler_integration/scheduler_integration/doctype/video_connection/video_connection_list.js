frappe.listview_settings["Video Connection"] = {
	get_indicator({ status }) {
		return [__(status), status === "Connected" ? "green" : "red", `status,=,${status}`];
	},
};
