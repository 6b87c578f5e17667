"""A training by several processes that torchrun or SLURM has started, perhaps on several machines.

All of them call `train` with the same arguments and read the same data. The first one, which leads, writes the run folder; the others only
compute. The folder must be on a disk that all of them see.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from lightning.fabric.plugins.environments.slurm import SLURMEnvironment
from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment

from sightline.config_train import Train
from sightline.errors import UserError

EXAMPLE = "`torchrun --nnodes 2 --nproc-per-node 4 ... -m sightline train ...` for `train.nodes=2` and `train.devices=4`"


@dataclass(frozen=True)
class Crew:
    """The processes of a training: `size` of them, of which this is number `rank`."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def wait(self) -> None:
        """Until all processes are here.

        Raises:
            SystemExit: another process has failed. It has said why.
        """
        if self.size == 1:
            return
        try:
            torch.distributed.all_reduce(torch.zeros(()))  # on the CPU, whatever the training computes on
        except RuntimeError:
            raise SystemExit(1) from None


ALONE = Crew()


def leads() -> bool:
    """Whether this process writes: the only one, or the first of those that were started together."""
    there = _environment()
    return there is None or there.global_rank() == 0


@contextmanager
def crew(settings: Train) -> Iterator[Crew]:
    """Brings the processes of a training together. One process that starts the others of its machine by itself is alone here.

    Raises:
        UserError: other processes than the settings say were started.
    """
    there = _environment()
    if there is None or there.world_size() == 1:
        if settings.nodes > 1:
            reason = "is a training on several machines, but this process was started alone"
            raise UserError(f"`train.nodes={settings.nodes}`", reason, f"Start it on each machine, e.g. {EXAMPLE}, or by srun.")
        yield ALONE
        return
    started, asked = there.world_size(), settings.nodes * settings.devices
    if started != asked:
        reason = f"{started} processes were started, but the training is one of {asked} ({settings.nodes} x {settings.devices})"
        raise UserError("`train.nodes` and `train.devices`", reason, f"Give the same numbers to both, e.g. {EXAMPLE}.")
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    address = f"tcp://{there.main_address}:{there.main_port}" if isinstance(there, SLURMEnvironment) else "env://"
    torch.distributed.init_process_group(backend, address, rank=there.global_rank(), world_size=started)
    try:
        yield Crew(there.global_rank(), started)
    finally:
        torch.distributed.destroy_process_group()


def check_travels(say: Callable[[str], None], settings: Train, processes: Crew) -> None:
    """Refuses a function that the processes which this one starts cannot get.

    Raises:
        UserError: it is a lambda or a function within another one, and the training is one of several processes.
    """
    if settings.devices == 1 or processes.size > 1:
        return
    try:
        pickle.dumps(say)
    except (pickle.PicklingError, AttributeError, TypeError):
        reason = f"cannot be sent to the processes of `train.devices={settings.devices}`"
        raise UserError("`say=...`", reason, "Give a function of a module, not a lambda or a function within another one.") from None


def _environment() -> SLURMEnvironment | TorchElasticEnvironment | None:
    """What has started this process together with others; None: nothing has.

    Raises:
        UserError: SLURM was asked for processes without saying how many on each machine.
    """
    if TorchElasticEnvironment.detect():
        return TorchElasticEnvironment()
    if not SLURMEnvironment.detect():
        return None
    try:
        return SLURMEnvironment()
    except RuntimeError as error:
        raise UserError("SLURM", str(error).split(" HINT")[0], "Give `--ntasks-per-node` in place of `--ntasks`.") from None
