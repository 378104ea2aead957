"""A file is taken in row by row: the good ones, once; the bad ones with a reason; what people here know stays."""

import csv
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.importers.catalogue import import_catalogue
from knowledge.importers.departments import import_authorities, import_departments
from knowledge.importers.markdown import import_articles
from knowledge.importers.report import UnreadableFile
from knowledge.library import clear_field, retire, revise, set_field, version_of
from knowledge.models import Article, Department, Revision, Service, ServiceImported
from knowledge.queries import find_article, find_service
from knowledge.sections import SectionText
from knowledge.values import ArticleState, Audience, Form, Handling
from tests.knowledge.conftest import DEMO, NOW


def catalogue(folder: Path, changes: dict[str, str], slug: str = "ansok-bygglov") -> Path:
    """The demo's catalogue with some cells of one row changed."""
    with (DEMO / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["id"] == slug:
            row.update(changes)
    path = folder / "catalogue.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def article_file(folder: Path, name: str, front: str, body: str = "## Så gör du\nRing oss.\n") -> Path:
    path = folder / name
    path.write_text(f"---\n{front}\n---\n\n{body}", encoding="utf-8")
    return path


FRONT = "id: kb-prov\ntitle: Prov\nlang: sv\ndepartment: bygg\neservices: [ansok-bygglov]\naudience: public"


def test_the_demo_is_whole(demo: Session) -> None:
    assert len(demo.scalars(select(Service)).all()) == 132
    assert len(demo.scalars(select(Article)).all()) == 80
    assert len(demo.scalars(select(Department)).all()) == 33
    for service in demo.scalars(select(Service)):
        assert service.paper_route and service.protected_route and service.handling and service.reviewed
        assert service.authority_id == service.department.authority_id
        assert service.secrecy == service.department.secrecy
    staff = [one for one in demo.scalars(select(Article)) if one.audience is Audience.STAFF]
    assert len(staff) == 15


def test_a_dozen_public_articles_have_inside_notes(demo: Session) -> None:
    having = [
        article.slug
        for article in demo.scalars(select(Article).where(Article.audience == Audience.PUBLIC))
        if any(one.audience is Audience.STAFF for one in article.current_revision.sections)
    ]
    assert len(having) >= 12


def test_the_same_files_again_change_nothing(demo: Session) -> None:
    version = version_of(demo)
    for report in (
        import_authorities(demo, DEMO / "authorities.csv", NOW),
        import_departments(demo, DEMO / "departments.csv", NOW),
        import_catalogue(demo, DEMO / "catalogue.csv", NOW),
        import_articles(demo, DEMO / "articles", NOW),
    ):
        assert report.unchanged
        assert not report.added and not report.changed and not report.refused
    assert version_of(demo) == version
    assert not demo.dirty and not demo.new


def test_a_changed_cell_is_taken_in(demo: Session, tmp_path: Path) -> None:
    version = version_of(demo)
    report = import_catalogue(demo, catalogue(tmp_path, {"fee": "Gratis", "form": "pdf"}), NOW)
    assert report.changed == ["ansok-bygglov"]
    service = find_service(demo, "ansok-bygglov")
    assert service and service.fee == "Gratis" and service.form is Form.PDF
    assert version_of(demo) == version + 1


def test_what_a_person_here_has_set_survives_an_import(demo: Session, tmp_path: Path) -> None:
    service = find_service(demo, "ansok-bygglov")
    assert service
    set_field(demo, service, "fee", "Fråga oss", NOW, by=7)
    report = import_catalogue(demo, catalogue(tmp_path, {"fee": "Gratis", "summary_sv": "Nytt."}), NOW)
    assert report.changed == ["ansok-bygglov"]
    assert (service.fee, service.summary_sv) == ("Fråga oss", "Nytt.")
    imported = demo.get(ServiceImported, service.id)
    assert imported and imported.columns["fee"] == "Gratis"
    clear_field(demo, service, "fee", NOW)
    assert service.fee == "Gratis"


def test_cleared_fields_come_back_as_they_were_typed(demo: Session) -> None:
    service = find_service(demo, "ansok-bygglov")
    assert service
    before = service.handling, service.reviewed
    set_field(demo, service, "handling", Handling.AUTOMATIC, NOW)
    set_field(demo, service, "reviewed", None, NOW)
    clear_field(demo, service, "handling", NOW)
    clear_field(demo, service, "reviewed", NOW)
    assert (service.handling, service.reviewed) == before


def test_only_real_fields_can_be_set(demo: Session) -> None:
    service = find_service(demo, "ansok-bygglov")
    assert service
    with pytest.raises(ValueError, match="secrecy"):
        set_field(demo, service, "secrecy", False, NOW)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title_sv": ""}, "title_sv"),
        ({"form": "fax"}, "form"),
        ({"department": "rymdenheten"}, "department: rymdenheten is unknown"),
        ({"id": "Ansök Bygglov"}, "slug"),
        ({"id": "ansok-forskola"}, "id: ansok-forskola stands twice"),
        ({"reviewed": "i våras"}, "reviewed"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "//elsewhere.example/x"}, "url"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_stay(
    demo: Session, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    report = import_catalogue(demo, catalogue(tmp_path, changes), NOW)
    assert len(report.refused) == 1
    assert reason in report.refused[0].reason
    assert report.refused[0].where.startswith("line ")
    assert len(report.unchanged) == 131


def test_a_row_with_too_few_cells_is_refused(demo: Session, tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("id,title_sv,summary_sv,area,department,form,audience\nx,Bara titel\n", encoding="utf-8")
    assert [one.reason for one in import_catalogue(demo, path, NOW).refused] == ["wrong number of cells"]


def test_columns_that_a_file_lacks_are_left_alone(demo: Session, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    head = "id,title_sv,summary_sv,area,department,kind,audience,keywords_sv"
    row = "ansok-bygglov,Bygglov,Sök lov.,bygga-bo-miljo,bygg,eservice,citizen,lov;bygge"
    path.write_text(f"{head}\n{row}\n", encoding="utf-8")
    assert import_catalogue(demo, path, NOW).changed == ["ansok-bygglov"]
    service = find_service(demo, "ansok-bygglov")
    assert service and service.title_sv == "Bygglov" and service.form is Form.E_SERVICE
    assert service.keywords == ["lov", "bygge"] and service.legal_basis == "PBL 9 kap"
    assert import_catalogue(demo, path, NOW).unchanged == ["ansok-bygglov"]


def test_another_source_does_not_take_over_a_slug(demo: Session) -> None:
    report = import_catalogue(demo, DEMO / "catalogue.csv", NOW, source="elsewhere")
    assert not report.added and len(report.refused) == 132


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,title_sv\n", "header lacks"),
        (b"", "header lacks"),
        ("id,title_sv\nå".encode("latin-1"), "UTF-8"),
        (b"slug,title_sv,summary_sv,area,department,form,audience,id\n", "twice"),
        (b'slug,title_sv,summary_sv,area,department,form,audience\n"x', "line 2"),
    ],
)
def test_a_file_that_is_no_catalogue_is_unreadable(demo: Session, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=words):
        import_catalogue(demo, path, NOW)


def test_a_missing_file_is_unreadable(demo: Session, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        import_catalogue(demo, tmp_path / "none.csv", NOW)
    with pytest.raises(UnreadableFile, match="no such folder"):
        import_articles(demo, tmp_path / "none", NOW)


def test_departments_come_parents_first_and_circles_are_refused(demo: Session, tmp_path: Path) -> None:
    path = tmp_path / "departments.csv"
    head = "slug,authority,parent,name_sv,name_en,name_fi\n"
    rows = "barn,kommunstyrelsen,far,B,B,B\nfar,kommunstyrelsen,,F,F,F\n"
    circle = "a,kommunstyrelsen,b,A,A,A\nb,kommunstyrelsen,a,B,B,B\n"
    wrong = "c,omsorgsstyrelsen,far,C,C,C\nd,ingen,,D,D,D\ne,kommunstyrelsen,ingen,E,E,E\n"
    path.write_text(head + rows + circle + wrong, encoding="utf-8")
    report = import_departments(demo, path, NOW)
    assert report.added == ["far", "barn"]
    reasons = " ".join(one.reason for one in report.refused)
    assert len(report.refused) == 5
    for words in ("own ancestor", "another authority", "authority: ingen", "parent: ingen"):
        assert words in reasons


def test_what_a_department_owns_follows_its_secrecy(demo: Session, tmp_path: Path) -> None:
    path = tmp_path / "departments.csv"
    head = "slug,authority,parent,name_sv,name_en,name_fi,secrecy\n"
    path.write_text(head + "bygg,samhallsbyggnadsnamnden,,Bygg,Bygg,Bygg,yes\n", encoding="utf-8")
    import_departments(demo, path, NOW)
    demo.expire_all()
    service, article = find_service(demo, "ansok-bygglov"), find_article(demo, "kb-bygglov")
    assert service and service.secrecy
    assert article and article.secrecy


def test_a_changed_article_becomes_a_new_revision(demo: Session, tmp_path: Path) -> None:
    article_file(tmp_path, "prov.md", FRONT)
    assert import_articles(demo, tmp_path, NOW).added == ["kb-prov"]
    article_file(tmp_path, "prov.md", FRONT, "## Så gör du\nKom hit.\n\n## Internt: vid kön\nGå före.\n")
    assert import_articles(demo, tmp_path, NOW).changed == ["kb-prov"]
    article = find_article(demo, "kb-prov")
    assert article and article.current_revision and article.state is ArticleState.PUBLISHED
    assert article.current_revision.n == 2
    assert [(one.heading, one.audience) for one in article.current_revision.sections] == [
        ("Så gör du", Audience.PUBLIC),
        ("Vid kön", Audience.STAFF),
    ]
    assert [one.service.slug for one in article.services] == ["ansok-bygglov"]


def test_only_the_front_matter_changed_keeps_the_revision(demo: Session, tmp_path: Path) -> None:
    article_file(tmp_path, "prov.md", FRONT)
    import_articles(demo, tmp_path, NOW)
    article_file(tmp_path, "prov.md", FRONT + "\nreviewed: 2026-02-28\nkeywords: [lov]")
    assert import_articles(demo, tmp_path, NOW).changed == ["kb-prov"]
    article = find_article(demo, "kb-prov")
    assert article and article.keywords == ["lov"] and str(article.review_due) == "2027-02-28"
    assert len(demo.scalars(select(Revision).where(Revision.article_id == article.id)).all()) == 1


def test_an_article_that_was_changed_here_is_not_overwritten(demo: Session, tmp_path: Path) -> None:
    article_file(tmp_path, "prov.md", FRONT)
    import_articles(demo, tmp_path, NOW)
    article = find_article(demo, "kb-prov")
    assert article
    revise(demo, article, "Prov", [SectionText("Så gör du", "Skriv till oss.")], NOW, by=3)
    report = import_articles(demo, tmp_path, NOW)
    assert "changed here" in report.refused[0].reason
    assert article.current_revision and article.current_revision.sections[0].body == "Skriv till oss."


def test_a_retired_service_stays_retired(demo: Session, tmp_path: Path) -> None:
    service = find_service(demo, "ansok-bygglov")
    assert service
    retire(demo, service, NOW)
    import_catalogue(demo, catalogue(tmp_path, {"fee": "Gratis"}), NOW)
    assert service.retired_at == NOW


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Bara text.", "front matter"),
        ("---\nid: [\n---\ntext", "front matter"),
        ("---\n- en lista\n---\ntext", "front matter"),
        (f"---\n{FRONT}\n---\n", "no text"),
        (f"---\n{FRONT.replace('public', 'everybody')}\n---\ntext", "audience"),
        (f"---\n{FRONT}\nsecret: true\n---\ntext", "secret"),
        (f"---\n{FRONT.replace('department: bygg', 'department: rymden')}\n---\ntext", "department: rymden"),
        (f"---\n{FRONT.replace('ansok-bygglov', 'ansok-rymdfard')}\n---\ntext", "ansok-rymdfard"),
        (f"---\n{FRONT}\ntranslation_of: kb-bygglov\n---\ntext", "translation_of"),
    ],
)
def test_a_bad_article_is_refused_with_its_reason(demo: Session, tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "bad.md").write_text(content, encoding="utf-8")
    report = import_articles(demo, tmp_path, NOW)
    assert not report.added
    assert words in report.refused[0].reason
    assert report.refused[0].where == "bad.md"
