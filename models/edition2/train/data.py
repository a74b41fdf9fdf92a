"""The rendered world: pictures and scenes in chunks, drawn by the TypeScript world, with a fixed split."""
import glob
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from common import DEVICE, log
from config import PICTURE

KINDS = [
    "house", "tent", "tree", "lighthouse", "car", "bicycle", "boat", "cat", "dog", "rabbit", "fish", "bird", "star",
    "ball", "cup", "flower", "mushroom", "umbrella",
]
COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white"]
PATTERNS = ["plain", "striped", "dotted", "checked"]
SETTINGS = ["meadow", "beach", "night", "room", "snow", "desert", "forest"]
STYLES = ["flat", "watercolor", "pencil", "mosaic", "clay"]
JUDGE_FIRST_SEED = 1_000_000
CHUNK = 1000  # scenes drawn by one process, and then there to be trained on
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "world", "renderDataset.ts")


def render_chunk(folder, first):
    """Draws one chunk of scenes, unless it is there."""
    chunk = os.path.join(folder, f"{first:08d}")
    if not os.path.exists(os.path.join(chunk, "scenes.jsonl")):
        command = ["node", "--import", "tsx", SCRIPT, "--count", str(CHUNK), "--first", str(first), "--out", chunk]
        subprocess.run(command, check=True, env={**os.environ, "VIPS_CONCURRENCY": "1", "UV_THREADPOOL_SIZE": "2"})


def render(work, size, processes):
    """Draws both worlds, the model's and the judge's, chunk by chunk, a judge's one after every few of the model's."""
    main = [(os.path.join(work, "world"), CHUNK * i) for i in range(size["scenes"] // CHUNK)]
    judge = [(os.path.join(work, "judge_world"), JUDGE_FIRST_SEED + CHUNK * i) for i in range(size["judge_scenes"] // CHUNK)]
    every = max(1, len(main) // max(1, len(judge)))
    order = []
    for i, chunk in enumerate(main):
        order.append(chunk)
        if i % every == every - 1 and judge:
            order.append(judge.pop(0))
    log(f"drawing {CHUNK * len(order + judge)} scenes")
    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(lambda chunk: render_chunk(*chunk), order + judge))
    log("all scenes are drawn")


class World:
    """The chunks of one folder that are drawn so far, or these of them. Pictures lie on the device that trains."""

    def __init__(self, folder, chunks=None):
        if chunks is None:
            chunks = sorted(os.path.dirname(path) for path in glob.glob(os.path.join(folder, "*", "scenes.jsonl")))
        self.scenes = [json.loads(line) for chunk in chunks for line in open(os.path.join(chunk, "scenes.jsonl"))]
        self.chunks, self.loaded = chunks, None
        held_out = np.array([scene["heldOut"] for scene in self.scenes])
        self.train, self.test = np.flatnonzero(~held_out), np.flatnonzero(held_out)

    def pictures(self):
        """All pictures as bytes: on a GPU one tensor there, otherwise a memory map of each chunk."""
        if self.loaded is None:
            shape = (-1, PICTURE, PICTURE, 3)
            maps = [torch.from_numpy(np.memmap(os.path.join(c, "pictures.u8"), np.uint8, "c").reshape(shape)) for c in self.chunks]
            self.starts = np.cumsum([0] + [len(part) for part in maps])
            if DEVICE == "cuda":
                whole = torch.empty((self.starts[-1], *shape[1:]), dtype=torch.uint8, device=DEVICE)
                for start, part in zip(self.starts, maps):
                    whole[start : start + len(part)] = part.to(DEVICE)
                maps = [whole]
            self.loaded = maps
        return self.loaded

    def pixels(self, indices):
        """Pictures as bytes, N x H x W x 3."""
        indices, parts = np.asarray(indices), self.pictures()
        if len(parts) == 1:
            return parts[0][torch.as_tensor(indices, device=parts[0].device)]
        which = np.searchsorted(self.starts, indices, "right") - 1
        return torch.stack([parts[c][i - self.starts[c]] for c, i in zip(which, indices)])

    def tensor(self, indices):
        """Pictures as float tensors in -1..1, NCHW (channels last in memory)."""
        return self.pixels(indices).permute(0, 3, 1, 2).float() / 127.5 - 1


def random_for(seed, step):
    """The random numbers of one step: resuming gives the same batches."""
    return np.random.default_rng([seed, step])
