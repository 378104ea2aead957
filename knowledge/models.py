"""What the library remembers: who owns what, every service, every article with its versions, and who changed it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from knowledge.base import Base
from knowledge.values import (
    Accessible,
    ArticleState,
    Audience,
    AuthorityKind,
    Form,
    Handling,
    Lang,
)


class Authority(Base):
    """A board, company or federation: the public authority in the eyes of the law."""

    __tablename__ = "authority"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[AuthorityKind]
    name_sv: Mapped[str]
    name_en: Mapped[str]
    name_fi: Mapped[str]


class Department(Base):
    """Those who own services and articles, with the number to reach them.

    ``secrecy`` says that even the fact that somebody has been in contact with it is often confidential.
    """

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    name_sv: Mapped[str]
    name_en: Mapped[str]
    name_fi: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    extension: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    secrecy: Mapped[bool] = mapped_column(default=False)

    authority: Mapped[Authority] = relationship()
    parent: Mapped["Department | None"] = relationship(remote_side=[id])


class Service(Base):
    """One e-service or form that the municipality offers, as the public sees it now.

    ``source`` and ``source_key`` name it where it came from ('catalogue' for our own list). Texts without a
    language in their name are Swedish. ``everyday`` holds the words that people use instead of ours.
    """

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        Index("ix_service_area_live", "area", "retired_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    source_key: Mapped[str]
    title_sv: Mapped[str]
    title_en: Mapped[str | None]
    title_fi: Mapped[str | None]
    summary_sv: Mapped[str]
    summary_en: Mapped[str | None]
    summary_fi: Mapped[str | None]
    form: Mapped[Form]
    platform: Mapped[str] = mapped_column(default="")
    login: Mapped[str] = mapped_column(default="none")
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    secrecy: Mapped[bool] = mapped_column(default=False)
    area: Mapped[str]
    life_event: Mapped[str | None] = mapped_column(index=True)
    audience: Mapped[str]
    legal_basis: Mapped[str] = mapped_column(default="")
    fee: Mapped[str] = mapped_column(default="")
    processing_time: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    keywords: Mapped[list[str]] = mapped_column(default=list)
    everyday: Mapped[list[str]] = mapped_column(default=list)
    paper_route: Mapped[str] = mapped_column(default="")
    protected_route: Mapped[str] = mapped_column(default="")
    handling: Mapped[Handling | None]
    accessible: Mapped[Accessible] = mapped_column(default=Accessible.UNKNOWN)
    reviewed: Mapped[date | None]
    retired_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    department: Mapped[Department] = relationship()
    authority: Mapped[Authority] = relationship()
    overlay: Mapped[list["ServiceOverlay"]] = relationship(back_populates="service", cascade="all, delete-orphan")


class ServiceImported(Base):
    """What the source last said about a service, column by column, whatever we have changed since."""

    __tablename__ = "service_imported"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    columns: Mapped[dict[str, Any]]
    imported_at: Mapped[datetime]


class ServiceOverlay(Base):
    """A field of a service that a person here has set: an import leaves it alone."""

    __tablename__ = "service_overlay"
    __table_args__ = (UniqueConstraint("service_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    field: Mapped[str]
    changed_at: Mapped[datetime]
    by_account_id: Mapped[int | None]

    service: Mapped[Service] = relationship(back_populates="overlay")


class Disturbance(Base):
    """A service that does not work as it should for a while. Without an end it lasts until somebody sets one."""

    __tablename__ = "disturbance"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
        Index("ix_disturbance_service_time", "service_id", "starts_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    text_sv: Mapped[str]
    text_en: Mapped[str | None]
    text_fi: Mapped[str | None]


class Article(Base):
    """How to answer one kind of question, in one language. What it says is in its current revision.

    ``translation_of_id`` names the original; ``review_due`` is twelve months after ``reviewed``.
    """

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("translation_of_id", "lang"),
        CheckConstraint(
            "state != 'published' OR current_revision_id IS NOT NULL",
            name="published_has_text",
        ),
        Index("ix_article_review_due", "state", "review_due"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    lang: Mapped[Lang]
    translation_of_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    title: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    secrecy: Mapped[bool] = mapped_column(default=False)
    audience: Mapped[Audience] = mapped_column(default=Audience.PUBLIC)
    keywords: Mapped[list[str]] = mapped_column(default=list)
    everyday: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[ArticleState] = mapped_column(default=ArticleState.DRAFT)
    reviewed: Mapped[date | None]
    review_due: Mapped[date | None]
    current_revision_id: Mapped[int | None] = mapped_column(
        ForeignKey("revision.id", use_alter=True, name="fk_article_current_revision_id")
    )
    changed_at: Mapped[datetime]

    department: Mapped[Department] = relationship()
    authority: Mapped[Authority] = relationship()
    translation_of: Mapped["Article | None"] = relationship(remote_side=[id])
    current_revision: Mapped["Revision | None"] = relationship(foreign_keys=[current_revision_id], post_update=True)
    revisions: Mapped[list["Revision"]] = relationship(
        foreign_keys="Revision.article_id",
        back_populates="article",
        order_by="Revision.n",
    )
    services: Mapped[list["ArticleService"]] = relationship(
        order_by="ArticleService.position", cascade="all, delete-orphan"
    )


class Revision(Base):
    """One version of an article, kept so that we can say what it said that day. Never changed, only followed."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("article_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    n: Mapped[int]
    title: Mapped[str]
    at: Mapped[datetime]
    by_account_id: Mapped[int | None]
    published: Mapped[bool] = mapped_column(default=False)

    article: Mapped[Article] = relationship(foreign_keys=[article_id], back_populates="revisions")
    sections: Mapped[list["Section"]] = relationship(
        back_populates="revision", order_by="Section.n", cascade="all, delete-orphan"
    )


class Section(Base):
    """A heading and the Markdown under it; the audience is said per section."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("revision_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id", ondelete="CASCADE"))
    n: Mapped[int]
    heading: Mapped[str]
    body: Mapped[str]
    audience: Mapped[Audience] = mapped_column(default=Audience.PUBLIC)

    revision: Mapped[Revision] = relationship(back_populates="sections")


class ArticleService(Base):
    """An article that answers for a service, in the order that its editor chose."""

    __tablename__ = "article_service"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)

    service: Mapped[Service] = relationship()


class LibraryVersion(Base):
    """One row, raised in the same transaction as every change here: a search index knows whether it is stale."""

    __tablename__ = "library_version"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(default=0)
