"""The rendered world: pictures as a memory map, scenes as dictionaries, a fixed split."""
import json
import os
import subprocess

import numpy as np
import torch

from config import PICTURE
from common import log

KINDS = ["house", "tree", "car", "boat", "cat", "dog", "fish", "bird", "star", "ball", "cup", "flower", "mushroom"]
COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white"]
PATTERNS = ["plain", "striped", "dotted"]
SETTINGS = ["meadow", "beach", "night", "room", "snow", "desert"]
STYLES = ["flat", "watercolor", "pencil", "pixel", "mosaic"]
JUDGE_FIRST_SEED = 1_000_000


def render(folder, count, first):
    """Draws the scenes with the TypeScript world, once."""
    if os.path.exists(os.path.join(folder, "scenes.jsonl")):
        return
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "world", "renderDataset.ts")
    log(f"drawing {count} scenes")
    command = ["npx", "tsx", script, "--count", str(count), "--first", str(first), "--out", folder]
    subprocess.run(command, check=True)


class World:
    """Pictures and scenes of one folder."""

    def __init__(self, folder):
        self.scenes = [json.loads(line) for line in open(os.path.join(folder, "scenes.jsonl"))]
        shape = (len(self.scenes), PICTURE, PICTURE, 3)
        self.pictures = np.memmap(os.path.join(folder, "pictures.u8"), np.uint8, "r", shape=shape)
        held_out = np.array([scene["heldOut"] for scene in self.scenes])
        self.train, self.test = np.flatnonzero(~held_out), np.flatnonzero(held_out)

    def tensor(self, indices):
        """Pictures as float tensors in -1..1, NCHW."""
        pixels = torch.from_numpy(np.stack([self.pictures[i] for i in indices]))
        return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1

    def crops(self, random, count, side):
        """Random training crops whose corner lies on the 16-pixel grid (two cells of the latent)."""
        out = np.empty((count, side, side, 3), np.uint8)
        for k in range(count):
            i = self.train[random.integers(len(self.train))]
            y, x = 16 * random.integers(0, (PICTURE - side) // 16 + 1, 2)
            out[k] = self.pictures[i, y : y + side, x : x + side]
        return torch.from_numpy(out).permute(0, 3, 1, 2).float() / 127.5 - 1


def random_for(seed, step):
    """The random numbers of one step: resuming gives the same batches."""
    return np.random.default_rng([seed, step])
