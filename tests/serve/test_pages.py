"""The pages load nothing that the server does not have itself."""

from __future__ import annotations

import re

import pytest

from sightline.serve.pages import FILES


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_loads_what_the_server_has_and_nothing_else(client, path) -> None:
    text = client.get(path).text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)
    loaded = [one for one in loaded if one != "data:,"]
    assert {"style.css", "page.css"} <= set(loaded)
    for one in loaded:
        assert not re.match(r"\w+:|//", one), one
        assert client.get(f"/{one.removeprefix('./')}").status_code == 200
    assert "<style" not in text
    assert " style=" not in text
    assert not re.search(r"<script(?! src=)", text), "scripts in the page itself would not run under its policy"
    assert "not a medical device" in text


@pytest.mark.parametrize("path", FILES)
def test_its_files_name_no_other_machine(client, path) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert not re.search(r"https?://|@import|url\(", answer.text)


def test_every_call_of_the_interface_is_described(client) -> None:
    schema = client.get("/openapi.json").json()
    text = client.get("/docs").text
    for path in ("/predict", "/explain", "/health", "/model"):
        assert path in schema["paths"]
        assert path in text
    assert "/look" not in schema["paths"]
    assert "image/png" in schema["paths"]["/explain"]["post"]["responses"]["200"]["content"]
    assert "multipart/form-data" in schema["paths"]["/predict"]["post"]["requestBody"]["content"]


def test_the_page_gets_the_picture_and_the_map_as_layers(client, pictures) -> None:
    told = client.post("/look", files={"file": ("a.png", pictures[0])}).json()
    assert told["picture"].startswith("data:image/jpeg;base64,")
    assert told["picture"] != told["overlay"]
    assert told["prediction"]["probabilities"]
