"""Services from a CSV file, one line each: our own catalogue, as a web editor keeps it in a spreadsheet.

The columns are those of ``knowledge/demo/catalogue.csv``. A column that the file lacks is left as it is; a field
that a person here has set (the overlay) survives, and what the source said instead is kept beside it.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from knowledge.importers.departments import Filled, Slug
from knowledge.importers.report import Report, reason_of, rows_of
from knowledge.library import FIELDS, read_column, touch
from knowledge.models import Department, Service, ServiceImported
from knowledge.values import Accessible, Form, Handling

SOURCE = "catalogue"
RENAMED = {"id": "slug", "kind": "form", "keywords_sv": "keywords"}

Address = Annotated[str, StringConstraints(pattern=r"^(/[^/\s]|https?://)\S*$", max_length=500)]
Text = Annotated[str, StringConstraints(max_length=2000)]


class ServiceRow(BaseModel):
    """One line of the catalogue. Keywords are separated by semicolons."""

    model_config = ConfigDict(extra="ignore")

    slug: Slug
    title_sv: Filled
    title_en: Filled | None = None
    title_fi: Filled | None = None
    summary_sv: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    summary_en: Text | None = None
    summary_fi: Text | None = None
    area: Slug
    department: Slug
    form: Form
    platform: Text = ""
    login: Text = "none"
    audience: Slug
    legal_basis: Text = ""
    fee: Text = ""
    processing_time: Text = ""
    url: Address | None = None
    keywords: list[str] = Field(default_factory=list)
    life_event: Slug | None = None
    paper_route: Text = ""
    protected_route: Text = ""
    handling: Handling | None = None
    accessible: Accessible = Accessible.UNKNOWN
    reviewed: date | None = None

    @field_validator("form", mode="before")
    @classmethod
    def _older_spelling(cls, value: object) -> object:
        return "e_service" if value == "eservice" else value

    @field_validator("keywords", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [word.strip() for word in value.split(";") if word.strip()] if isinstance(value, str) else value


def import_catalogue(session: Session, path: Path, now: datetime, source: str = SOURCE) -> Report:
    """Take in services by (source, id). The departments must be there already.

    A line is refused when a value is missing or wrong, its department is unknown, its id stands twice, or its
    slug belongs to another source. Raises UnreadableFile when the file as a whole is wrong. Running it again with
    the same file changes nothing.
    """
    report = Report()
    departments = {one.slug: one for one in session.scalars(select(Department))}
    services = {one.slug: one for one in session.scalars(select(Service).options(selectinload(Service.overlay)))}
    imported = {one.service_id: one for one in session.scalars(select(ServiceImported))}
    required = {"slug", "title_sv", "summary_sv", "area", "department", "form", "audience"}
    seen: set[str] = set()
    for where, cells in rows_of(path, required, RENAMED):
        try:
            row = ServiceRow.model_validate({name: value for name, value in (cells or {}).items() if value})
        except ValidationError as error:
            report.refuse(where, reason_of(error) if cells else "wrong number of cells")
            continue
        service, department = services.get(row.slug), departments.get(row.department)
        if row.slug in seen:
            report.refuse(where, f"id: {row.slug} stands twice")
        elif department is None:
            report.refuse(where, f"department: {row.department} is unknown")
        elif service and service.source != source:
            report.refuse(where, f"id: {row.slug} belongs to {service.source}")
        else:
            seen.add(row.slug)
            columns = _columns(row, set(cells or {}))
            if service is None:
                service = Service(slug=row.slug, source=source, source_key=row.slug, changed_at=now)
                _own(service, department)
                _write(service, columns, set())
                session.add(service)
                session.flush()
                session.add(ServiceImported(service_id=service.id, columns=columns, imported_at=now))
                report.added.append(row.slug)
            elif _update(service, imported.get(service.id), columns, department, now):
                report.changed.append(row.slug)
            else:
                report.unchanged.append(row.slug)
    session.flush()
    if report.added or report.changed:
        touch(session)
    return report


def _columns(row: ServiceRow, present: set[str]) -> dict[str, Any]:
    """What the file says, as JSON can hold it: the department and every field that the file has a column for."""
    said = row.model_dump(mode="json")
    said["url"] = said["url"] or ""
    return {name: said[name] for name in sorted((FIELDS | {"department"}) & present & set(said))}


def _update(
    service: Service, imported: ServiceImported | None, columns: dict[str, Any], department: Department, now: datetime
) -> bool:
    """Write what the source says anew, except where a person here knows better. Returns whether it said anything new."""
    before = imported.columns if imported else {}
    if imported is None or all(name in before and before[name] == value for name, value in columns.items()):
        return False
    local = {one.field for one in service.overlay}
    _own(service, department)
    _write(service, columns, local)
    service.changed_at = now
    imported.columns = before | columns
    imported.imported_at = now
    return True


def _own(service: Service, department: Department) -> None:
    """Give the service to a department, with its authority and its secrecy."""
    service.department_id = department.id
    service.authority_id = department.authority_id
    service.secrecy = department.secrecy


def _write(service: Service, columns: dict[str, Any], local: set[str]) -> None:
    """Set the fields that no person here has set."""
    for name, stored in columns.items():
        if name in FIELDS and name not in local:
            setattr(service, name, read_column(name, stored))
