"""The ladder: who may import whom. An import inside a function is a cycle in hiding."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LADDER = (
    ("knowledge",),
    (
        "config",
        "clock",
        "ids",
        "refusals",
        "working_days",
        "settings",
        "counters",
        "news",
        "turn",
        "db",
        "migrating",
        "outbox",
    ),
    ("web",),
    ("people",),
    ("policy",),
    ("contacts",),
    ("queue",),
    ("channels",),
    ("answers",),
    ("desk",),
    ("resolution",),
    ("feedback",),
    ("retention",),
    ("insight",),
    ("api",),
    ("schema", "worker", "app", "demo", "commands", "command"),
)
RUNG = {name: rung for rung, names in enumerate(LADDER) for name in names}
ALLOWED_UPWARD = {("helpdesk/web/health.py", "people")}
"""/metrics checks a token; it stays with the other health pages."""
FILES = sorted(
    path.relative_to(ROOT).as_posix() for folder in ("helpdesk", "knowledge") for path in (ROOT / folder).rglob("*.py")
)


def room(module: str) -> str:
    """Return the rung's name of a dotted module: ``helpdesk.queue.rules`` stands in ``queue``."""
    parts = module.split(".")
    return parts[0] if parts[0] == "knowledge" else parts[1] if len(parts) > 1 else ""


def imports(tree: ast.AST) -> Iterator[str]:
    """Return every module of ours that is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("helpdesk", "knowledge"):
            if node.module == "helpdesk":
                yield from (f"helpdesk.{one.name}" for one in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] in ("helpdesk", "knowledge"))


def tree_of(file: str) -> ast.AST:
    """Return the parsed file."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def test_imports_go_down_the_ladder_only() -> None:
    up = []
    for file in FILES:
        own = room(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        above = {room(one) for one in imports(tree_of(file)) if room(one) and RUNG[room(one)] > RUNG.get(own, 0)}
        up += [f"{file} imports {one}" for one in sorted(above) if (file, one) not in ALLOWED_UPWARD]
    assert up == []


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{file}:{node.lineno}"
        for file in FILES
        for outer in ast.walk(tree_of(file))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(outer)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_files_stay_readable() -> None:
    long = [file for file in FILES if len((ROOT / file).read_text(encoding="utf-8").splitlines()) > 300]
    assert long == []


def test_rules_know_only_the_standard_library_and_other_rules() -> None:
    pure = {"rules", "stages", "clock", "working_days", "refusals", "ids", "sealing"}
    for file in (one for one in FILES if one.startswith("helpdesk/") and one.endswith("rules.py")):
        tree = tree_of(file)
        own = f"{file.rpartition('/')[0].replace('/', '.')}.models"
        ours = [
            one
            for one in imports(tree)
            if one.split(".")[-1] not in pure and one not in ("helpdesk.people.models", own)
        ]
        assert ours == [], file
        outside = {
            node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
        }
        assert not outside & {"flask", "sqlalchemy", "flask_babel"}, file
        assert [module for module in imports(tree) if module.endswith(".models")] == [], file


def test_twilio_is_imported_in_one_file() -> None:
    users = [
        file
        for file in FILES
        if any(
            isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "twilio"
            for node in ast.walk(tree_of(file))
        )
    ]
    assert len(users) <= 1, users
