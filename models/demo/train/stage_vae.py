"""Stage 1: the autoencoder. Then its latents are whitened, exactly, inside the 1 x 1 convolutions."""
import os

import numpy as np
import torch
from torch import nn

from common import Trainer, load_average, log
from data import random_for
from parallel import average_gradients, start_workers, stop_workers
from vae import Vae

KL_WEIGHT = 3e-5


def picture_loss(error):
    """Absolute and squared error, and the absolute error of slopes, which keeps edges sharp."""
    slope = (error[..., 1:] - error[..., :-1]).abs().mean() + (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
    return error.abs().mean() + 4 * error.square().mean() + 0.25 * slope


def loss_of(vae, x):
    mean, logvar = vae.moments(x)
    z = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
    kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
    return picture_loss(vae.decode(z) - x) + KL_WEIGHT * kl


def train_vae(size, world, work, seed, workers):
    """Crops of 64 pixels first, whole pictures for the last third."""
    rank = start_workers("vae", work, workers)
    torch.manual_seed(seed)
    trainer = Trainer("vae", work, Vae(size["vae"]), size["vae_steps"], size["vae_rate"], decay=0.998)
    share = average_gradients if workers > 1 else None
    while not trainer.done():
        whole = trainer.step >= 0.7 * trainer.total
        random = random_for(seed, trainer.step * 64 + rank)
        count = size["vae_batch"] // workers
        batch = world.crops(random, max(2, count // 4) if whole else count, 128 if whole else 64)
        torch.manual_seed((seed * 1_000_003 + trainer.step) * 64 + rank)
        trainer.advance(loss_of(trainer.module, batch), share=share, keeps=rank == 0)
        if trainer.step % 1000 == 0 and rank == 0:
            trainer.save()
            log(f"vae: held-out PSNR {measure_psnr(load_vae(size, work, whiten=False), world):.2f} dB")
    stop_workers(rank, workers)


class Painter(nn.Module):
    """The decoding half of the autoencoder."""

    def __init__(self, vae):
        super().__init__()
        self.decoder, self.post_quant_conv = vae.decoder, vae.post_quant_conv

    def forward(self, z):
        return self.decoder(self.post_quant_conv(z))


def train_decoder(size, world, work, seed):
    """
    The decoder alone, from cached latents: the noise predictor may be trained meanwhile. On whole pictures: the group
    norms see other statistics in crops, and what is learned there loses sharpness on whole pictures.
    """
    vae, scale = load_vae(size, work, painted=False).train(), size["vae"]["scaling_factor"]
    latents = np.load(os.path.join(work, "latents.npy"))
    trainer = Trainer("decoder", work, Painter(vae), size["decoder_steps"], 7e-4, decay=0.998)
    while not trainer.done():
        chosen = random_for(seed + 4, trainer.step).choice(world.train, size["decoder_batch"], replace=False)
        z = torch.from_numpy(latents[chosen]).float() / scale
        trainer.advance(picture_loss(trainer.module(z) - world.tensor(chosen)))
        if trainer.step % 1000 == 0:
            trainer.save()
            log(f"decoder: held-out PSNR {measure_psnr(load_vae(size, work), world):.2f} dB")


def load_vae(size, work, whiten=True, painted=True):
    """The autoencoder as far as it is trained: joint, whitened, with the decoder that was trained on."""
    vae = Vae(size["vae"])
    if not whiten:
        load_average(work, "vae", vae)
        return vae.eval()
    vae.load_state_dict(torch.load(os.path.join(work, "vae_white.pt")))
    if painted and os.path.exists(os.path.join(work, "decoder.ckpt")):
        load_average(work, "decoder", Painter(vae))
    return vae.eval()


@torch.no_grad()
def measure_psnr(vae, world, count=64):
    """Mean PSNR of reconstructions of held-out pictures, from the posterior mean, in 8-bit pixels."""
    total = 0.0
    for i in world.test[:count]:
        x = world.tensor([i])
        y = vae.decode(vae.moments(x)[0])
        u8 = lambda v: ((v / 2 + 0.5).clamp(0, 1) * 255).floor()
        total += 10 * np.log10(255**2 / max(1e-9, (u8(x) - u8(y)).square().mean().item()))
    return total / count


@torch.no_grad()
def whiten_vae(size, world, work, seed):
    """Makes latents zero-mean and of standard deviation 1 / scaling factor in each channel, uncorrelated."""
    vae = load_vae(size, work, whiten=False)
    indices = random_for(seed, 0).choice(world.train, 512, replace=False)
    z = torch.cat([vae.moments(world.tensor(part))[0] for part in np.split(indices, 32)])
    flat = z.permute(1, 0, 2, 3).flatten(1).double()
    centre = flat.mean(1)
    values, vectors = torch.linalg.eigh(torch.cov(flat))
    scale = 1 / size["vae"]["scaling_factor"]
    forward = scale * vectors @ torch.diag(values.rsqrt()) @ vectors.T
    backward = torch.linalg.inv(forward)
    n = size["vae"]["latent_channels"]
    quant, post = vae.quant_conv, vae.post_quant_conv
    quant.weight[:n, :, 0, 0] = (forward @ quant.weight[:n, :, 0, 0].double()).float()
    quant.bias[:n] = (forward @ (quant.bias[:n].double() - centre)).float()
    quant.bias[n:] += torch.log(torch.diag(forward).square()).float()
    post.bias += (post.weight[:, :, 0, 0].double() @ centre).float()
    post.weight[:, :, 0, 0] = (post.weight[:, :, 0, 0].double() @ backward).float()
    torch.save(vae.state_dict(), os.path.join(work, "vae_white.pt"))
    log(f"vae: whitened, old deviations {values.sqrt().tolist()}, PSNR {measure_psnr(vae, world, 200):.2f} dB")


@torch.no_grad()
def cache_latents(size, world, work):
    """Scaled posterior means of all pictures, float16."""
    path = os.path.join(work, "latents.npy")
    if os.path.exists(path):
        return
    vae = load_vae(size, work)
    parts = []
    for start in range(0, len(world.scenes), 64):
        x = world.tensor(range(start, min(start + 64, len(world.scenes))))
        parts.append((vae.moments(x)[0] * size["vae"]["scaling_factor"]).half().numpy())
    np.save(path[:-4] + ".partial.npy", np.concatenate(parts))
    os.replace(path[:-4] + ".partial.npy", path)
    log("latents cached")
