"""Authorities and departments from two CSV files: who answers for what, and how to reach them."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from knowledge.importers.report import Report, reason_of, rows_of
from knowledge.library import touch
from knowledge.models import Article, Authority, Department, Service
from knowledge.values import AuthorityKind

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Filled = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Row = TypeVar("Row", Authority, Department)


class AuthorityRow(BaseModel):
    """One line of authorities.csv."""

    slug: Slug
    kind: AuthorityKind
    name_sv: Filled
    name_en: Filled
    name_fi: Filled


class DepartmentRow(BaseModel):
    """One line of departments.csv. ``authority`` and ``parent`` are slugs; a parent has the same authority."""

    model_config = ConfigDict(extra="ignore")

    slug: Slug
    authority: Slug
    parent: Slug | None = None
    name_sv: Filled
    name_en: Filled
    name_fi: Filled
    phone: str = ""
    extension: str = ""
    email: str = ""
    secrecy: bool = False


def import_authorities(session: Session, path: Path, now: datetime) -> Report:
    """Take in authorities by slug. Raises UnreadableFile when the file as a whole is wrong."""
    report = Report()
    known = {one.slug: one for one in session.scalars(select(Authority))}
    for where, cells in rows_of(path, set(AuthorityRow.model_fields), {"id": "slug"}):
        try:
            row = AuthorityRow.model_validate(cells or {})
        except ValidationError as error:
            report.refuse(where, reason_of(error) if cells else "wrong number of cells")
            continue
        known[row.slug] = _settle(session, known.get(row.slug) or Authority(), row.model_dump(), report)
    _finish(session, report)
    return report


def import_departments(session: Session, path: Path, now: datetime) -> Report:
    """Take in departments by slug, in any order of parent and child; the authorities must be there already.

    A row is refused when its authority or parent is unknown, when the parent answers to another authority, or
    when it would be its own ancestor. Raises UnreadableFile when the file as a whole is wrong.
    """
    report = Report()
    authorities = {one.slug: one for one in session.scalars(select(Authority))}
    known = {one.slug: one for one in session.scalars(select(Department))}
    rows: dict[str, tuple[str, DepartmentRow]] = {}
    for where, cells in rows_of(path, {"slug", "authority", "name_sv", "name_en", "name_fi"}, {"id": "slug"}):
        try:
            row = DepartmentRow.model_validate({name: value for name, value in (cells or {}).items() if value})
        except ValidationError as error:
            report.refuse(where, reason_of(error) if cells else "wrong number of cells")
            continue
        if row.slug in rows:
            report.refuse(where, f"slug: {row.slug} stands twice")
        else:
            rows[row.slug] = (where, row)
    for where, row in _parents_first(rows, report):
        authority = authorities.get(row.authority)
        parent = known.get(row.parent) if row.parent else None
        if authority is None:
            report.refuse(where, f"authority: {row.authority} is unknown")
        elif row.parent and parent is None:
            report.refuse(where, f"parent: {row.parent} is unknown")
        elif parent and parent.authority_id != authority.id:
            report.refuse(where, f"parent: {row.parent} answers to another authority")
        else:
            columns = row.model_dump(exclude={"authority", "parent"})
            columns |= {"authority_id": authority.id, "parent_id": parent.id if parent else None}
            known[row.slug] = _settle(session, known.get(row.slug) or Department(), columns, report)
            _pass_on(session, known[row.slug], now)
    _finish(session, report)
    return report


def _parents_first(rows: dict[str, tuple[str, DepartmentRow]], report: Report) -> list[tuple[str, DepartmentRow]]:
    """Order rows so that a parent comes before its children; rows in a circle are refused."""
    left, order = dict(rows), list[tuple[str, DepartmentRow]]()
    while ready := [slug for slug, (_, row) in left.items() if row.parent is None or row.parent not in left]:
        for slug in ready:
            order.append(left.pop(slug))
    for where, row in left.values():
        report.refuse(where, f"parent: {row.slug} would be its own ancestor")
    return order


def _settle(session: Session, row: Row, columns: dict[str, object], report: Report) -> Row:
    """Write the columns that differ, and note what became of the row."""
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, columns[name])
    note = report.added if row.id is None else report.changed if changed else report.unchanged
    note.append(row.slug)
    session.add(row)
    session.flush()
    return row


def _pass_on(session: Session, department: Department, now: datetime) -> None:
    """Let what the department owns follow it to its authority and its secrecy."""
    for owned in (Service, Article):
        session.execute(
            update(owned)
            .where(owned.department_id == department.id)
            .where((owned.authority_id != department.authority_id) | (owned.secrecy != department.secrecy))
            .values(authority_id=department.authority_id, secrecy=department.secrecy, changed_at=now)
        )


def _finish(session: Session, report: Report) -> None:
    """Raise the library's version if anything was taken in."""
    if report.added or report.changed:
        touch(session)
