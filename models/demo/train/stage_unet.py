"""
Stage 3: the noise predictor, on cached latents and cached hidden states of captions.

Epsilon prediction with min-SNR weights. One caption in ten is empty, for guidance. In half of the others the
end token and the padding after it are those of the empty caption, so that the network learns to look at the
words themselves: that is what attention control needs.
"""
import os

import numpy as np
import torch

from common import Trainer
from data import random_for
from parallel import average_gradients, start_workers, stop_workers
from unet import UNet

GAMMA = 5.0
EMPTY, NEUTRAL_END = 0.1, 0.5


def alphas_cumprod():
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


class Batches:
    """Latents and contexts of a step."""

    def __init__(self, world, work):
        self.train = world.train
        self.latents = np.load(os.path.join(work, "latents.npy"))
        self.texts = np.load(os.path.join(work, "texts.npy"), mmap_mode="r")
        index = np.load(os.path.join(work, "texts_index.npz"))
        self.table, self.lengths = index["table"], index["lengths"]
        self.empty = self.texts[0].copy()

    def context(self, random, i):
        if random.random() < EMPTY:
            return self.empty
        caption = self.table[i, random.integers(self.table.shape[1])]
        states = self.texts[caption]
        if random.random() < NEUTRAL_END:
            states = states.copy()
            states[self.lengths[caption] :] = self.empty[self.lengths[caption] :]
        return states

    def take(self, random, count, rank, workers):
        """This worker's part of the batch: latents, timesteps, contexts."""
        chosen = random.choice(self.train, count, replace=False)
        # Spread timesteps evenly over the batch: less noise in the gradient.
        t = ((np.arange(count) + random.random(count)) * 1000 / count).astype(np.int64)
        contexts = np.stack([self.context(random, i) for i in chosen])
        part = slice(rank, None, workers)
        x = torch.from_numpy(self.latents[chosen[part]]).float()
        return x, torch.from_numpy(t[part]), torch.from_numpy(contexts[part]).float()


def loss_of(unet, x, t, context, abar):
    noise = torch.randn_like(x)
    a = abar[t][:, None, None, None]
    error = unet(a.sqrt() * x + (1 - a).sqrt() * noise, t, context) - noise
    snr = abar[t] / (1 - abar[t])
    return (error.square().mean((1, 2, 3)) * snr.clamp(max=GAMMA) / snr).mean()


def train_unet(size, world, work, seed, workers):
    rank = start_workers("unet", work, workers)
    torch.manual_seed(seed)
    unet = UNet(size["unet"]).to(memory_format=torch.channels_last)
    trainer = Trainer("unet", work, unet, size["unet_steps"], size["unet_rate"], decay=0.998, weight_decay=0.01)
    batches, abar = Batches(world, work), alphas_cumprod()
    while not trainer.done():
        x, t, context = batches.take(random_for(seed + 2, trainer.step), size["unet_batch"], rank, workers)
        torch.manual_seed((seed * 1_000_003 + trainer.step) * 64 + rank)
        loss = loss_of(unet, x.contiguous(memory_format=torch.channels_last), t, context, abar)
        trainer.advance(loss, share=average_gradients if workers > 1 else None, keeps=rank == 0)
    stop_workers(rank, workers)
