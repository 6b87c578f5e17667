"""`sl.serve`: trained runs as an ASGI application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sightline.device import AUTO
from sightline.errors import UserError
from sightline.face.opening import AnyRun
from sightline.face.predictions import opened
from sightline.predict.views import VIEWS, Views
from sightline.recipe import validated
from sightline.serve.limits import LOOPBACK, Limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def serve(
    runs: AnyRun | Sequence[AnyRun],
    *,
    tta: Views = "none",
    calibration: bool = True,
    device: str = AUTO,
    hosts: Sequence[str] = LOOPBACK,
    token: str | None = None,
    **limits: Any,
) -> ASGIApp:
    """Trained runs as an ASGI application, which any ASGI server can run: `uvicorn my_module:app`.

    Args:
        runs: a finished run, or several as an ensemble, as for `sightline.predict`.
        tta: test-time augmentation: `none`, `flips` or `rotations`.
        calibration: whether probabilities are calibrated, as far as the runs keep a calibration.
        device: see `sightline.device.resolve`; not used for runs that are open already.
        hosts: names under which the server may be called (the header Host); an empty list: any.
        token: that requests must carry as `Authorization: Bearer TOKEN`; None: none.
        limits: any of `batch_size`, `wait_ms`, `max_mb`, `max_megapixels`, `max_files`, `max_parts`, `queue`, `timeout`; see
            `sightline.serve.limits.Limits`.

    Raises:
        UserError: no such run, runs of other classes, a limit out of its bounds, or the packages of a server are not installed.
    """
    if tta not in VIEWS:
        raise UserError(f"`tta={tta!r}`", "is unknown", f"Known: {', '.join(VIEWS)}.")
    checked = validated(Limits, limits, "serve")
    if token == "":
        raise UserError("`token=''`", "is empty, and would protect nothing", "Give a long one, or none.")
    try:
        from sightline.serve.application import application
    except ImportError as error:
        raise UserError("serve", f"needs a package that is not installed ({error.name})", "Run `pip install 'sightline[serve]'`.") from None
    from sightline.serve.model import model_of

    return application(model_of(opened(runs, device), tta, calibration), checked, hosts, token)
