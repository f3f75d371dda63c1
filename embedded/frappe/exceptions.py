"""The exceptions of Frappe that something here raises or catches, with the HTTP status each one answers."""


class ValidationError(Exception):
	http_status_code = 417


class AuthenticationError(Exception):
	http_status_code = 401


class PermissionError(Exception):
	http_status_code = 403


class DoesNotExistError(ValidationError):
	http_status_code = 404

	def __init__(self, *args: object, doctype: str | None = None):
		super().__init__(*args)
		self.doctype = doctype


class PageDoesNotExistError(ValidationError):
	http_status_code = 404


class NameError(Exception):
	http_status_code = 409


class DuplicateEntryError(NameError):
	pass


class Redirect(Exception):
	def __init__(self, http_status_code: int = 301):
		self.http_status_code = http_status_code


class CSRFTokenError(Exception):
	http_status_code = 400


class RateLimitExceededError(ValidationError):
	http_status_code = 429


class SecurityException(Exception):
	pass


class QueryTimeoutError(Exception):
	pass


class QueryDeadlockError(Exception):
	pass


# The rest are plain validation errors that differ only by name.
for _name in (
	"CannotChangeConstantError", "CharacterLengthExceededError", "DataError", "ImplicitCommitError", "InvalidDates",
	"InvalidEmailAddressError", "InvalidPhoneNumberError", "LinkExistsError", "LinkValidationError", "MandatoryError",
	"NonNegativeError", "TimestampMismatchError", "UniqueValidationError",
):  # fmt: skip
	globals()[_name] = type(_name, (ValidationError,), {"__module__": __name__})
