"""A name server on this machine that answers with the records that a test sets."""

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.resolver import Resolver


class NameServer:
	"""Answers questions by UDP from `records`, as the server of the domain does."""

	def __init__(self):
		self.records = {}
		self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		self.socket.bind(("127.0.0.1", 0))
		self.thread = threading.Thread(target=self._serve, daemon=True)
		self.thread.start()

	def resolver(self):
		resolver = Resolver(configure=False)
		resolver.nameservers, resolver.port = ["127.0.0.1"], self.socket.getsockname()[1]
		return resolver

	def _serve(self):
		while True:
			data, sender = self.socket.recvfrom(4096)
			if not data:
				return
			query = dns.message.from_wire(data)
			self.socket.sendto(self._answer(query).to_wire(), sender)

	def _answer(self, query):
		question, answer = query.question[0], dns.message.make_response(query)
		answer.flags |= dns.flags.AA | dns.flags.RA
		kind = dns.rdatatype.to_text(question.rdtype)
		if found := self.records.get((question.name.to_text(), kind)):
			answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
		elif not any(name == question.name.to_text() for name, _kind in self.records):
			answer.set_rcode(dns.rcode.NXDOMAIN)
		return answer

	def close(self):
		if self.socket.fileno() < 0:
			return
		with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
			last.sendto(b"", self.socket.getsockname())
		self.thread.join(5)
		self.socket.close()
