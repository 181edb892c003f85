"""Refusals that only HTTP knows: preconditions, media types, slow or oversized bodies, keys that were used before.

Role: one class per kind of refusal of the protocol itself; `problems.TABLE` gives each its status.
Must not know: which operation refuses.
"""

from btim.errors import WaterlineError


class RequestRefused(WaterlineError):  # noqa: N818 - these are named for the HTTP status they stand for
    """The request as such cannot be served, whatever it is about."""


class PayloadTooLarge(RequestRefused):
    """The request body is larger than this server takes."""


class BodyTooSlow(RequestRefused):
    """The client stopped sending its body."""


class NotAcceptable(RequestRefused):
    """None of the media types that the client accepts is one the operation can give."""


class UnsupportedMediaType(RequestRefused):
    """The body is of a media type that the operation does not read."""


class BadParameter(RequestRefused):
    """A query parameter or a header is unknown or does not hold what it must; `field` names it."""


class BadCursor(BadParameter):
    """A cursor names no page of the list that was asked for."""


class PreconditionRequired(RequestRefused):
    """The operation changes something that others change too, and needs `If-Match`."""


class PreconditionFailed(RequestRefused):
    """What the client wants to change is no longer what it saw."""


class Conflict(RequestRefused):
    """The state of the resource does not allow this change."""
