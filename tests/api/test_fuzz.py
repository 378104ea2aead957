"""Every operation is called with what its description allows and with what it does not, by people and by nobody.

Whatever comes, the answer is one that the description names, in the shape it names, and never a 500. The requests are
the same in every run. For a longer session with other ones:

    FUZZ_EXAMPLES=200 FUZZ_SEED=7 .venv/bin/pytest tests/api/test_fuzz.py -s
"""

import os
from collections import Counter

import hypothesis
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Caller
from tests.everyday import UNKNOWN, Everyday

pytestmark = pytest.mark.long
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
"""Requests per operation, kind of request (allowed, not allowed) and caller."""
SEED = os.environ.get("FUZZ_SEED")
KINDS = {
    "contact": "contact",
    "handover": "handover",
    "request": "request",
    "service": "service",
    "article": "article",
}
"""What a parameter in a path is among the things of the day."""
MADE = {"/contacts": "contact", "/contacts/{contact}/handovers": "handover", "/change-requests": "request"}
"""What a call makes that later ones can point at."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
REFUSALS = [400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503]
CONFIG = {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
"""What a request that the description does not allow may be answered with."""
HURRIED = settings(
    max_examples=EXAMPLES,
    derandomize=SEED is None,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("who", ["somebody", "nobody"])
def test_every_answer_is_one_that_the_description_names(app: Flask, day: Everyday, all_round: Caller, who: str) -> None:
    description = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", app, config=SchemathesisConfig.from_dict(CONFIG)
    )
    headers = all_round.headers if who == "somebody" else {}
    findings: Counter[str] = Counter()
    answers: Counter[int] = Counter()
    for result in description.get_all_operations():
        operation = result.ok()
        can_be_wrong = any([*operation.query, *operation.headers, *operation.body])
        for mode in GenerationMode if can_be_wrong else [GenerationMode.POSITIVE]:
            hunt(operation, mode, day, headers, findings, answers)
    print(f"{sum(answers.values())} requests by {who}: {dict(sorted(answers.items()))}")
    assert not findings, "\n\n".join(f"{count} times: {text}" for text, count in findings.most_common())
    assert answers[401 if who == "nobody" else 201] > EXAMPLES


def hunt(
    operation: schemathesis.APIOperation,
    mode: GenerationMode,
    day: Everyday,
    headers: dict[str, str],
    findings: Counter[str],
    answers: Counter[int],
) -> None:
    """Call one operation many times; note which answers came and what was wrong with them."""
    known = {name: day.known[kind] for name, kind in KINDS.items() if f"{{{name}}}" in operation.path}

    @HURRIED
    @given(case=operation.as_strategy(mode), chooses=st.data())
    def calls(case: schemathesis.Case, chooses: st.DataObject) -> None:
        for name, ids in known.items():
            if chosen := chooses.draw(st.sampled_from([*ids, *ids, UNKNOWN, None]), label=name):
                case.path_parameters[name] = chosen
        if "If-Match" in case.headers and chooses.draw(st.booleans(), label="whatever state"):
            case.headers["If-Match"] = "*"
        response = case.call(headers=headers)
        answers[response.status_code] += 1
        if response.status_code == 201 and operation.path in MADE:
            day.known[MADE[operation.path]].append(response.json()["id"])
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                findings[f"{operation.label} {response.status_code} {failure.title}: {failure.message}"[:600]] += 1

    (hypothesis.seed(int(SEED)) if SEED else lambda same: same)(calls)()
