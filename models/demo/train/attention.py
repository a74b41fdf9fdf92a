"""
Where the words look: `python3 attention.py --work DIR`.

For held-out pictures, noised to several timesteps, the cross-attention maps of each object's word are averaged
over layers, heads and timesteps. The measure is the share of objects whose map has its peak inside the true mask.
"""
import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F

from common import log
from config import SIZES
from data import World
from sample import load_all
from stage_clip import embed
from stage_unet import alphas_cumprod
from unet import Attention

TIMESTEPS = (241, 481, 721)


def cross_layers(unet):
    """The cross-attention layers: those that read another width than their own place's tokens."""
    return [m for name, m in unet.named_modules() if isinstance(m, Attention) and name.endswith("attn2")]


@torch.no_grad()
def word_maps(models, x, caption, words):
    """For each word a dictionary of averaged maps by side (4, 8), from one picture in -1..1."""
    unet, clip, tokenizer, vae, scale = models
    ids = tokenizer.encode(caption)
    positions = [ids.index(tokenizer.word(word)[0]) for word in words]
    z = vae.moments(x)[0] * scale
    abar, t = alphas_cumprod(), torch.tensor(TIMESTEPS)
    a = abar[t][:, None, None, None]
    noise = torch.randn(len(t), *z.shape[1:], generator=torch.Generator().manual_seed(0))
    context = embed(clip, tokenizer, [caption]).expand(len(t), -1, -1)
    unet(a.sqrt() * z + (1 - a).sqrt() * noise, t, context, keep=True)
    sums = [{} for _ in words]
    for layer in cross_layers(unet):
        side = int(layer.maps.shape[2] ** 0.5)
        mean = layer.maps.mean((0, 1))
        for k, position in enumerate(positions):
            sums[k].setdefault(side, []).append(mean[:, position].view(side, side))
    return [{side: torch.stack(maps).mean(0) for side, maps in one.items()} for one in sums]


def peak_inside(maps, mask):
    """Whether the highest point of the map, enlarged smoothly to the picture, lies in the mask."""
    large = F.interpolate(maps[None, None], size=mask.shape, mode="bicubic", align_corners=False)[0, 0]
    return bool(mask[np.unravel_index(int(large.argmax()), mask.shape)])


def measure_attention(size, work, count=200):
    folder = os.path.join(work, "mask_world")
    world, (models, step) = World(folder), load_all(size, work)
    masks = np.memmap(os.path.join(folder, "masks.u8"), np.uint8, "r").reshape(-1, 2, 128, 128)
    hits, total = {4: 0, 8: 0, "both": 0}, 0
    for i in range(min(count, len(world.scenes))):
        scene = world.scenes[i]
        words = [item["kind"] for item in scene["objects"]]
        for k, maps in enumerate(word_maps(models, world.tensor([i]), scene["fullCaption"], words)):
            up = F.interpolate(maps[4][None, None], size=(8, 8), mode="bilinear", align_corners=False)[0, 0]
            both = up / up.sum() + maps[8] / maps[8].sum()
            for name, value in ((4, maps[4]), (8, maps[8]), ("both", both)):
                hits[name] += peak_inside(value, masks[i, k])
            total += 1
    shares = {str(name): count / total for name, count in hits.items()}
    log(f"step {step}: peak of the word's map inside the object, {total} objects: {shares}")
    return shares


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--size", choices=list(SIZES), default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(1)
    measure_attention(SIZES[options.size], options.work)


if __name__ == "__main__":
    main()
