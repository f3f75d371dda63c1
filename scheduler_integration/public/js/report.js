// A client's report: prints it, and tells this site when the client books in Calendly's widget.
import { post } from "./server/api.js";

const CALENDLY = /^https:\/\/([a-z0-9-]+\.)*calendly\.com$/;
const BOOKED = "calendly.event_scheduled";

document.documentElement.classList.add("js");
document.getElementById("print")?.addEventListener("click", () => print());

addEventListener("message", (message) => {
	const frame = widgetOf(message);
	const uri = frame && message.data?.event === BOOKED && message.data.payload?.invitee?.uri;
	if (!frame?.dataset.reference || typeof uri !== "string") return;
	// If this fails, Calendly's webhook still reports the booking.
	post("tracking.event_scheduled", { reference: frame.dataset.reference, invitee_uri: uri }, { keepalive: true }).catch(
		() => {},
	);
});

/**
 * The widget that sent the message, or undefined if something else sent it.
 * @param {MessageEvent} message
 */
function widgetOf(message) {
	if (!CALENDLY.test(message.origin)) return undefined;
	/** @type {NodeListOf<HTMLIFrameElement>} */
	const frames = document.querySelectorAll(".scheduler-embed iframe");
	return [...frames].find((frame) => frame.contentWindow === message.source);
}
