"""OpenAPI 3.1, made from the declared operations: it cannot say anything else than what is served."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from helpdesk.api.operations import Operation
from helpdesk.api.shapes import Out, Problem

PREFIX = "#/components/schemas/{model}"
PARAMETER = re.compile(r"<(\w+)>")
EVERYWHERE = frozenset({400, 413, 429, 503})
"""What any call may meet: text that cannot be stored, too much of it, too many calls, too much going on."""
LATER = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 0}}}
REFUSAL_HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: LATER,
    503: LATER,
}


def describe(operations: Iterable[Operation], title: str) -> dict[str, Any]:
    """Return the description of the API."""
    operations = list(operations)
    schemas = schemas_of(operations)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        path = PARAMETER.sub(r"{\1}", one.path)
        paths.setdefault(path, {})[one.method.lower()] = described(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def schemas_of(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the JSON Schemas of every shape in use."""
    inputs = {one.body for one in operations if one.body}
    outputs = {shape for one in operations for shape in one.answers.values() if shape} | {Problem}
    named: list[tuple[type[BaseModel], Any]] = [(shape, "validation") for shape in inputs]
    named += [(shape, "serialization") for shape in outputs]
    _, schema = models_json_schema(sorted(named, key=lambda pair: pair[0].__name__), ref_template=PREFIX)
    found: dict[str, Any] = schema["$defs"]
    return found


def described(one: Operation) -> dict[str, Any]:
    """Return one operation."""
    found: dict[str, Any] = {
        "operationId": f"{one.method.lower()}_{re.sub(r'[^a-z]+', '_', one.path).strip('_')}",
        "summary": one.summary,
        "parameters": [*path_parameters(one), *query_parameters(one), *header_parameters(one)],
        "responses": responses(one),
    }
    if one.scope is not None:
        found["security"] = [{"token": []}]
        found["description"] = f"Scope: `{one.scope}`."
    if one.body is not None:
        content = {"application/json": {"schema": {"$ref": PREFIX.format(model=one.body.__name__)}}}
        found["requestBody"] = {"required": bool(one.body.model_json_schema().get("required")), "content": content}
    return found


def path_parameters(one: Operation) -> list[dict[str, Any]]:
    """Return the ids in the path."""
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in PARAMETER.findall(one.path)
    ]


def query_parameters(one: Operation) -> list[dict[str, Any]]:
    """Return what may stand in the query."""
    if one.query is None:
        return []
    schema = one.query.model_json_schema(ref_template=PREFIX)
    required, kinds = schema.get("required", []), schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": name in required, "schema": inlined(shape, kinds)}
        for name, shape in schema["properties"].items()
    ]


def inlined(shape: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without references and without null: a parameter that is left out is not there."""
    if "$ref" in shape:
        return dict(kinds[shape["$ref"].rsplit("/", 1)[1]])
    options = [one for one in shape.get("anyOf", []) if one.get("type") != "null"]
    kept = {name: value for name, value in shape.items() if name not in ("anyOf", "default", "title")}
    return {**kept, **inlined(options[0], kinds)} if options else kept


def header_parameters(one: Operation) -> list[dict[str, Any]]:
    """Return the headers that mean something."""
    headers: list[dict[str, Any]] = []
    if one.method == "POST":
        headers.append(
            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": "^[ -~]{1,64}$"}}
        )
    if one.needs_if_match:
        headers.append({"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}})
    return headers


def responses(one: Operation) -> dict[str, Any]:
    """Return every answer that an operation gives."""
    found: dict[str, Any] = {}
    for status, shape in one.answers.items():
        found[str(status)] = {"description": HTTPStatus(status).phrase, **headed(answer_headers(one, shape))}
        if shape is not None:
            schema = {"$ref": PREFIX.format(model=shape.__name__)}
            found[str(status)]["content"] = {"application/json": {"schema": schema}}
    for status in sorted(refusals(one)):
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            **headed(REFUSAL_HEADERS.get(status, {})),
            "content": {"application/problem+json": {"schema": {"$ref": PREFIX.format(model="Problem")}}},
        }
    return found


def refusals(one: Operation) -> set[int]:
    """Return every status that says no: what the operation names, and what follows from how it is called."""
    found = {*one.refusals, *EVERYWHERE}
    if one.scope is not None:
        found |= {401, 403}
    if one.query is not None:
        found |= {422}
    if one.body is not None:
        found |= {415, 422}
    if one.method == "POST":
        found |= {409, 422}
    if one.needs_if_match:
        found |= {412, 428}
    return found


def answer_headers(one: Operation, shape: type[Out] | None) -> dict[str, Any]:
    """Return the headers of an answer: the state that If-Match asks for, and whether it is a first answer again."""
    found: dict[str, Any] = {}
    if shape is not None and shape.has_etag:
        found["ETag"] = {"required": True, "schema": {"type": "string"}}
    if one.method == "POST":
        found["Idempotency-Replayed"] = {"schema": {"type": "boolean"}}
    return found


def headed(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of an answer that names its headers; nothing when it has none of its own."""
    return {"headers": dict(headers)} if headers else {}
