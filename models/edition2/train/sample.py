"""DDIM sampling in Python, only to look at the model while it trains: `python3 sample.py --work DIR --out FILE.png`."""
import argparse

import numpy as np
import torch
from PIL import Image, ImageDraw

from common import DEVICE, load_average
from config import LATENT, SIZES
from stage_clip import embed, load_clip
from stage_unet import alphas_cumprod
from stage_vae import load_vae
from unet import UNet

PROMPTS = [
    "a red ball on a meadow", "a red star on a meadow", "a blue ball on a meadow", "a watercolor painting of a red ball on a meadow",
    "a striped blue cat in a room", "a dotted pink fish on a beach", "a yellow house in the snow", "a white boat at the beach",
    "a pencil sketch of a purple car in the desert", "a clay model of a green tree in a forest", "a mosaic of an orange flower on a meadow",
    "a checked blue umbrella in a room", "a red car and a blue house on a meadow", "a striped yellow star and a dotted pink cup in a room",
    "a big green mushroom in the snow", "a small orange bird on a beach", "a white dog under a night sky", "a clay model of a pink rabbit in a room",
    "a red bicycle on a meadow", "a white lighthouse on a beach", "an orange tent in the snow", "a watercolor painting of a yellow boat on a beach",
    "a striped red ball on a meadow", "a plain red ball on a meadow",
]


def load_unet(size, work):
    unet = UNet(size["unet"]).to(DEVICE)
    step = load_average(work, "unet", unet)
    return unet.eval(), step


@torch.no_grad()
def ddim(unet, context, empty, steps=30, guidance=5.0, seed=0):
    """Latents for a batch of contexts; the engine's timesteps, 1 + k floor(1000 / T)."""
    abar, stride = alphas_cumprod(), 1000 // steps
    x = torch.randn(len(context), 4, LATENT, LATENT, generator=torch.Generator().manual_seed(seed)).to(DEVICE)
    both = torch.cat([empty.expand_as(context), context])
    for t in reversed([1 + k * stride for k in range(steps)]):
        without, with_text = unet(torch.cat([x, x]), torch.full((2 * len(x),), t, device=DEVICE), both).chunk(2)
        e = without + guidance * (with_text - without)
        a, b = abar[t], abar[t - stride] if t >= stride else abar[0]
        x = b.sqrt() * (x - (1 - a).sqrt() * e) / a.sqrt() + (1 - b).sqrt() * e
    return x


@torch.no_grad()
def generate(models, prompts, **options):
    """Pictures in -1..1 for prompts."""
    unet, clip, tokenizer, vae, scale = models
    states = embed(clip, tokenizer, ["", *prompts])
    return vae.decode(ddim(unet, states[1:], states[:1], **options) / scale).clamp(-1, 1)


def load_all(size, work):
    unet, step = load_unet(size, work)
    clip, tokenizer = load_clip(size, work)
    return (unet, clip, tokenizer, load_vae(size, work), size["vae"]["scaling_factor"]), step


def sheet(pictures, path, columns=6, titles=None):
    """Writes pictures in -1..1 as one PNG."""
    side = pictures.shape[-1] + 2
    rows = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * side, rows * (side + 12)))
    draw = ImageDraw.Draw(page)
    for i, picture in enumerate(pictures.cpu()):
        pixels = ((picture / 2 + 0.5).clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()
        corner = ((i % columns) * side, (i // columns) * (side + 12))
        page.paste(Image.fromarray(np.ascontiguousarray(pixels)), corner)
        if titles:
            draw.text((corner[0], corner[1] + side - 2), titles[i][:40])
    page.save(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--size", choices=list(SIZES), default="cpu")
    parser.add_argument("--guidance", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    models, step = load_all(SIZES[options.size], options.work)
    sheet(generate(models, PROMPTS, guidance=options.guidance, seed=options.seed), options.out, titles=PROMPTS)
    print("step", step)


if __name__ == "__main__":
    main()
