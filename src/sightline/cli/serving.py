"""The verb `serve`: trained runs behind HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from sightline.cli.groups import app
from sightline.cli.options import Device
from sightline.errors import UserError

if TYPE_CHECKING:
    from sightline.predict.views import Views


@app.command(
    epilog="Examples:\n\n    sightline serve runs/melanoma-energy\n\n    curl -F file=@photo.jpg http://127.0.0.1:8000/predict\n\n"
    "    curl -F file=@photo.jpg 'http://127.0.0.1:8000/explain?format=png' -o map.png\n\n"
    "    SIGHTLINE_TOKEN=... sightline serve runs/fold-1 runs/fold-2 --host 0.0.0.0 --port 8443"
)
def serve(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="Run folders; several are an ensemble, as in 'sightline predict'.", show_default=False),
    ],
    host: Annotated[
        str, typer.Option(help="Address to listen on. Any address other than 127.0.0.1 lets other machines in.", metavar="ADDRESS")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: a free one.", metavar="PORT", min=0, max=65535)] = 8000,
    token: Annotated[
        str | None,
        typer.Option(
            help="Secret that requests must carry (header 'Authorization: Bearer TOKEN'). Better set the environment variable, since other "
            "users of the machine can read the command line.",
            metavar="TOKEN",
            envvar="SIGHTLINE_TOKEN",
            show_default=False,
        ),
    ] = None,
    tta: Annotated[
        str, typer.Option(help="Test-time augmentation: `none`, `flips` or `rotations` (4 views of each picture).", metavar="NAME")
    ] = "none",
    calibration: Annotated[
        bool, typer.Option("--calibration/--no-calibration", help="Apply the calibration that each run fitted to its validation images.")
    ] = True,
    batch_size: Annotated[int, typer.Option(help="Batch size.", metavar="N", min=1, max=1024)] = 8,
    wait_ms: Annotated[float, typer.Option(help="Longest wait to fill a batch, in milliseconds.", metavar="MS", min=0, max=10_000)] = 5,
    max_mb: Annotated[float, typer.Option(help="Largest file, in megabytes.", metavar="MB", min=0.001, max=2000)] = 32,
    max_megapixels: Annotated[float, typer.Option(help="Largest picture, in millions of pixels.", metavar="MP", min=0.001, max=178)] = 50,
    max_files: Annotated[int, typer.Option(help="Maximum number of files in a request.", metavar="N", min=1, max=1000)] = 16,
    max_parts: Annotated[
        int, typer.Option(help="Maximum number of parts (files and fields) in a form.", metavar="N", min=1, max=10_000)
    ] = 64,
    queue: Annotated[
        int, typer.Option(help="Maximum number of pictures at work or waiting; more are answered with 503.", metavar="N", min=1, max=10_000)
    ] = 128,
    timeout: Annotated[
        float, typer.Option(help="Longest time in which a request must have arrived.", metavar="SECONDS", min=0.1, max=3600)
    ] = 60,
    device: Device = "auto",
) -> None:
    """Serve trained runs over HTTP: predictions, maps, and a page for one picture by drag and drop.

    Programs send pictures or DICOM files to "POST /predict" and "POST /explain"; the page "/docs" describes both. The values are those of
    'sightline predict'. Nothing is sent to any other machine, and pictures are not kept. Research use only; not a medical device. The
    server has no login, and the connection is not encrypted: before other machines are let in, put a reverse proxy with login and TLS in
    front.
    """
    from sightline.cli.console import say
    from sightline.face.serving import serve as served
    from sightline.serve.limits import LOOPBACK

    limits = {
        "batch_size": batch_size,
        "wait_ms": wait_ms,
        "max_mb": max_mb,
        "max_megapixels": max_megapixels,
        "max_files": max_files,
        "max_parts": max_parts,
        "queue": queue,
        "timeout": timeout,
    }
    try:
        from sightline.serve.listening import is_loopback, listen
    except ImportError as error:
        raise UserError("serve", f"needs a package that is not installed ({error.name})", "Run `pip install 'sightline[serve]'`.") from None
    inside = is_loopback(host)
    made = served(
        runs, tta=cast("Views", tta), calibration=calibration, device=device, hosts=LOOPBACK if inside else (), token=token, **limits
    )
    if not inside:
        say(f"Warning: every machine that reaches {host} can ask this server, over a connection that is not encrypted.")
        if token is None:
            say("It asks for no token: give one with --token, or put it behind a reverse proxy that knows its users.")
    listen(made, host, port, lambda address: say(f"Serving at {address} until Ctrl-C. How programs ask: {address}/docs"))
