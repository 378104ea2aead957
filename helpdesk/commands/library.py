"""Commands about the library: search, evaluate, import."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from helpdesk.answers.search import searching
from helpdesk.app import create_app
from helpdesk.clock import now
from helpdesk.db import database, reading, transaction
from helpdesk.migrating import is_migrated
from knowledge.importers.catalogue import import_catalogue
from knowledge.importers.departments import import_authorities, import_departments
from knowledge.importers.markdown import import_articles
from knowledge.importers.report import Report, UnreadableFile
from knowledge.search.engine import Answer, Hit, Indexes, Reader
from knowledge.search.engine import search as run_search
from knowledge.search.evaluate import Figures, Outcome, Query, figures, figures_by_class, read_queries, table_of
from knowledge.search.evaluate import evaluate as judge_all

LANGS = click.Choice(("sv", "fi", "en"))
READERS = click.Choice(("staff", "public"))
DEPTH = 10


def facts_of(hit: Hit) -> dict[str, Any]:
    """Return a hit as the contract's object."""
    return {"kind": hit.kind, "id": hit.slug, "title": hit.title, "score": hit.score}


def line_of(qid: str | None, answer: Answer) -> str:
    """Return an answer as one line of JSON."""
    said = {"qid": qid} if qid is not None else {}
    results = [facts_of(hit) for hit in answer.hits]
    return json.dumps(
        {**said, "verdict": answer.verdict.value, "results": results, "ms": round(answer.ms, 3)}, ensure_ascii=False
    )


def queries_in(path: Path) -> list[Query]:
    """Read a file of queries. Raises ClickException with what to mend."""
    try:
        return read_queries(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path}: save it as UTF-8 (byte {error.start} is not)") from error
    except ValueError as error:
        raise click.ClickException(f"{path}: {error}") from error


def indexes() -> Indexes:
    """Return the indexes of the library as it is now. Call it inside an application."""
    if not is_migrated(database()):
        raise click.ClickException("The database is not up to date. Run: helpdesk migrate")
    with reading() as session:
        return searching().fresh(session)


@click.command()
@click.argument("text", required=False)
@click.option("--queries", "file", type=click.Path(path_type=Path), help="Tab-separated: qid, query, lang.")
@click.option("--audience", type=READERS, default="staff", show_default=True)
@click.option("--lang", type=LANGS, help="A hint, not a filter.")
@click.option("--limit", type=click.IntRange(1, 200), default=DEPTH, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One object on one line.")
@click.option("--explain", is_flag=True, help="Which words matched, and how.")
def search(
    text: str | None, file: Path | None, audience: Reader, lang: str | None, limit: int, as_json: bool, explain: bool
) -> None:
    """Search the library for a text, or for every query of a file (one JSON object a line, in order)."""
    if (text is None) == (file is None):
        raise click.UsageError("Give a text or --queries FILE, not both.")
    if as_json and explain:
        raise click.UsageError("Give --json or --explain, not both.")
    queries = queries_in(file) if file else []
    with create_app().app_context():
        library = indexes()
    for query in queries:
        click.echo(line_of(query.qid, run_search(library, query.text, audience, hint(query.lang) or lang, limit)))
    if text is not None:
        answer = run_search(library, text, audience, lang, limit)
        if as_json:
            click.echo(line_of(None, answer))
        else:
            tell(answer, explain)


def hint(lang: str) -> str | None:
    """Return a language that the search knows, else nothing."""
    return lang if lang in LANGS.choices else None


def tell(answer: Answer, explain: bool) -> None:
    """Print an answer for a person: score, kind, id and title of each hit, tab-separated; with why, one line each."""
    click.echo(f"{answer.verdict.value}, {answer.lang}, {answer.ms:.1f} ms", err=True)
    for hit in answer.hits:
        click.echo(f"{hit.score:.3f}\t{hit.kind}\t{hit.slug}\t{hit.title}")
        if explain:
            click.echo(f"\twords {hit.stems:.3f}, letters {hit.letters:.3f}")
            for why in hit.explain:
                click.echo(f"\t{why.typed} → {why.stem} ({why.step})")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--audience", type=READERS, default="staff", show_default=True)
@click.option("--learned", is_flag=True, help="With what has been learnt from closed contacts.")
@click.option("--json", "as_json", is_flag=True)
def evaluate(file: Path, audience: Reader, learned: bool, as_json: bool) -> None:
    """Measure the search on judged queries: success@1, success@3, MRR@10, nDCG@10 and abstention, by class and overall."""
    queries = queries_in(file)
    if ungraded := [query.qid for query in queries if query.grades is None]:
        raise click.ClickException(f"{file}: the header lacks judgments ({len(ungraded)} queries without)")
    if learned:
        click.echo("Nothing has been learnt yet: the figures are those of the search alone.", err=True)
    with create_app().app_context():
        library = indexes()

    def find(query: Query) -> list[tuple[str, str]]:
        answer = run_search(library, query.text, audience, hint(query.lang), DEPTH)
        return [(hit.kind, hit.slug) for hit in answer.hits]

    asked = for_public(queries, library) if audience == "public" else queries
    outcomes = judge_all(asked, find)
    click.echo(json.dumps(figures_as_json(outcomes, audience)) if as_json else table_of(outcomes))


def for_public(queries: list[Query], library: Indexes) -> list[Query]:
    """Leave out the judgments of what the public cannot find, and the queries for which nothing else was judged good."""
    public = {document.key for document in library.public.documents}
    asked = []
    for query in queries:
        grades = {item: grade for item, grade in (query.grades or {}).items() if item in public}
        if grades or not query.grades:
            asked.append(replace(query, grades=grades))
    if left_out := len(queries) - len(asked):
        click.echo(f"{left_out} queries have their answers in inside articles alone and were left out.", err=True)
    return asked


MEASURES = {
    "queries": "queries",
    "success@1": "success_1",
    "success@3": "success_3",
    "MRR@10": "mrr_10",
    "nDCG@10": "ndcg_10",
    "abstention": "abstained",
}
"""The contract's name of each figure, and ours. Null where a figure applies to no query."""


def figures_as_json(outcomes: list[Outcome], audience: str) -> dict[str, Any]:
    """Return the figures under the contract's names: overall and by class."""

    def named(one: Figures) -> dict[str, Any]:
        return {name: getattr(one, attribute) for name, attribute in MEASURES.items()}

    by_class = {kind: named(one) for kind, one in figures_by_class(outcomes).items()}
    return {"audience": audience, **named(figures(outcomes)), "by_class": by_class}


@click.group("import")
def import_group() -> None:
    """Take in departments, a catalogue of services, or articles."""


def dry(command: Callable[..., None]) -> Callable[..., None]:
    """Give an import its file and its --dry-run."""
    command = click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")(command)
    return click.argument("path", type=click.Path(path_type=Path))(command)


@import_group.command()
@dry
def catalogue(path: Path, dry_run: bool) -> None:
    """Take in services from a CSV file. Their departments must be there."""
    take_in(dry_run, lambda session, moment: [import_catalogue(session, path, moment)])


@import_group.command()
@dry
def departments(path: Path, dry_run: bool) -> None:
    """Take in departments from a CSV file, and before them the authorities.csv that lies beside it, if there is one."""
    beside = path.parent / "authorities.csv"

    def both(session: Session, moment: datetime) -> Iterable[Report]:
        if beside.is_file() and beside != path:
            yield import_authorities(session, beside, moment)
        yield import_departments(session, path, moment)

    take_in(dry_run, both)


@import_group.command()
@dry
def articles(path: Path, dry_run: bool) -> None:
    """Take in articles from a folder of Markdown files. Departments and services must be there."""
    take_in(dry_run, lambda session, moment: [import_articles(session, path, moment)])


class OnlyTried(Exception):
    """A dry run ends here: everything is taken back."""


def take_in(dry_run: bool, work: Callable[[Session, datetime], Iterable[Report]]) -> None:
    """Run an import in one transaction and say what it did; exit 1 when something was refused, with the rest taken in."""
    reports: list[Report] = []
    with create_app().app_context():
        try:
            with transaction() as session:
                reports.extend(work(session, now()))
                if dry_run:
                    raise OnlyTried
        except OnlyTried:
            click.echo("Tried only: nothing was changed.", err=True)
        except UnreadableFile as error:
            raise click.ClickException(str(error)) from error
    refused = [one for report in reports for one in report.refused]
    for one in refused:
        click.echo(f"{one.where}: {one.reason}", err=True)
    counted = {
        name: sum(len(getattr(report, name)) for report in reports) for name in ("added", "changed", "unchanged")
    }
    click.echo("\t".join(f"{name} {number}" for name, number in {**counted, "refused": len(refused)}.items()))
    if refused:
        click.get_current_context().exit(1)


COMMANDS = (search, evaluate, import_group)
