"""The modules of the networks that are drawn at random. This file imports PyTorch, so it is imported when needed."""

from __future__ import annotations

import torch
from torch import nn

CLASSES = 10
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU, "silu": nn.SiLU}
NORMS = {
    None: lambda channels: nn.Identity(),
    "batch": nn.BatchNorm2d,
    "group": lambda channels: nn.GroupNorm(2, channels),
}
SCHEMES = {
    "framework": lambda weight: weight,
    "kaiming": nn.init.kaiming_normal_,
    "xavier": nn.init.xavier_normal_,
    "orthogonal": nn.init.orthogonal_,
    "normal": lambda weight: nn.init.normal_(weight, std=0.05),
}


class Block(nn.Module):
    """A convolution, a norm and an activation, with a skip connection around them if there is one."""

    def __init__(self, entering: int, channels: int, activation: str, norm: str | None, skip: bool):
        super().__init__()
        self.conv = nn.Conv2d(entering, channels, 3, padding=1)
        self.norm = NORMS[norm](channels)
        self.act = ACTIVATIONS[activation]()
        self.skip = skip and entering == channels

    def forward(self, x):
        """Return what the block makes of images, (N, channels, 8, 8)."""
        h = self.act(self.norm(self.conv(x)))
        return x + h if self.skip else h


def convolutional(*, depth, channels, activation, norm, skip, scheme, gain):
    """Return so many convolutions, then the mean of each quarter of the image, and a linear layer."""
    blocks = [Block(1 if k == 0 else channels, channels, activation, norm, skip) for k in range(depth)]
    with torch.no_grad():
        for block in blocks:
            SCHEMES[scheme](block.conv.weight)
            block.conv.weight.mul_(gain)
    readout = nn.Linear(4 * channels, CLASSES)
    return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), *blocks, nn.AdaptiveAvgPool2d(2), nn.Flatten(), readout)


class Recurrent(nn.Module):
    """A digit is read piece by piece, and the last state is classified."""

    def __init__(self, cell: str, pieces: int, width: int, layers: int, gain: float):
        super().__init__()
        self.pieces = pieces
        self.cells = getattr(nn, cell)(64 // pieces, width, layers, batch_first=True)
        self.readout = nn.Linear(width, CLASSES)
        with torch.no_grad():
            for name, weight in self.cells.named_parameters():
                weight.mul_(gain if name.startswith("weight_hh") else 1.0)

    def forward(self, x):
        """Return the logits of pixels, (N, 10) of (N, 64)."""
        states, _ = self.cells(x.unflatten(1, (self.pieces, -1)))
        return self.readout(states[:, -1])


class Transformer(nn.Module):
    """The eight rows of a digit are tokens, whose mean is classified after the blocks."""

    def __init__(self, depth: int, width: int, norm_first: bool, gain: float):
        super().__init__()
        block = nn.TransformerEncoderLayer(width, 2, 2 * width, 0.0, "gelu", batch_first=True, norm_first=norm_first)
        self.embed = nn.Linear(8, width)
        self.place = nn.Parameter(0.5 * torch.randn(8, width))
        self.blocks = nn.TransformerEncoder(block, depth, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width) if norm_first else nn.Identity()
        self.readout = nn.Linear(width, CLASSES)
        with torch.no_grad():
            for layer in self.blocks.layers:
                for weight in layer.parameters():
                    if weight.ndim >= 2:
                        nn.init.xavier_uniform_(weight, gain=gain)

    def forward(self, x):
        """Return the logits of pixels, (N, 10) of (N, 64)."""
        h = self.embed(x.unflatten(1, (8, 8))) + self.place
        return self.readout(self.norm(self.blocks(h)).mean(dim=1))


BUILDERS = {"convolutional": convolutional, "recurrent": Recurrent, "transformer": Transformer}
