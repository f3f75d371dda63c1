"""A push service of browsers that stands in for the real one, and a browser that reads what it gets."""

import base64
import json
import os

import frappe
import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.wrappers import Response

from scheduler_integration.notifications import devices
from scheduler_integration.parsing.device import parse_subscription


def base64url(content: bytes) -> str:
	return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Browser:
	"""A browser with a push service of its own: keeps what it gets, decrypted with its own keys."""

	def __init__(self, base):
		self.endpoint = f"{base}/push/{os.urandom(8).hex()}"
		self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
		point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
		self.keys = {"endpoint": self.endpoint, "p256dh": base64url(point), "auth": base64url(self.secret)}

	def turn_on(self, user):
		devices.add_device(user, parse_subscription(**self.keys))
		frappe.db.commit()

	def read(self, request):
		content = http_ece.decrypt(
			request.data, private_key=self.key, auth_secret=self.secret, version=request.headers["Content-Encoding"]
		)
		return json.loads(content)


class Service:
	"""The push service. `status` is its answer."""

	def __init__(self):
		self.requests, self.status = [], 201

	def __call__(self, request):
		request.get_data()
		self.requests.append(request)
		return Response(status=self.status)
