"""`hf://` asks the hub, here a server of this machine, for two files and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import torch

import sightline as sl
from sightline.engine.run import Run

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ASK = """
import sys, torch, sightline as sl
classifier = sl.load("hf://someone/moles", "cpu")
torch.save(classifier(torch.load(sys.argv[1])), sys.argv[2])
"""


class Hub(BaseHTTPRequestHandler):
    """What the hub answers about one repository."""

    folder: Path
    asked: list[str]

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(path)
        if "/tree/" in path:
            entries = [
                {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": hashlib.sha1(file.name.encode()).hexdigest()}
                for file in self.folder.iterdir()
            ]
            content, kind = json.dumps(entries).encode(), "application/json"
        elif path.startswith("/api/models/someone/moles"):
            files = [{"rfilename": file.name} for file in self.folder.iterdir()]
            content = json.dumps({"id": "someone/moles", "sha": COMMIT, "siblings": files}).encode()
            kind = "application/json"
        elif path.startswith(f"/someone/moles/resolve/{COMMIT}/") and (self.folder / Path(path).name).is_file():
            content, kind = (self.folder / Path(path).name).read_bytes(), "application/octet-stream"
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """The terminal is for the tests."""


def test_a_classifier_comes_from_the_hub(finished: Run, tmp_path: Path) -> None:
    sl.export(finished, hub=tmp_path / "hub")
    Hub.folder, Hub.asked = tmp_path / "hub", []
    torch.manual_seed(0)
    images = torch.rand(2, 3, 32, 32)
    torch.save(images, tmp_path / "images.pt")
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        there = {"HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1"}
        command = [sys.executable, "-c", ASK, str(tmp_path / "images.pt"), str(tmp_path / "logits.pt")]
        said = subprocess.run(command, env=os.environ | there, capture_output=True, text=True, timeout=200, check=False)
        server.shutdown()
    assert said.returncode == 0, said.stderr
    with torch.no_grad():
        expected = finished.classifier().cpu()(images)
    torch.testing.assert_close(torch.load(tmp_path / "logits.pt").detach(), expected, rtol=0, atol=1e-5)  # other threads
    fetched = {path.rpartition("/")[2] for path in Hub.asked if "/resolve/" in path}
    assert fetched == {"config.json", "model.safetensors"}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would not find a server of this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
