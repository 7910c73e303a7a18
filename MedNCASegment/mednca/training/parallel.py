"""Several processes that train one model together, started by `torchrun`; one process alone is the usual case.

All processes draw the same joint batch from generators in the same state, and each runs its share of the slices.
DistributedDataParallel averages their gradients, and the sums within the loss are added up over all, so that the
gradients are those of one process with the joint batch. The first process alone validates and writes.
"""

from __future__ import annotations

import datetime
import os
from contextlib import AbstractContextManager

import torch
from torch import nn

from ..errors import MedNCAError

# The others wait while the first one validates.
PATIENCE = datetime.timedelta(days=1)


class World(AbstractContextManager):
    """The processes of this run; a context manager, which parts them at its end."""

    def __init__(self, device: str | None = None) -> None:
        """Args:
        device: "cpu", "cuda" or another of PyTorch's; None takes a GPU of NVIDIA or AMD if there is one.

        Raises:
            MedNCAError: PyTorch cannot use the device, or the processes do not find each other.
        """
        # Set by torchrun.
        self.size, self.rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
        self.device = self._device(device)
        if self.size == 1:
            return
        cuda = self.device.type == "cuda"
        try:
            torch.distributed.init_process_group("nccl" if cuda else "gloo", timeout=PATIENCE)
        except (RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise MedNCAError(f"The processes of torchrun cannot connect ({reason}); check its arguments.") from error

    def __exit__(self, *_: object) -> None:
        if self.size > 1:
            torch.distributed.destroy_process_group()

    @property
    def first(self) -> bool:
        """Whether this is the process that validates and writes."""
        return self.rank == 0

    def share(self, count: int) -> slice:
        """Which of `count` slices this process runs.

        Raises:
            MedNCAError: there are fewer slices than processes.
        """
        if count < self.size:
            raise MedNCAError(f"A batch of {count} slices cannot be shared by {self.size} processes; start fewer.")
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def wrap(self, network: nn.Module) -> nn.Module:
        """The network, called as before, its gradients averaged over the processes."""
        return network if self.size == 1 else nn.parallel.DistributedDataParallel(network)

    def total(self, sums: torch.Tensor) -> torch.Tensor:
        """The sum over all processes, differentiable."""
        return sums if self.size == 1 else _Total.apply(sums)

    def any(self, value: bool) -> bool:
        """Whether it is so in any process."""
        if self.size == 1:
            return value
        flag = torch.tensor(float(value), device=self.device)
        torch.distributed.all_reduce(flag, torch.distributed.ReduceOp.MAX)
        return bool(flag)

    def from_first(self, content: bytes | None) -> bytes:
        """What the first process gives, in all of them."""
        if self.size == 1:
            return content or b""
        length = torch.tensor(len(content or b""), device=self.device)
        torch.distributed.broadcast(length, 0)
        data = torch.empty(int(length), dtype=torch.uint8, device=self.device)
        if self.first and content:
            data.copy_(torch.frombuffer(bytearray(content), dtype=torch.uint8))
        torch.distributed.broadcast(data, 0)
        return data.cpu().numpy().tobytes()

    def _device(self, wanted: str | None) -> torch.device:
        name = wanted or ("cuda" if torch.cuda.is_available() else "cpu")
        if name == "cuda" and self.size > 1:
            name = f"cuda:{os.environ.get('LOCAL_RANK', self.rank)}"
        try:
            device = torch.device(name)
            torch.zeros(1, device=device).cpu()
            if device.type == "cuda":
                torch.cuda.set_device(device)
        except (RuntimeError, AssertionError) as error:
            raise MedNCAError(f"PyTorch cannot use the device '{name}' here; choose --device cpu.") from error
        return device


class _Total(torch.autograd.Function):
    """The sum over all processes. What one process adds to it counts in the loss of every process."""

    @staticmethod
    def forward(ctx, sums: torch.Tensor) -> torch.Tensor:
        total = sums.detach().clone()
        torch.distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> torch.Tensor:
        gradient = gradient.clone()
        torch.distributed.all_reduce(gradient)
        return gradient
