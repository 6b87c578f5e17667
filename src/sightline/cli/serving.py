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
        list[Path], typer.Argument(metavar="RUN...", help="Run folders; several are an ensemble, as in `predict`.", show_default=False)
    ],
    host: Annotated[
        str, typer.Option(help="Address to listen at. Others than 127.0.0.1 let other machines in.", metavar="ADDRESS")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at; 0: a free one.", min=0, max=65535)] = 8000,
    token: Annotated[
        str | None,
        typer.Option(
            help="Secret word that requests must carry (`Authorization: Bearer TOKEN`). The environment variable keeps it out of the list "
            "of processes.",
            envvar="SIGHTLINE_TOKEN",
            show_default=False,
        ),
    ] = None,
    tta: Annotated[str, typer.Option(help="Test-time augmentation: `none`, `flips` or `rotations` (4 views of each picture).")] = "none",
    calibration: Annotated[
        bool, typer.Option("--calibration/--no-calibration", help="Calibrate probabilities as on the validation images of each run.")
    ] = True,
    batch_size: Annotated[int, typer.Option(help="Number of pictures that are computed at a time.", min=1, max=1024)] = 8,
    wait_ms: Annotated[
        float, typer.Option(help="Milliseconds that a batch that is not full waits for more pictures.", min=0, max=10_000)
    ] = 5,
    max_mb: Annotated[float, typer.Option(help="Largest file, in megabytes.", min=0.001, max=2000)] = 32,
    max_megapixels: Annotated[float, typer.Option(help="Largest picture, in millions of pixels.", min=0.001, max=178)] = 50,
    max_files: Annotated[int, typer.Option(help="Most files of a request.", min=1, max=1000)] = 16,
    max_parts: Annotated[int, typer.Option(help="Most parts of a form.", min=1, max=10_000)] = 64,
    queue: Annotated[int, typer.Option(help="Most pictures under way; later ones are answered with 503.", min=1, max=10_000)] = 128,
    timeout: Annotated[float, typer.Option(help="Seconds that a request may take to arrive.", min=0.1, max=3600)] = 60,
    device: Device = "auto",
) -> None:
    """Serve trained runs over HTTP: predictions, maps, and a page for one picture by drag and drop.

    `POST /predict` and `POST /explain` take pictures, DICOM files among them; `/docs` says how. The values are those of `sightline
    predict`. Nothing is sent to any other machine, and pictures are not kept. Research use only; not a medical device. Users are not told
    apart, and the connection is not encrypted: a reverse proxy has to do both before other machines are let in.
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
