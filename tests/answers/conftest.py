"""A small library: two services with everything said, one with nothing, an article with an inside section, one for staff."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from knowledge.library import ArticleText, publish
from knowledge.models import Department, Disturbance
from knowledge.sections import SectionText
from knowledge.values import Audience, Lang
from tests.builders import Centre
from tests.conftest import NOW

SECRET = "xylofonen"
"""Stands in an inside section alone."""
SECRET_TITLE = "Överfallslarmet"
"""Is the title of an article for staff."""


def stock(session: Session, centre: Centre) -> None:
    """Put services and articles on the shelf."""
    water = centre.department("vatten-avfall", centre.executive)
    water.name_sv, water.name_en, water.name_fi = "Vatten och avfall", "Water and waste", "Vesi ja jätteet"
    missed = centre.service(
        "missad-hamtning",
        water,
        title_sv="Anmäl missad sophämtning",
        title_en="Report a missed waste collection",
        title_fi="Ilmoita tyhjentämättä jääneestä jäteastiasta",
        summary_sv="Kärlet med sopor blev inte tömt på sin dag.",
        login="bankid",
        fee="Kostar ingenting",
        processing_time="Två vardagar",
        legal_basis="Miljöbalken 15 kap",
        url="/e-tjanster/missad-hamtning",
        paper_route="Ring, så anmäler vi åt dig.",
        protected_route="Ring utan att säga ditt namn.",
        life_event="flytta",
        reviewed=date(2026, 5, 3),
        accessible="yes",
        handling="retyped",
    )
    paper = centre.service(
        "uppehall-sophamtning",
        water,
        title_sv="Uppehåll i sophämtningen, blankett",
        title_en="Pause the waste collection, form",
        title_fi="Jätehuollon keskeytys, lomake",
        summary_sv="Pausa hämtningen av sopor.",
        form="pdf",
        url="https://blanketter.example/uppehall.pdf",
        accessible="no",
        handling="paper",
        reviewed=date(2025, 1, 1),
    )
    session.add(
        Disturbance(
            service_id=paper.id,
            starts_at=NOW - timedelta(days=4000),
            ends_at=NOW + timedelta(days=40000),
            text_sv="Blanketten öppnas inte.",
            text_en="The form does not open.",
        )
    )
    original = publish(session, answer("kb-sopor", Lang.SV, water, "Sopor som inte hämtats", services=[missed]), NOW)
    publish(
        session,
        answer("kb-sopor-en", Lang.EN, water, "Bins that were not emptied", services=[missed], translation_of=original),
        NOW,
    )
    publish(
        session,
        ArticleText(
            slug="kb-int-larm",
            lang=Lang.SV,
            title=SECRET_TITLE,
            department=water,
            sections=[SectionText("", "Tryck på knappen under disken.", Audience.STAFF)],
            audience=Audience.STAFF,
            services=[missed],
        ),
        NOW,
    )


def answer(slug: str, lang: Lang, department: Department, title: str, **more: object) -> ArticleText:
    """Return an article with a beginning, a list with what must not be run, and an inside section."""
    swedish = lang is Lang.SV
    return ArticleText(
        slug=slug,
        lang=lang,
        title=title,
        department=department,
        sections=[
            SectionText(
                "", "Låt kärlet stå kvar. Vi hämtar inom två dagar." if swedish else "Leave the bin where it is."
            ),
            SectionText(
                "Så gör du" if swedish else "What to do",
                "1. Ställ fram kärlet\n2. Vänta\n\n<script>alert(1)</script> [här](javascript:alert(1)) **nu**",
            ),
            SectionText("Rutin", f"Titta i {SECRET} först.", Audience.STAFF),
        ],
        reviewed=date(2026, 4, 15),
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def library(app: Flask, settled: Callable[[], Centre]) -> Centre:
    """A settled centre whose library has something in it."""
    centre = settled()
    with app.extensions["helpdesk.database"].transaction() as session:
        centre.session = session
        for row in (centre.executive, centre.building_board, centre.care_board):
            session.add(row)
        stock(session, centre)
    return centre
