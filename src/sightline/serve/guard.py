"""Who may ask: checked before a request is read, and headers that keep pages to themselves."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.serve.body import Body
from sightline.serve.limits import LOOPBACK
from sightline.serve.refused import Refused

OPEN = ("/", "/docs", "/openapi.json", "/health", "/style.css", "/page.css", "/page.js", "/favicon.ico")  # they hold nothing of the model
POLICY = (
    "default-src 'none'; img-src 'self' blob: data:; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """An ASGI application around another.

    Args:
        app: that is guarded.
        hosts: names under which the server may be called; empty: any. They keep a page of another site from reaching it under a name that
            leads here (DNS rebinding).
        token: that requests must carry as `Authorization: Bearer TOKEN`; None: none.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str] = LOOPBACK, token: str | None = None) -> None:
        self.app, self.hosts, self.token = app, frozenset(host.lower() for host in hosts), token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if refused := self._refusal(scope):
            await Body(receive).discard()
            await refused.response()(scope, receive, guarded)
        else:
            await self.app(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> Refused | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        if self.hosts and name not in self.hosts:
            return Refused(400, f"The server does not answer to the name {name!r}. Call it as {' or '.join(sorted(self.hosts))}.")
        if scope["method"] not in ("GET", "HEAD") and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return Refused(403, "The request comes from the page of another site, which is not answered.")
        given = headers.get("authorization", "").encode()
        if self.token and scope["path"] not in OPEN and not secrets.compare_digest(given, f"Bearer {self.token}".encode()):
            return Refused(401, "The request lacks the token of this server. Send it as the header `Authorization: Bearer TOKEN`.")
        return None
