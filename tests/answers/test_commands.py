"""The commands over the library: what stands on stdout, and what does not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from helpdesk.commands import library as commands
from knowledge.queries import find_service
from tests.answers.conftest import SECRET

pytestmark = pytest.mark.usefixtures("library")
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of the library in the test's application."""
    monkeypatch.setattr(commands, "create_app", lambda: app)
    by_name = {command.name: command for command in commands.COMMANDS}

    def invoke(name: str, *arguments: str) -> Result:
        return CliRunner().invoke(by_name[name], arguments, standalone_mode=True)

    return invoke


def lines(result: Result) -> list[dict[str, object]]:
    """Return the JSON objects on stdout, one a line."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_search_prints_what_it_found(run: Run) -> None:
    result = run("search", "sopor", "--limit", "1")
    assert result.exit_code == 0
    score, kind, slug, title = result.stdout.strip().split("\t")
    assert (float(score) > 0, kind, slug, title) == (True, "service", "missad-hamtning", "Anmäl missad sophämtning")
    explained = run("search", "sopor", "--explain").stdout
    assert "sopor → " in explained


def test_one_object_with_json_and_staff_by_default(run: Run) -> None:
    (said,) = lines(run("search", SECRET, "--json"))
    assert set(said) == {"verdict", "results", "ms"}
    assert said["results"][0]["id"] == "kb-sopor"  # type: ignore[index]
    (public,) = lines(run("search", SECRET, "--json", "--audience", "public"))
    assert (public["verdict"], public["results"]) == ("none", [])


def test_a_file_of_queries_gives_a_line_each_in_order(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "queries.tsv"
    file.write_text(
        'qid\tquery\tlang\tmore\nb\tsopor\tsv\tx\na\tzzzz qqqq\tsv\tx\nc\t"sopor\tde\tx\n', encoding="utf-8"
    )
    said = lines(run("search", "--queries", str(file), "--limit", "2"))
    assert [one["qid"] for one in said] == ["b", "a", "c"]
    assert [one["verdict"] for one in said][1] == "none"
    assert said[1]["results"] == []
    for one in said:
        assert set(one) == {"qid", "verdict", "results", "ms"}
        assert len(one["results"]) <= 2  # type: ignore[arg-type]
        for hit in one["results"]:  # type: ignore[attr-defined]
            assert set(hit) == {"kind", "id", "title", "score"}


def test_wrong_use_is_2_and_a_file_that_cannot_be_read_1_in_one_line(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tsv"
    bad.write_text("qid\tquery\na\tb\n", encoding="utf-8")
    assert run("search").exit_code == 2
    assert run("search", "a", "--audience", "all").exit_code == 2
    for file in (tmp_path / "missing.tsv", bad):
        result = run("search", "--queries", str(file))
        assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)


def test_figures_are_measured_on_judged_queries(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "judged.tsv"
    file.write_text(
        "qid\tquery\tlang\tclass\tjudgments\n"
        "1\tmissad sophämtning\tsv\tplain\te:missad-hamtning=3\n"
        "2\tzzzz qqqq\tsv\tnothing\t\n"
        "3\töverfallslarmet\tsv\tinside\ta:kb-int-larm=3\n",
        encoding="utf-8",
    )
    result = run("evaluate", str(file), "--json", "--learned")
    (said,) = lines(result)
    assert "Nothing has been learnt yet" in result.stderr
    assert {name: said[name] for name in ("queries", "success@1", "success@3", "MRR@10", "nDCG@10", "abstention")} == {
        "queries": 3,
        "success@1": 1.0,
        "success@3": 1.0,
        "MRR@10": 1.0,
        "nDCG@10": 1.0,
        "abstention": 1.0,
    }
    assert list(said["by_class"]) == ["plain", "nothing", "inside"]  # type: ignore[call-overload]
    public = run("evaluate", str(file), "--json", "--audience", "public")
    assert lines(public)[0]["queries"] == 2
    assert "1 queries have their answers in inside articles" in public.stderr
    assert run("evaluate", str(file)).stdout.splitlines()[-1].startswith("all ")


def test_an_import_says_what_it_did_and_a_dry_run_changes_nothing(run: Run, app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.csv"
    file.write_text(
        "id,title_sv,summary_sv,area,department,form,audience\n"
        "ny-tjanst,Ny tjänst,Något nytt.,kommun-demokrati,vatten-avfall,e_service,citizen\n"
        "fel-tjanst,Fel,Något fel.,kommun-demokrati,nowhere,e_service,citizen\n",
        encoding="utf-8",
    )

    def is_there() -> bool:
        with app.extensions["helpdesk.database"].reading() as session:
            return find_service(session, "ny-tjanst") is not None

    tried = run("import", "catalogue", str(file), "--dry-run")
    assert (tried.stdout.split("\t")[0], tried.exit_code, is_there()) == ("added 1", 1, False)
    done = run("import", "catalogue", str(file))
    assert done.stdout == "added 1\tchanged 0\tunchanged 0\trefused 1\n"
    assert "line 3: department: nowhere is unknown" in done.stderr
    assert is_there()
    assert lines(run("search", "ny tjänst", "--json"))[0]["results"][0]["id"] == "ny-tjanst"  # type: ignore[index]
    missing = run("import", "articles", str(tmp_path / "missing"))
    assert (missing.exit_code, missing.stdout) == (1, "")
