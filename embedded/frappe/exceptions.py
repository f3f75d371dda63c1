"""Stands in for frappe.exceptions: those that the app or this folder needs, each with its HTTP status."""


class ValidationError(Exception):
	http_status_code = 417


class DoesNotExistError(ValidationError):
	http_status_code = 404

	def __init__(self, *args: object, doctype: str | None = None):
		super().__init__(*args)
		self.doctype = doctype


class Redirect(Exception):
	def __init__(self, http_status_code: int = 301):
		self.http_status_code = http_status_code


def _error(name: str, base: type[Exception], status: int | None = None) -> type[Exception]:
	return type(name, (base,), {"__module__": __name__, **({"http_status_code": status} if status else {})})


AuthenticationError = _error("AuthenticationError", Exception, 401)
CSRFTokenError = _error("CSRFTokenError", Exception, 400)
InvalidAuthorizationToken = _error("InvalidAuthorizationToken", CSRFTokenError)
NameError = _error("NameError", Exception, 409)
DuplicateEntryError = _error("DuplicateEntryError", NameError)
OutgoingEmailError = _error("OutgoingEmailError", Exception)
PageDoesNotExistError = _error("PageDoesNotExistError", ValidationError, 404)
PermissionError = _error("PermissionError", Exception, 403)
QueryDeadlockError = _error("QueryDeadlockError", Exception)
QueryTimeoutError = _error("QueryTimeoutError", Exception)
QueueOverloaded = _error("QueueOverloaded", ValidationError, 503)
RateLimitExceededError = _error("RateLimitExceededError", ValidationError, 429)
SecurityException = _error("SecurityException", Exception)
TooManyWritesError = _error("TooManyWritesError", Exception)

# The others are plain validation errors that differ only in their names.
for _name in (
	"CannotChangeConstantError", "CharacterLengthExceededError", "DataError", "ImplicitCommitError", "InvalidDates",
	"InvalidEmailAddressError", "InvalidPhoneNumberError", "LinkExistsError", "LinkValidationError", "MandatoryError",
	"NonNegativeError", "TimestampMismatchError", "UniqueValidationError",
):  # fmt: skip
	globals()[_name] = _error(_name, ValidationError)
