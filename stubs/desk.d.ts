// Parts of Frappe that the desk's scripts use, and what they share (public/js/desk). Only the type checker reads this file.

type Values = Record<string, any>;
type Query = any; // jQuery's object, which Frappe brings without types.

interface Control {
	df: Values;
	$wrapper: Query;
	$input: Query;
	wrapper: HTMLElement;
	refresh(): void;
	get_value(): any;
	awesomplete: any;
	/** Of a table. */
	grid?: any;
	quill?: any;
	set_value(value: unknown): Promise<void>;
	collapse?(hide: boolean): void;
	set_data(options: string[]): void;
}

/** A form of the desk. `doc` is its record. */
interface Form {
	doctype: string;
	doc: Values & { name: string };
	dashboard: { set_headline(html: string, color?: string): void };
	fields_dict: Record<string, Control>;
	page: { set_title(title: string): void };
	web_link?: Query;
	is_new(): boolean;
	is_dirty(): boolean;
	save(): Promise<void>;
	refresh(): void;
	reload_doc(): void;
	add_custom_button(label: string, act: () => void, group?: string): Query;
	add_web_link(path: string, label: string): void;
	set_df_property(fieldname: string, property: string, value: unknown): void;
	toggle_display(fieldname: string, shown: boolean): void;
	set_intro(html: string, color?: string): void;
	set_query(fieldname: string, query: () => Values): void;
	set_value(fieldname: string, value: unknown): Promise<void>;
}

interface List {
	data: (Values & { name: string })[];
	settings: ListSettings;
	page: { add_inner_button(label: string, act: () => void): void; add_action_item(label: string, act: () => void): void };
	$result: Query;
	get_checked_items(only_names: true): string[];
	clear_checked_items(): void;
	refresh(): void;
}

interface ListSettings {
	add_fields?: string[];
	filters?: unknown[][];
	formatters: Record<string, (value: any) => string>;
	hide_name_column?: boolean;
	get_indicator?(doc: Values): [label: string, color: string, filter: string];
	onload?(list: List): void;
	refresh?(list: List): void;
}

interface Dialog {
	$wrapper: Query;
	body: HTMLElement;
	fields_dict: Record<string, Control>;
	show(): void;
	hide(): void;
	set_value(fieldname: string, value: unknown): void;
	get_value(fieldname: string): any;
	add_custom_action(label: string, act: () => void, style?: string): void;
	/** The day whose free times were asked for last. */
	asked_day?: string;
	/** Whether it has the button that inserts times. */
	inserts_times?: boolean;
}

interface DialogOptions {
	title: string;
	size?: string;
	fields?: Values[];
	primary_action_label?: string;
	primary_action?(values: any): void;
}

interface ReportSettings {
	filters: Values[];
	formatter?(value: any, row: unknown, column: Values, data: unknown, show: (...parts: unknown[]) => string): string;
}

/** The API's answer: `data` if it succeeded, otherwise why it didn't. */
interface Answer {
	success?: boolean;
	data?: any;
	error?: string;
	details?: Record<string, string>;
	reasons?: { message: string }[];
	suggestions?: { start: string }[];
}

declare const frappe: {
	boot: { time_zone: { system: string; user: string }; user_info: Record<string, Values>; lang: string } & Values;
	csrf_token: string;
	datetime: {
		get_today(): string;
		add_days(day: string, days: number): string;
		convert_to_user_tz(time: string): string;
		[name: string]: any;
	};
	db: {
		get_list(doctype: string, query: Values): Promise<{ name: string }[]>;
		get_value(doctype: string, name: string | object, field: string): Promise<{ message: Values }>;
	};
	dom: { freeze(): void; unfreeze(): void };
	listview_settings: Record<string, Partial<ListSettings>>;
	query_reports: Record<string, ReportSettings>;
	session: { user: string };
	ui: {
		Dialog: new (options: DialogOptions) => Dialog;
		form: { on(doctype: string, events: Record<string, (form: Form) => void>): void };
	};
	user: { has_role(role: string): boolean; full_name(user: string): string };
	utils: { escape_html(text: unknown): string; copy_to_clipboard(text: string): void; [name: string]: any };
	views: { calendar: Record<string, Values> };
	msgprint(message: string | Values): void;
	prompt(fields: Values[], act: (values: any) => void, title: string, label?: string): Dialog;
	provide(name: string): void;
	set_route(...parts: unknown[]): void;
	show_alert(message: Values): void;
	update_user_info(people: Values): void;
	user_info(user: string): { fullname: string };
	xcall(method: string, values?: Values): Promise<any>;
	[name: string]: any;
};

declare const scheduler_integration: {
	books_for_somebody?: boolean;
	inserts_times?: boolean;
	offer_time_zones(form: Pick<Form, "fields_dict">): void;
	time_zones(): Promise<string[]>;
	known_time_zones?: Promise<string[]>;
	desk: Record<string, any> & {
		ask(method: string, options: RequestInit): Promise<Answer>;
		get(method: string, values: Record<string, string>): Promise<Answer>;
		post(method: string, values: Values): Promise<Answer>;
		sentences(answer: Answer): string;
		tell_refusal(answer: Answer): void;
		show_instant(instant: string | number): string;
		write_instant(instant: string, parts: Intl.DateTimeFormatOptions): string;
		to_instant(site_time: string): string;
		to_site_time(instant: string): string;
		purpose(key: string): string;
		kind(key: string): string;
		engagement_event(key: string): string;
		phase(key: string): string;
		show_words(form: Form, words: Record<string, (value: string) => string>): void;
		list_formatters(words: Record<string, (value: string) => string>): Record<string, (value: string) => string>;
	};
	bookings: {
		ask(form: Form, title: string, fields: Values[], request: (values: any) => Values): Dialog;
		ask_new_time(form: Form, fields: Values[]): void;
		send(form: Form, request: Values): Promise<Answer>;
	};
	reports: { dates(options?: { isOpen?: boolean }): Values[] };
};

interface Window {
	/** The dialog and the form that are open. */
	cur_dialog?: Dialog;
	cur_frm?: Form;
}

/** Translates a sentence; `{0}` stands for the first value. */
declare function __(sentence: string, values?: unknown[] | null, context?: string): string;
declare const $: (found: unknown) => Query;
declare const moment: any;
