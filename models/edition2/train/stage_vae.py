"""Stage 1: the autoencoder. Then its latents are whitened, exactly, inside the 1 x 1 convolutions."""
import os

import numpy as np
import torch
from torch import nn

from common import DEVICE, Trainer, compiled, load_average, log, mixed
from data import World, random_for
from vae import Vae

KL_WEIGHT = 3e-5


def picture_loss(error):
    """Absolute and squared error, and the absolute error of slopes, which keeps edges sharp."""
    slope = (error[..., 1:] - error[..., :-1]).abs().mean() + (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
    return error.abs().mean() + 4 * error.square().mean() + 0.25 * slope


def loss_of(vae, x):
    with mixed():
        mean, logvar = vae.moments(x)
        mean, logvar = mean.float(), logvar.float()
        z = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
        picture = vae.decode(z).float()
    kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
    return picture_loss(picture - x) + KL_WEIGHT * kl


def warm_vae(size):
    """Compiles the stage's program on noise, while pictures are still being drawn."""
    vae, side = Vae(size["vae"]).to(DEVICE, memory_format=torch.channels_last), size["vae"]["sample_size"]
    noise = torch.rand(size["vae_batch"], 3, side, side, device=DEVICE).contiguous(memory_format=torch.channels_last)
    compiled(loss_of)(vae, noise).backward()
    log("vae: compiled")


def train_vae(size, worlds, work, seed):
    """On whole pictures: the group norms see other statistics in crops. `worlds` gives what is drawn so far."""
    torch.manual_seed(seed)
    trainer = Trainer("vae", work, Vae(size["vae"]).to(memory_format=torch.channels_last), size, size["vae_rate"], decay=0.998)
    loss, world = compiled(loss_of), worlds()
    while not trainer.done():
        chosen = random_for(seed, trainer.step).choice(world.train, size["vae_batch"], replace=False)
        trainer.advance(loss(trainer.module, world.tensor(chosen)))
        if trainer.step % 500 == 0:
            world = worlds()
    world = worlds()
    log(f"vae: held-out PSNR {measure_psnr(load_vae(size, work, whiten=False), world):.2f} dB")
    return world


class Painter(nn.Module):
    """The decoding half of the autoencoder."""

    def __init__(self, vae):
        super().__init__()
        self.decoder, self.post_quant_conv = vae.decoder, vae.post_quant_conv

    def forward(self, z):
        return self.decoder(self.post_quant_conv(z))


def decoder_loss(painter, z, x):
    with mixed():
        picture = painter(z).float()
    return picture_loss(picture - x)


def train_decoder(size, work, seed):
    """The decoder alone, from cached latents: the noise predictor may be trained meanwhile."""
    vae, scale = load_vae(size, work, painted=False).train(), size["vae"]["scaling_factor"]
    latents, world = load_latents(work)
    painter = Painter(vae).to(memory_format=torch.channels_last)
    trainer, loss = Trainer("decoder", work, painter, size, size["decoder_rate"], decay=0.998), compiled(decoder_loss)
    while not trainer.done():
        chosen = random_for(seed + 4, trainer.step).choice(world.train, size["decoder_batch"], replace=False)
        z = latents[torch.as_tensor(chosen, device=latents.device)].to(DEVICE).float() / scale
        trainer.advance(loss(trainer.module, z, world.tensor(chosen)))
    log(f"decoder: held-out PSNR {measure_psnr(load_vae(size, work), world):.2f} dB")


def load_vae(size, work, whiten=True, painted=True):
    """The autoencoder as far as it is trained: joint, whitened, with the decoder that was trained on."""
    vae = Vae(size["vae"]).to(DEVICE)
    if not whiten:
        load_average(work, "vae", vae)
        return vae.eval()
    vae.load_state_dict(torch.load(os.path.join(work, "vae_white.pt"), map_location=DEVICE))
    if painted and os.path.exists(os.path.join(work, "decoder.ckpt")):
        load_average(work, "decoder", Painter(vae))
    return vae.eval()


@torch.no_grad()
def measure_psnr(vae, world, count=128):
    """Mean PSNR of reconstructions of held-out pictures, from the posterior mean, in 8-bit pixels."""
    total, u8 = 0.0, lambda v: ((v / 2 + 0.5).clamp(0, 1) * 255).round()
    chosen = world.test[:count]
    for part in np.array_split(chosen, -(-len(chosen) // 8)):
        x = world.tensor(part)
        with mixed():
            y = vae.decode(vae.moments(x)[0]).float()
        error = (u8(x) - u8(y)).square().mean((1, 2, 3))
        total += (10 * torch.log10(255**2 / error.clamp(min=1e-9))).sum().item()
    return total / len(chosen)


@torch.no_grad()
def whiten_vae(size, world, work, seed):
    """Makes latents zero-mean and of standard deviation 1 / scaling factor in each channel, uncorrelated."""
    vae = load_vae(size, work, whiten=False)
    indices = random_for(seed, 0).choice(world.train, min(512, len(world.train)), replace=False)
    with mixed():
        z = torch.cat([vae.moments(world.tensor(part))[0].float() for part in np.array_split(indices, 32)])
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
    log(f"vae: whitened, old deviations {values.sqrt().tolist()}, PSNR {measure_psnr(vae, world):.2f} dB")


@torch.no_grad()
def cache_latents(size, world, work):
    """Scaled posterior means of all pictures, float16, N x 4 x 32 x 32."""
    vae, parts = load_vae(size, work, painted=False), []
    for start in range(0, len(world.scenes), 64):
        x = world.tensor(range(start, min(start + 64, len(world.scenes))))
        with mixed():
            mean = vae.moments(x)[0].float()
        parts.append((mean * size["vae"]["scaling_factor"]).half().cpu())
    latents = torch.cat(parts)
    torch.save({"latents": latents, "chunks": world.chunks}, os.path.join(work, "latents.partial"))
    os.replace(os.path.join(work, "latents.partial"), os.path.join(work, "latents.pt"))
    log(f"latents cached: {tuple(latents.shape)}, deviation {latents.float().std():.3f}")


def load_latents(work):
    """Cached latents, on the device that trains, and the world whose scenes they are, in its order."""
    cached = torch.load(os.path.join(work, "latents.pt"))
    return cached["latents"].to(DEVICE), World(os.path.join(work, "world"), cached["chunks"])
