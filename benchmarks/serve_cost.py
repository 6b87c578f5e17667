"""What `sightline serve` costs beside `sightline predict`: pictures a second, how long an answer takes, and the memory of the server.

    uv run python benchmarks/serve_cost.py --pictures 200 --width 1500 --height 1125 --clients 50

The server runs in a process of its own. The clients send one picture each at a time, over the network of this machine; they are a load on
the same cores. `sightline predict` reads the same files from the disk, in this process. Both answer all pictures `--rounds` times, in turn.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles

import numpy as np
from PIL import Image
from predict_cost import made_run

from sightline.engine.run import Run
from sightline.predict.to_files import predict_to_files

EDGE = "----picture"


def made_pictures(folder: Path, count: int, width: int, height: int) -> list[Path]:
    """JPEG files of smooth noise with grain, as large as photographs are."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    few = []
    for _ in range(8):
        smooth = Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
        grain = rng.normal(0, 6, (height, width, 1))
        few.append(Image.fromarray(np.clip(np.asarray(smooth) + grain, 0, 255).astype(np.uint8)))
    paths = [folder / f"{i:06d}.jpg" for i in range(count)]
    for i, path in enumerate(paths):
        few[i % len(few)].save(path, quality=90)
    return paths


def form(path: Path) -> bytes:
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
    return head.encode() + path.read_bytes() + f"\r\n--{EDGE}--\r\n".encode()


def ask(port: int, body: bytes, address: str) -> tuple[int, float]:
    """The status, and the seconds until the whole answer was there."""
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", address, body, {"Content-Type": f"multipart/form-data; boundary={EDGE}"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - begin


class Server:
    """`sightline serve` in a process of its own."""

    def __init__(self, run: Path, batch_size: int) -> None:
        command = [sys.executable, "-m", "sightline", "serve", str(run), "--port", "0", "--batch-size", str(batch_size), "--device", "cpu"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline().split("127.0.0.1:")[1].split()[0])

    def memory(self, which: str) -> float:
        """`VmRSS`: now; `VmHWM`: the most so far. Megabytes."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(which)) / 1024

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--width", type=int, default=1500)
    parser.add_argument("--height", type=int, default=1125)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--backbone", default="resnet18")
    parser.add_argument("--address", default="/predict", help="/predict, /explain or /explain?format=png")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        made_run(root / "run", asked.backbone)
        paths = made_pictures(root / "pictures", asked.pictures, asked.width, asked.height)
        bodies = [form(path) for path in paths]
        server = Server(root / "run", asked.batch_size)
        try:
            ask(server.port, bodies[0], asked.address)
            before = server.memory("VmRSS")
            run, rates, alone, waits, codes = Run(root / "run", "cpu"), [], [], [], []
            for turn in range(asked.rounds):
                begin = time.perf_counter()
                with ThreadPoolExecutor(asked.clients) as pool:
                    told = list(pool.map(lambda body: ask(server.port, body, asked.address), bodies))
                rates.append(len(bodies) / (time.perf_counter() - begin))
                codes += [status for status, _ in told]
                waits += [seconds for _, seconds in told]
                begin = time.perf_counter()
                predict_to_files([run], [root / "pictures"], root / f"{turn}.csv", batch_size=asked.batch_size)
                alone.append(len(bodies) / (time.perf_counter() - begin))
            most = server.memory("VmHWM")
        finally:
            server.stop()
    cuts = quantiles(waits, n=20)
    print(json.dumps(vars(asked)))
    print(f"{asked.backbone} at 224 px, {os.cpu_count()} cores, {asked.clients} clients at a time, files of {len(bodies[0]) / 1e6:.2f} MB")
    print(f"  answers: {dict(sorted((code, codes.count(code)) for code in set(codes)))}")
    print(f"  sightline serve   {median(rates):6.1f} pictures a second (rounds: {', '.join(f'{one:.1f}' for one in rates)})")
    print(f"  sightline predict {median(alone):6.1f} pictures a second (rounds: {', '.join(f'{one:.1f}' for one in alone)})")
    print(f"  until the answer: {median(waits):.2f} s in half of the cases, {cuts[-1]:.2f} s in 95 of 100")
    print(f"  memory of the server: {before:.0f} MB after the first picture, {most:.0f} MB at most")
    print(f"  memory of this process (predict and clients): {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
