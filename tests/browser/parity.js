async (cases) => {
	// Draws each case with the page's own modules, and reads both this and what the server drew in the same way.
	// test_parity.py runs this function in the page.
	const from = (name) => import(`/assets/scheduler_integration/js/${name}.js`);
	const [{ CalendarGrid }, { Times }, { cityOf }, dates, spans, { data }] = await Promise.all(
		["parts/calendar-grid", "parts/times", "shared/zone-names", "shared/dates", "shared/spans", "shared/page"].map(from),
	);
	const nothing = () => {};
	const grid = new CalendarGrid({ onDay: nothing, onMonth: nothing });
	const times = new Times({ onTime: nothing, onConfirm: nothing, onDay: nothing });
	const text = (element) => element?.textContent ?? null;

	const marksOf = ({ classList }) =>
		Object.fromEntries(["is-today", "is-past", "is-along"].map((name) => [name, classList.contains(name)]));

	function readDay(cell) {
		const day = cell.querySelector(".day");
		if (!day) return null;
		const kind = ["is-free", "is-partial"].find((name) => day.classList.contains(name)) ?? "none";
		// Without a script, a day that can't be chosen is plain text.
		const name = kind === "none" ? null : day.getAttribute("aria-label");
		const isChosen = day.getAttribute("aria-current") === "true" || cell.getAttribute("aria-selected") === "true";
		return { number: text(day), kind, name, isChosen, ...marksOf(day) };
	}

	function readMonth(page) {
		return {
			title: text(page.querySelector("#month-title")),
			canGoBack: page.querySelector("#previous-month").getAttribute("aria-disabled") !== "true",
			weeks: [...page.querySelectorAll("#weeks tr")].map((row) => [...row.cells].map(readDay)),
		};
	}

	function readTime(item) {
		const time = item.querySelector(".time");
		return {
			label: text(time.firstChild).trim(),
			notes: [...time.querySelectorAll("small")].map(text),
			name: text(time.querySelector(".visually-hidden")),
			canBeChosen: !time.matches(".is-partial, .is-taken"),
		};
	}

	function readTimes(page) {
		const note = page.querySelector("#times-note");
		return {
			weekday: text(page.querySelector("#times-heading strong")),
			day: text(page.querySelector("#times-heading span")),
			note: note.hidden ? null : text(note),
			hasTwoColumns: page.querySelector("#time-list").classList.contains("many"),
			groups: [...page.querySelectorAll("#time-list h3")].map((heading) => ({
				title: text(heading),
				isFolded: !!heading.closest("summary"),
				isOpen: heading.closest("details")?.open ?? true,
				times: [...(heading.closest("summary") ?? heading).nextElementSibling.children].map(readTime),
			})),
		};
	}

	const kinds = {
		month({ html, sheet }) {
			grid.show({ ...sheet, free: new Map(sheet.free), partial: new Map(sheet.partial), along: new Set(sheet.along), waiting: false });
			return { server: readMonth(new DOMParser().parseFromString(html, "text/html")), script: readMonth(document) };
		},
		times({ html, day, about, hostZone }) {
			data.hostZone = hostZone;
			const known = new Map(about);
			times.show({ ...day, about: (start) => known.get(start) ?? {}, pending: null });
			return { server: readTimes(new DOMParser().parseFromString(html, "text/html")), script: readTimes(document) };
		},
		when({ server, stretches, zone, twelveHours }) {
			return { server, script: spans.whenPeopleMeet(stretches, zone, twelveHours) };
		},
		words({ server, write, values }) {
			return { server, script: { cityOf, ...dates, ...spans }[write](...values) };
		},
	};
	// Versions of CLDR differ in the spaces that they write, also around a dash: a thin, a narrow, a wide one or none.
	// Spaces around dashes, and commas after weekdays, differ between versions of the CLDR that both sides write dates by.
	const plain = (value) =>
		JSON.parse(
			JSON.stringify(value)
				.replace(/[\u00a0\u2009\u202f]/g, " ")
				.replace(/ ?– ?/g, "–")
				.replace(/[,،] /g, " "),
		);
	return cases.map((one) => ({ ...plain(kinds[one.kind](one)), name: one.name }));
}
