"""Entity tags: what a client saw, so that nobody overwrites what somebody else changed meanwhile.

Role: `ETag`, `If-None-Match` and `If-Match` of resources that have versions (RFC 9110, section 13; RFC 6585 for 428).
Must not know: what the resource is.
"""

from fastapi import Request

from service.api.refusals import PreconditionFailed, PreconditionRequired


def etag_of(version: object) -> str:
    """The strong tag of a version."""
    return f'"{version}"'


def is_unchanged(request: Request, etag: str) -> bool:
    """Whether the client's copy is the current one, so that 304 is the whole answer."""
    given = request.headers.get("if-none-match")
    return given is not None and (given.strip() == "*" or etag in _weakly(given))


def require_seen(request: Request) -> str:
    """What the client saw, as its `If-Match` says.

    Raises:
        PreconditionRequired: no `If-Match` came.
    """
    given = request.headers.get("if-match")
    if given is None:
        raise PreconditionRequired(
            "this changes a shared resource", field="If-Match", remedy="send the ETag of the version you read"
        )
    return given


def require_match(request: Request, etag: str) -> None:
    """Refuse to change what the client has not seen in its current version.

    Raises:
        PreconditionRequired: no `If-Match` came.
        PreconditionFailed: it names another version.
    """
    given = require_seen(request)
    if given.strip() != "*" and etag not in _tags(given):
        raise PreconditionFailed(
            f"the current version is {etag}", field="If-Match", value=given, remedy="read it again, then change it"
        )


def _tags(header: str) -> list[str]:
    """Tags that may stand in `If-Match`: weak ones never match there."""
    return [tag.strip() for tag in header.split(",")]


def _weakly(header: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]
