"""Reads a mail as it arrived: who sent it, whether a person did, and its calendar part."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from scheduler_integration.replies.itip import CalendarReply, Unclear, read_part

# In bytes. A reply with a picture in its signature is smaller.
LARGEST_MAIL = 2 * 1024 * 1024
_MOST_PARTS = 50
_DEEPEST = 8
_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*(\w+)")
_FAILED = frozenset({"fail", "softfail", "permerror"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReply:
	"""A mail that answers an invitation.

	- `id`: its Message-ID. `sender`: the address in From, in lower case; empty unless there is exactly one.
	- `is_automatic`: a program sent it by itself, or a list passed it on.
	- `is_distrusted`: the mail server that took it in found that it doesn't come from the sender's domain.
	"""

	id: str
	sender: str
	is_automatic: bool
	is_distrusted: bool
	reply: CalendarReply | Unclear


def read_mail(raw: bytes) -> MailReply | None:
	"""Return what the mail answers to an invitation, or None if it isn't such a mail."""
	if len(raw) > LARGEST_MAIL or b"text/calendar" not in raw.lower():
		return None
	mail = message_from_bytes(raw)
	sender = _sender(mail)
	replies = [reply for part in _calendars(mail) if (reply := read_part(part, sender))]
	if not replies:
		return None
	# Some programs send the same part twice.
	reply = replies[0] if all(each == replies[0] for each in replies) else Unclear(replies[0].uid)
	return MailReply(
		id=str(mail.get("Message-ID") or "").strip() or hashlib.sha256(raw).hexdigest(),
		sender=sender,
		is_automatic=_is_automatic(mail),
		is_distrusted=_is_distrusted(mail),
		reply=reply,
	)


def _sender(mail: Message) -> str:
	addresses = [address for _name, address in getaddresses([str(each) for each in mail.get_all("From", [])])]
	return addresses[0].lower() if len(addresses) == 1 and "@" in addresses[0] else ""


def _calendars(mail: Message) -> Iterator[bytes]:
	for number, part in enumerate(_parts(mail)):
		if number == _MOST_PARTS:
			return
		if part.get_content_type() == "text/calendar":
			content = part.get_payload(decode=True)
			if isinstance(content, bytes):
				yield content


def _parts(mail: Message, depth: int = 0) -> Iterator[Message]:
	"""Yield the parts, without those of a mail that was attached or forwarded: somebody else wrote it."""
	if mail.is_multipart() and mail.get_content_maintype() == "multipart" and depth < _DEEPEST:
		for part in mail.get_payload():
			if isinstance(part, Message):
				yield from _parts(part, depth + 1)
	elif not mail.is_multipart():
		yield mail


def _is_automatic(mail: Message) -> bool:
	submitted = str(mail.get("Auto-Submitted") or "no").partition(";")[0].strip().lower()
	precedence = str(mail.get("Precedence") or "").strip().lower()
	return submitted != "no" or precedence in ("bulk", "list", "junk", "auto_reply") or "List-Id" in mail


def _is_distrusted(mail: Message) -> bool:
	"""Whether the topmost Authentication-Results (RFC 8601), that of the last server, say that the sender is forged.

	Without such a header nothing is known.
	"""
	results: dict[str, set[str]] = {}
	for method, result in _RESULT.findall(str(mail.get("Authentication-Results") or "").lower()):
		results.setdefault(method, set()).add(result)
	if "dmarc" in results:
		return bool(results["dmarc"] & _FAILED)
	known = results.get("dkim", set()) | results.get("spf", set())
	return bool(known & _FAILED) and "pass" not in known
