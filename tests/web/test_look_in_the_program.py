"""The frames as the whole program fills them: titles, languages, headings, labels, and no page for a machine's error."""

import re

import pytest


def read(response):
    return response.get_data(as_text=True)


@pytest.mark.parametrize("lang", ["sv", "fi", "en"])
def test_the_sign_in_page_has_what_every_page_has(client, lang):
    page = read(client.get(f"/logga-in?lang={lang}"))
    assert f'<html lang="{lang}"' in page
    assert page.startswith("<!doctype html>")
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert re.search(r"<title>[^<]+ – Norrälvens servicecenter</title>", page)
    for field in ("email", "password"):
        assert f'<label for="{field}">' in page
        assert f'id="{field}"' in page
    assert 'name="csrf_token"' in page
    assert f'lang="{lang}" hreflang="{lang}" aria-current="true"' in page


def test_a_page_that_is_not_there_says_what_is_safe_and_where_to_go(client):
    response = client.get("/nowhere?lang=en")
    assert response.status_code == 404
    page = read(response)
    assert "<h1>The page does not exist</h1>" in page
    assert 'href="/e-tjanster"' in page
    assert 'href="/chatt"' in page


def test_a_script_of_ours_gets_the_code_of_a_refusal_and_the_page_has_its_words(client):
    answer = client.get("/nowhere", headers={"Accept": "application/json, text/html;q=0.5"})
    assert answer.get_json()["code"] == "not_found"
    page = read(client.get("/logga-in?lang=en"))
    assert '<template data-refusal="not_found">It is not here any more.</template>' in page


def test_static_files_carry_the_hash_of_their_content_and_are_kept(client):
    address = re.search(r'href="(/static/components\.css\?v=[0-9a-f]+)"', read(client.get("/logga-in")))[1]
    with client.get(address) as response:
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]
