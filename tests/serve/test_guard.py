"""Who is answered: hosts, tokens, pages of other sites."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1:8000", 200), ("LOCALHOST", 200), ("[::1]:8000", 200), ("evil.example", 400), ("", 400)]
)
def test_the_server_answers_to_its_own_names_alone(client, host, status) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == status


def test_hosts_can_be_named(clients) -> None:
    client = clients(hosts=["clinic.example"])
    assert client.get("/health", headers={"Host": "clinic.example:443"}).status_code == 200
    assert client.get("/health").status_code == 400
    assert clients(hosts=[]).get("/health", headers={"Host": "any"}).status_code == 200


def test_a_token_is_asked_for_whatever_says_something_of_the_model(clients, pictures) -> None:
    client = clients(token="secret")
    sent = {"file": ("a.png", pictures[0])}
    for wrong in ({}, {"Authorization": "Bearer secre"}, {"Authorization": "secret"}, {"Authorization": "Bearer sécret".encode()}):
        assert client.post("/predict", files=sent, headers=wrong).status_code == 401
        assert client.get("/model", headers=wrong).status_code == 401
    assert client.post("/predict", files=sent, headers={"Authorization": "Bearer secret"}).status_code == 200
    assert client.get("/").status_code == client.get("/health").status_code == 200
    assert 'type="password"' in client.get("/").text


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)])
def test_pages_of_other_sites_cannot_send_pictures(client, pictures, site, status) -> None:
    answer = client.post("/predict", files={"file": ("a.png", pictures[0])}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers


def test_every_answer_keeps_pages_to_themselves(client) -> None:
    for path in ("/", "/docs", "/nothing", "/page.js", "/model"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
