"""Frappe's exceptions by their own names, with the HTTP status each one answers."""

from werkzeug.exceptions import NotFound


class SiteNotSpecifiedError(Exception):
	pass


class ValidationError(Exception):
	http_status_code = 417


class FrappeTypeError(TypeError):
	http_status_code = 417


class AuthenticationError(Exception):
	http_status_code = 401


class SessionExpired(Exception):
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


class OutgoingEmailError(Exception):
	http_status_code = 501


class SessionStopped(Exception):
	http_status_code = 503


class UnsupportedMediaType(Exception):
	http_status_code = 415


class Redirect(Exception):
	def __init__(self, http_status_code: int = 301):
		self.http_status_code = http_status_code


class CSRFTokenError(Exception):
	http_status_code = 400


class InvalidAuthorizationHeader(CSRFTokenError):
	pass


class InvalidAuthorizationToken(CSRFTokenError):
	pass


class TooManyRequestsError(Exception):
	http_status_code = 429


class RateLimitExceededError(ValidationError):
	http_status_code = 429


class LinkValidationError(ValidationError):
	pass


class CancelledLinkError(LinkValidationError):
	pass


class LinkExpired(ValidationError):
	http_status_code = 410
	title = "Link Expired"
	message = "The link has expired"


class InReadOnlyMode(ValidationError):
	http_status_code = 503


class QueueOverloaded(ValidationError):
	http_status_code = 503


class IncorrectSitePath(NotFound):
	pass


class QueryTimeoutError(Exception):
	pass


class QueryDeadlockError(Exception):
	pass


class RetryBackgroundJobError(Exception):
	pass


class SecurityException(Exception):
	pass


class FileAlreadyAttachedException(Exception):
	pass


class TooManyWritesError(Exception):
	pass


# The rest are plain validation errors that differ only by name.
for _name in [
	"DataError", "MappingMismatchError", "InvalidStatusError", "MandatoryError", "NonNegativeError",
	"InvalidSignatureError", "CannotChangeConstantError", "CharacterLengthExceededError", "UpdateAfterSubmitError",
	"DocstatusTransitionError", "TimestampMismatchError", "EmptyTableError", "LinkExistsError",
	"InvalidEmailAddressError", "InvalidNameError", "InvalidPhoneNumberError", "TemplateNotFoundError",
	"UniqueValidationError", "AppNotInstalledError", "ImplicitCommitError", "DocumentLockedError",
	"CircularLinkingError", "InvalidColumnName", "IncompatibleApp", "InvalidDates", "DataTooLongException",
	"AttachmentLimitReached", "PrintFormatError",
]:  # fmt: skip
	globals()[_name] = type(_name, (ValidationError,), {"__module__": __name__})
