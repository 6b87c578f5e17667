"""Who may ask: the person who was given the address, from the pages of this server, on this machine.

A web page that is open in the same browser can send requests to every server of the machine. It does not know the token, its requests carry
its own origin, and a name of its own that it has pointed to 127.0.0.1 stands in the header `Host`; each of the three is refused.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 8 * 2**20  # bytes of a request
POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{what} 'self'" for what in ("script-src", "style-src", "img-src", "connect-src", "form-action")),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Stands before the app.

    Args:
        port: of this server.
        token: that the address holds.
    """

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self.app, self.token = app, token
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.cookie = f"sightline-review-{port}"  # browsers share cookies between the ports of a machine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                del headers["server"]
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self.refusal(scope) or self.entry(scope)
        await (answer or self.app)(scope, receive, with_headers)

    def refusal(self, scope: Scope) -> Response | None:
        """Why a request is not answered; None: it is."""
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self.hosts:
            return PlainTextResponse("This server answers under the address that it printed alone.\n", 421)
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Pages are read with GET and judgements are sent with POST.\n", 405)
        if scope["method"] == "POST":
            if headers.get("origin", "").removeprefix("http://") not in self.hosts:
                return PlainTextResponse("Judgements are taken from the pages of this server alone.\n", 403)
            length = headers.get("content-length", "")
            if not length.isdecimal() or int(length) > LARGEST:
                return PlainTextResponse(f"A request may have up to {LARGEST >> 20} MiB, and says how many.\n", 413)
        if not self._knows(headers) and (scope["method"] == "POST" or "token" not in self._query(scope)):
            return PlainTextResponse("Open the address that `sightline review` printed: it holds a token that this request lacks.\n", 403)
        return None

    def entry(self, scope: Scope) -> Response | None:
        """The first visit: the token becomes a cookie, and leaves the address; None: it is not the first."""
        query = self._query(scope)
        if scope["method"] == "POST" or "token" not in query:
            return None
        if not hmac.compare_digest(query.pop("token").encode(), self.token.encode()):
            return PlainTextResponse("The token in this address is not that of this server. Open the address that it printed.\n", 403)
        # a path of two slashes would be read as the name of another server
        path = "/" + quote(scope["path"].lstrip("/\\"))
        found = RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)
        found.set_cookie(self.cookie, self.token, httponly=True, samesite="strict", path="/")
        return found

    def _knows(self, headers: Headers) -> bool:
        given = cookie_parser(headers.get("cookie", "")).get(self.cookie, "")
        return hmac.compare_digest(given.encode(), self.token.encode())

    @staticmethod
    def _query(scope: Scope) -> dict[str, str]:
        return dict(parse_qsl(scope["query_string"].decode("latin-1")))
