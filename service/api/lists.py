"""Routes of lists: one declaration a kind of record.

Role: GET of many and of one record, with everything a list can do.
Must not know: what the records mean.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.answers import VARY, json_answer, page_answer
from service.api.bodies import refuse_unknown_parameters
from service.api.describing import described, gives, identity, list_params, row_schema, table_answer
from service.api.etags import etag_of, is_unchanged
from service.api.listings import Asked, Listing, asked_of
from service.api.resources import listing_of
from service.api.serving import caller_of
from service.store import Filter, Page, Query, Unit

NEXT_SINCE = "next_updated_since"


def add_list(
    router: APIRouter,
    path: str,
    kind: str,
    *,
    summary: str,
    within: Mapping[str, str] | None = None,
    only: Sequence[Filter] = (),
) -> None:
    """Serve a list at `path`; `within` maps parts of the path to the field they fix, `only` narrows it further."""
    listing = listing_of(kind)
    parents = dict(within or {})

    async def page(request: Request) -> Response:
        caller = await caller_of(request)
        asked = asked_of(request, listing)
        fixed = [*only, *(Filter(field, "eq", request.path_params[part]) for part, field in parents.items())]
        found = await caller.read(lambda unit: fetched(unit, kind, asked, fixed))
        return page_answer(request, asked, found.rows, found.next, meta_of(found, asked))

    router.add_api_route(
        path,
        page,
        methods=["GET"],
        name=f"list {path.strip('/')}",
        summary=summary,
        response_class=Response,
        openapi_extra=described(
            table_answer(example_of(listing), row_schema(listing.fields)),
            params=[*(identity(part, f"The {part}.", f"{part}-1") for part in parents), *list_params(listing)],
            about="One page.",
        ),
    )


def add_record(
    router: APIRouter, path: str, kind: str, *, summary: str, shown: Callable[[Unit, dict[str, Any]], Any] | None = None
) -> None:
    """Serve one record at `path`, which ends in `{id}`; `shown` may lay it out otherwise or add to it."""
    listing = listing_of(kind, whole=True)

    async def record(request: Request) -> Response:
        refuse_unknown_parameters(request, frozenset())
        caller = await caller_of(request)

        def found(unit: Unit) -> tuple[Any, str]:
            row = unit.lists.get(kind, request.path_params["id"])
            given = {name: row[name] for name in listing.fields}
            return (given if shown is None else shown(unit, row)), etag_of(row.get("version", row.get("sequence")))

        given, etag = await caller.read(found)
        if is_unchanged(request, etag):
            return Response(status_code=304, headers={"ETag": etag})
        return json_answer(given, headers={"ETag": etag, "Vary": VARY["Vary"]})

    router.add_api_route(
        path,
        record,
        methods=["GET"],
        name=f"get {path.strip('/')}",
        summary=summary,
        response_class=Response,
        openapi_extra=described(
            gives(example_of(listing), row_schema(listing.fields)),
            params=[identity("id", "Its id.", str(listing.fields["id"].example))],
            about="The record.",
            more={304: ("The client's copy is current.", None)},
            headers=["ETag"],
        ),
    )


def fetched(unit: Unit, kind: str, asked: Asked, fixed: list[Filter]) -> Page:
    """One page of the store."""
    filters = [*fixed, *(Filter(name, "eq", value) for name, value in asked.filters.items())]
    if asked.since is not None:
        filters.append(Filter("updated_at", "ge", asked.since))
    return unit.lists.page(kind, Query(filters, [asked.sort], asked.after, asked.limit, asked.fields))


def meta_of(found: Page, asked: Asked) -> dict[str, Any]:
    """What stands beside a page: where an incremental reader goes on."""
    if asked.sort != "sequence" or "updated_at" not in asked.fields:
        return {}
    last = found.rows[-1]["updated_at"] if found.rows else asked.since
    return {NEXT_SINCE: last}


def example_of(listing: Listing) -> dict[str, Any]:
    """A row made of the fields' examples."""
    return {name: field.example for name, field in listing.fields.items()}
