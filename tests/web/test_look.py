"""The look holds together: nothing inline, every drawing and file is there, colours can be read, libraries are unchanged."""

import hashlib
import re
from pathlib import Path

import pytest
from jinja2 import Environment, meta, nodes

import helpdesk

ROOT = Path(helpdesk.__file__).parent
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = set(re.findall(r'<symbol id="i-([\w-]+)"', (STATIC / "icons.svg").read_text()))
JINJA = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def name_of(path):
    return str(path.relative_to(ROOT))


def parsed(path):
    return JINJA.parse(path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_holds_nothing_that_the_content_security_policy_refuses(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"<[a-z][^>]*\sstyle\s*=", text), "a style attribute: use a class"
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", text), "an event attribute: use a script file"
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "a script with content"
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text), "something from another host"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_drawing_and_file_that_a_template_names_is_there(path):
    for call in parsed(path).find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.args and isinstance(call.args[0], nodes.Const)):
            continue
        wanted = call.args[0].value
        if call.node.name == "icon":
            assert wanted in SPRITE, f"no drawing called {wanted}"
        if call.node.name == "static_url":
            assert (STATIC / wanted).is_file(), f"no file static/{wanted}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_what_a_template_extends_includes_and_imports_is_there(path):
    for wanted in meta.find_referenced_templates(parsed(path)):
        assert wanted is None or (ROOT / "templates" / wanted).is_file(), wanted


@pytest.mark.parametrize("path", sorted((ROOT / "templates/parts").glob("*.html")), ids=name_of)
def test_every_part_is_told_of_at_the_top_of_its_file(path):
    text = path.read_text()
    head = text[text.index("{#") : text.index("#}")]
    told = [macro.name for macro in parsed(path).find_all(nodes.Macro) if not macro.name.startswith("_")]
    assert [name for name in told if f"{name}(" not in head] == []


def test_components_take_their_colours_from_the_tokens():
    for path in STATIC.rglob("*.css"):
        if path.name in {"tokens.css", "brand.css", "display.css"}:
            continue
        assert not re.findall(r":[^;{]*#[0-9a-f]{3,8}\b", path.read_text()), name_of(path)


def test_style_sheets_ask_no_other_host_and_only_for_what_is_there():
    for path in STATIC.rglob("*.css"):
        for wanted in re.findall(r"url\([\"']?([^\"')]+)", path.read_text()):
            assert (path.parent / wanted).is_file(), f"{name_of(path)}: {wanted}"


def test_the_libraries_are_as_they_came():
    said = re.findall(r"## (\S+)\n.*?SHA-256: `([0-9a-f]{64})`", (STATIC / "vendor/README.md").read_text(), re.DOTALL)
    assert [name for name, _sum in said] == sorted(path.name for path in (STATIC / "vendor").glob("*.js"))
    for name, checksum in said:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == checksum


# Contrast -------------------------------------------------------------------------------------------------------------
def colours(dark):
    """Every token with the colour it ends in, light or dark."""
    brand = dict(re.findall(r"(--brand-[\w-]+): ([^;]+);", (STATIC / "brand.css").read_text()))
    text = (STATIC / "tokens.css").read_text()
    light = text[text.index("/* 2 Light") : text.index("/* 3 Dark")]
    found = brand | dict(re.findall(r"(--[\w-]+): ([^;]+);", light))
    if dark:
        found |= dict(re.findall(r"(--[\w-]+): ([^;]+);", text[text.index(':root[data-theme="dark"]') :].split("}")[0]))

    def end(value):
        while match := re.fullmatch(r"var\((--[\w-]+)\)", value):
            value = found[match[1]]
        return value

    return {name: end(value) for name, value in found.items()}


def contrast(one, other):
    """WCAG 2.2: relative luminance of the lighter plus 0.05, over that of the darker."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


SURFACES = ("--bg", "--surface", "--surface-2", "--surface-3", "--surface-hover", "--primary-soft")
TEXT = [(words, on) for words in ("--text", "--text-muted", "--link") for on in SURFACES]
TEXT += [
    (f"--{kind}", on) for kind in ("ok", "warn", "danger", "accent") for on in ("--bg", "--surface", "--surface-2")
]
TEXT += [(f"--{kind}", f"--{kind}-soft") for kind in ("ok", "warn", "danger", "info", "note", "accent")]
TEXT += [("--text", f"--{kind}-soft") for kind in ("ok", "warn", "danger", "info", "note")]
TEXT += [(f"--ch-{kind}", f"--ch-{kind}-soft") for kind in ("phone", "chat", "visit", "callback")]
TEXT += [("--on-primary", "--primary"), ("--on-primary", "--primary-strong"), ("--on-bar", "--bar")]
TEXT += [("--on-bar-muted", "--bar"), ("--brand-on-primary", "--stop"), ("--surface", "--text")]
SHAPES = [(shape, on) for shape in ("--border-strong", "--focus") for on in ("--bg", "--surface", "--surface-2")]
SHAPES += [(f"--{kind}-line", "--surface") for kind in ("ok", "warn", "danger", "info", "note")]
SHAPES += [("--fill", "--surface"), ("--fill", "--surface-3"), ("--focus-bar", "--bar"), ("--chart-1", "--surface")]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_and_shapes_can_be_told_from_what_they_stand_on(dark):
    shown = colours(dark)
    weak = [
        f"{one} on {other}: {contrast(shown[one], shown[other]):.2f}, at least {least}"
        for pairs, least in ((TEXT, 4.5), (SHAPES, 3))
        for one, other in pairs
        if contrast(shown[one], shown[other]) < least
    ]
    assert weak == []
