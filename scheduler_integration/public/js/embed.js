// Shows booking pages on other websites: <scheduler-booking page="anna" mode="inline"><a href="…">Book</a></scheduler-booking>,
// or Scheduler.open({ page: "anna" }). The page in the frame runs embedded.js. docs/how-to/embed.md has all of it.
(() => {
	const TAG = "scheduler-booking";
	if (customElements.get(TAG)) return;
	const HOME = new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src).origin;
	const EVENTS = ["ready", "type_selected", "time_selected", "booked", "moved", "cancelled"];
	// Milliseconds after which a closed pop-up loads the times again, and a frame that says nothing is given up.
	const OLD = 600_000;
	const PATIENCE = 4000;
	const HIGHEST = 20_000;

	const look = new CSSStyleSheet();
	look.replaceSync(`
:where(${TAG}){display:block;position:relative}
:where(${TAG}:not([mode=popup],[mode=button],[data-shown],[data-failed])){min-height:640px}
:where(${TAG}[mode=popup]){display:inline-block}
:where(${TAG}[mode=button]){position:fixed;inset:auto 16px 16px auto;z-index:99}
:where(${TAG}[mode=button]>a){display:block;padding:14px 22px;border-radius:99px;background:var(--scheduler-color,#3b5bdb);color:#fff;font:600 1rem/1.2 system-ui;text-decoration:none;box-shadow:0 4px 16px #0004}
${TAG}[data-shown]>:not(iframe,dialog){display:none}
${TAG} iframe{display:block;width:100%;border:0}
${TAG}>dialog>iframe{border-radius:12px;background:Canvas}
${TAG}:not([data-shown])>iframe{position:absolute;inset:0;visibility:hidden}
${TAG}>dialog{box-sizing:border-box;width:1112px;max-width:100vw;max-height:100dvh;padding:16px;border:0;background:none;overflow:auto;overscroll-behavior:contain}
${TAG}>dialog::backdrop{background:#0009}
${TAG}>dialog>button{display:block;width:44px;height:44px;margin:0 0 8px auto;border:0;border-radius:99px;background:#fff;color:#111;font:24px/1 system-ui;cursor:pointer}`);
	document.adoptedStyleSheets = [...document.adoptedStyleSheets, look];

	class Booking extends HTMLElement {
		static get observedAttributes() {
			return ["page", "type", "color", "lang"];
		}

		constructor() {
			super();
			/** @type {HTMLIFrameElement | null} */
			this.frame = null;
			/** @type {HTMLDialogElement | null} */
			this.dialog = null;
			this.button = document.createElement("button");
			/** @type {Record<string, unknown>} */
			this.known = {};
			this.isThere = false;
			this.closedAt = 0;
			this.timer = 0;
			/** @param {MessageEvent} event */
			this.listener = (event) => this.hear(event);
		}

		connectedCallback() {
			addEventListener("message", this.listener);
			// Pages that say nothing about dark colours are light.
			if (getComputedStyle(this).colorScheme === "normal") this.style.colorScheme = "light";
			const isInline = !/^(popup|button)$/.test(this.getAttribute("mode") ?? "");
			if (!isInline) this.onclick = this.clicked;
			else if (!this.frame) this.append(this.makeFrame("lazy"));
		}

		disconnectedCallback() {
			removeEventListener("message", this.listener);
		}

		attributeChangedCallback() {
			const color = this.getAttribute("color");
			if (color) this.style.setProperty("--scheduler-color", color);
			if (this.frame) this.frame.src = this.address();
		}

		/** Fills in empty fields: name, email, phone, company, notes, guests, and questions by their keys. @param {object} values */
		fill(values) {
			Object.assign(this.known, values);
			if (this.isThere) this.greet();
		}

		open() {
			if (!this.dialog) this.makeDialog();
			else if (this.frame && this.closedAt < Date.now() - OLD) this.frame.src = this.address();
			this.dialog?.showModal();
			if (this.isThere) this.frame?.focus();
		}

		close() {
			this.dialog?.close();
		}

		/** @param {MouseEvent} event */
		clicked(event) {
			const { target, metaKey, ctrlKey, shiftKey } = event;
			if (metaKey || ctrlKey || shiftKey || !(target instanceof Element) || target.closest("dialog")) return;
			event.preventDefault();
			this.open();
		}

		makeDialog() {
			const dialog = document.createElement("dialog");
			Object.assign(this.button, { type: "button", textContent: "×", ariaLabel: "Close" });
			dialog.onclick = ({ target }) => {
				if (target === dialog || target === this.button) this.close();
			};
			dialog.onclose = () => {
				this.closedAt = Date.now();
			};
			dialog.append(this.button, this.makeFrame("eager"));
			this.append(dialog);
			this.dialog = dialog;
		}

		/** @param {"lazy" | "eager"} loading */
		makeFrame(loading) {
			const frame = document.createElement("iframe");
			Object.assign(frame, { loading, allow: "clipboard-write", referrerPolicy: "origin", src: this.address() });
			frame.style.height = "640px";
			frame.onload = () => {
				this.greet();
				clearTimeout(this.timer);
				this.timer = window.setTimeout(() => this.giveUp(), PATIENCE);
			};
			this.frame = frame;
			return frame;
		}

		address() {
			const parts = ["page", "type"].map((name) => this.getAttribute(name)).filter(Boolean);
			const url = new URL(`/schedule/${parts.map((part) => encodeURIComponent(part ?? "")).join("/")}`, HOME);
			const query = url.searchParams;
			for (const [name, value] of new URLSearchParams(location.search)) {
				if (name.startsWith("utm_")) query.set(name, value);
			}
			query.set("source", `embed:${location.hostname}`);
			query.set("tz", Intl.DateTimeFormat().resolvedOptions().timeZone);
			query.set("embed", this.getAttribute("color")?.replace("#", "") || "1");
			if (this.lang) query.set("_lang", this.lang);
			return url.href;
		}

		/** Tells the page in the frame who embeds it. */
		greet() {
			/** @type {unknown} */
			let written;
			try {
				written = JSON.parse(this.getAttribute("prefill") ?? "{}");
			} catch {}
			this.frame?.contentWindow?.postMessage(
				{ scheduler: "hello", prefill: Object.assign({}, written, this.known) },
				HOME,
			);
		}

		/** @param {MessageEvent} event */
		hear({ source, origin, data }) {
			const type = data?.scheduler;
			if (!this.frame || source !== this.frame.contentWindow || origin !== HOME || !type) return;
			this.isThere = true;
			if (EVENTS.includes(type)) this.tell(type, data.detail || {});
			else this.obey(type, data.detail);
		}

		/** @param {string} wish @param {any} detail */
		obey(wish, detail) {
			if (wish === "here") this.greet();
			if (wish === "words") this.name(detail);
			if (wish === "close") this.close();
			if (wish === "top") this.showTop();
			if (wish === "height") this.fit(detail?.height);
		}

		/** @param {unknown} height */
		fit(height) {
			if (typeof height !== "number" || !(height >= 1 && height <= HIGHEST) || !this.frame) return;
			this.frame.style.height = `${Math.ceil(height)}px`;
			if (!this.dialog) this.dataset.shown = "";
		}

		/** A new step begins at its top, unless that is in view. */
		showTop() {
			const [box, frame] = [this.dialog, this.frame];
			if (box) box.scrollTop = 0;
			else if (frame && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
		}

		/** @param {string} type @param {Record<string, string>} detail */
		tell(type, detail) {
			this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
			if ("layer" in this.dataset) {
				const [name, page] = [this.dataset.layer || "dataLayer", /** @type {any} */ (window)];
				page[name] = page[name] || [];
				page[name].push(Object.assign({ event: `scheduler_${type}` }, detail));
			}
			if (this.getAttribute("compat") === "calendly") tellAsCalendly(type, detail);
		}

		/** Names the frame and its button in the visitor's language. @param {{title: string, close: string}} words */
		name({ title, close }) {
			if (this.frame) this.frame.title = title;
			if (this.dialog) this.dialog.ariaLabel = title;
			this.button.ariaLabel = close;
			if (document.activeElement === this.button) this.frame?.focus();
		}

		/** The site doesn't let this website embed the page, or doesn't answer: the link still leads there. */
		giveUp() {
			if (this.isThere) return;
			console.warn(
				`${HOME} doesn't let ${location.host} show this page. Its Scheduler Settings have the allowed embed hosts.`,
			);
			const isOpen = this.dialog?.open;
			this.dataset.failed = "";
			this.frame?.remove();
			this.dialog?.remove();
			this.onclick = this.frame = this.dialog = null;
			if (isOpen) location.assign(this.querySelector("a")?.href ?? this.address());
		}
	}

	/** Says it in the words of Calendly's widget, for scripts that listen to that. @param {string} type @param {Record<string, string>} detail */
	function tellAsCalendly(type, { page, type: meeting, reference }) {
		/** @type {Record<string, string | undefined>} */
		const names = {
			ready: page && (meeting ? "event_type_viewed" : "profile_page_viewed"),
			time_selected: "date_and_time_selected",
			booked: "event_scheduled",
		};
		if (!names[type]) return;
		const uri = `${HOME}/schedule#${reference}`;
		const payload = reference ? { event: { uri }, invitee: { uri } } : {};
		const data = { event: `calendly.${names[type]}`, payload };
		dispatchEvent(new MessageEvent("message", { data, origin: "https://calendly.com" }));
	}

	/** @type {Map<string, Booking>} */
	const opened = new Map();

	/** Opens a pop-up, the same one for the same page. @param {Record<string, any>} options */
	function open(options) {
		const { page, type, prefill } = options;
		const one = opened.get(`${page}/${type}`) || new Booking();
		for (const name of Object.keys(options)) if (name !== "prefill") one.setAttribute(name, options[name]);
		one.setAttribute("mode", "popup");
		if (!one.isConnected) document.body.append(one);
		opened.set(`${page}/${type}`, one);
		one.fill(prefill);
		one.open();
		return one;
	}

	customElements.define(TAG, Booking);
	Object.assign(window, { Scheduler: { open } });
})();
