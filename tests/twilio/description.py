"""Twilio's own description of its REST API (a trimmed copy), used to judge requests and answers."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from helpdesk.channels.phone.twiml import BadTwiml, read

NUMBER = re.compile(r"\+[1-9]\d{6,14}")
ENDPOINT = re.compile(r"\+[1-9]\d{6,14}|client:[\w.\-]{1,121}|sip:[^@\s]+@[^@\s]+")
SENDER = re.compile(r"\+[1-9]\d{6,14}|[A-Za-z0-9 ]{1,11}|\d{5,6}")
MAX_TWIML = 4000
"""Twilio takes no longer document in a request, in characters."""

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Operation:
    """One thing that the API can do: its path with its values filled in, and what the description says of it."""

    path: str
    values: dict[str, str]
    what: dict[str, Any]

    @property
    def success(self) -> int:
        """The status of a success."""
        return int(next(iter(self.what["responses"])))


class Description:
    """The API, as its owner describes it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.schemas = document["components"]["schemas"]
        self.paths = [
            (
                re.compile(
                    re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))
                ),
                path,
            )
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        ]

    @classmethod
    def of_twilio(cls) -> "Description":
        """Return the copy beside this file."""
        return cls(json.loads((Path(__file__).parent / "api_v2010.json").read_text(encoding="utf-8")))

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request means, if there is one."""
        for pattern, template in self.paths:
            match = pattern.fullmatch(path)
            if match and method.lower() in self.document["paths"][template]:
                return Operation(template, match.groupdict(), self.document["paths"][template][method.lower()])
        return None

    def judge_request(self, operation: Operation, query: Fields, form: Fields, content_type: str) -> list[str]:
        """Return what is wrong with a request: names, presence, kinds, formats, values. Nothing unknown is let through."""
        wrong = []
        known = {(one["in"], one["name"]): one for one in operation.what.get("parameters", [])}
        for (place, name), one in known.items():
            given = {name: [operation.values[name]]} if place == "path" else query
            if one.get("required") and name not in given:
                wrong.append(f"{name} is missing")
            elif name in given:
                wrong += self.judge_field(name, one["schema"], given[name])
        wrong += [f"{name} is no query parameter" for name in query if ("query", name) not in known]
        body = operation.what.get("requestBody")
        if body is None:
            return wrong + [f"{name} is no form field here" for name in form]
        if form and content_type.split(";")[0] != "application/x-www-form-urlencoded":
            wrong.append(f"content type {content_type!r} is not a form")
        schema = body["content"]["application/x-www-form-urlencoded"]["schema"]
        wrong += [f"{name} is missing" for name in schema.get("required", []) if name not in form]
        for name, values in form.items():
            if name in schema["properties"]:
                wrong += self.judge_field(name, schema["properties"][name], values)
            else:
                wrong.append(f"{name} is no form field here")
        return wrong

    def judge_field(self, name: str, schema: Mapping[str, Any], values: Sequence[str]) -> list[str]:
        """Return what is wrong with one field."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        if schema.get("type") == "array":
            return [wrong for value in values for wrong in self.judge_field(name, schema["items"], [value])]
        if len(values) != 1:
            return [f"{name} comes {len(values)} times"]
        value = values[0]
        wrong = format_problem(schema.get("format", ""), value)
        match schema.get("type"):
            case "integer" if not re.fullmatch(r"-?\d+", value):
                wrong = "is not a whole number"
            case "integer" if not schema.get("minimum", int(value)) <= int(value) <= schema.get("maximum", int(value)):
                wrong = "is out of range"
            case "number" if not re.fullmatch(r"-?\d+(\.\d+)?", value):
                wrong = "is not a number"
            case "boolean" if value not in ("true", "false"):
                wrong = "is neither true nor false"
        if "enum" in schema and value not in schema["enum"]:
            wrong = f"is none of {schema['enum']}"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            wrong = f"does not match {schema['pattern']}"
        return [f"{name}={value!r} {wrong}"] if wrong else []

    def judge_answer(self, operation: Operation, status: int, body: dict[str, Any] | None) -> list[str]:
        """Return what is wrong with a successful answer of ours."""
        described = operation.what["responses"].get(str(status))
        if described is None:
            return [f"status {status} is not described"]
        content = described.get("content")
        if content is None:
            return [] if body is None else ["there should be no body"]
        schema = self.plain(content["application/json"]["schema"])
        return [
            f"{'/'.join(map(str, one.path))}: {one.message}" for one in Draft202012Validator(schema).iter_errors(body)
        ]

    def plain(self, schema: Any) -> Any:
        """Return an OpenAPI 3.0 schema as JSON Schema: references followed, ``nullable`` spelled out, nothing unknown."""
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return self.plain(self.schemas[schema["$ref"].rsplit("/", 1)[1]])
        out = {
            name: value
            for name, value in schema.items()
            if name in ("type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum")
        }
        if "items" in schema:
            out["items"] = self.plain(schema["items"])
        if "properties" in schema:
            out["properties"] = {name: self.plain(one) for name, one in schema["properties"].items()}
            out["additionalProperties"] = False
        return {"anyOf": [out, {"type": "null"}]} if schema.get("nullable") else out


def format_problem(kind: str, value: str) -> str:
    """Return what is wrong with a text of this format; empty when nothing is."""
    match kind:
        case "endpoint" if not ENDPOINT.fullmatch(value):
            return "is no number in international form, client or SIP address"
        case "phone-number" if not SENDER.fullmatch(value):
            return "is no number in international form and no sender name"
        case "uri":
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                return "is no absolute http address"
        case "twiml":
            if len(value) > MAX_TWIML:
                return f"is longer than {MAX_TWIML} characters"
            try:
                read(value)
            except BadTwiml as error:
                return f"is not TwiML: {error}"
    return ""
