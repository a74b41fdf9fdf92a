"""
Stage 3: the noise predictor, on cached latents and captions.

Epsilon prediction with min-SNR weights. One caption in ten is empty, for guidance. In half of the others the
end token and the padding after it are those of the empty caption, so that the network learns to look at the
words themselves: that is what attention control needs.
"""
import torch

from common import DEVICE, Trainer, compiled, log, mixed
from data import random_for
from stage_clip import load_clip
from stage_vae import load_latents
from tokenizer import LENGTH
from unet import UNet

GAMMA = 5.0
EMPTY, NEUTRAL_END = 0.1, 0.5


def alphas_cumprod():
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float().to(DEVICE)


class Captions:
    """Token ids of all captions of a world, on the device: scenes x captions x 77."""

    def __init__(self, world, tokenizer):
        rows = [[tokenizer.encode(c) for c in (*scene["captions"], scene["fullCaption"])] for scene in world.scenes]
        self.ids = torch.tensor(rows, dtype=torch.int16, device=DEVICE)
        self.empty = torch.tensor([tokenizer.encode("")], device=DEVICE)
        self.end = tokenizer.end

    def take(self, chosen, generator):
        """Ids of one caption for each scene, the empty one now and then; where the end is to be neutral."""
        count = len(chosen)
        draw = lambda: torch.rand(count, generator=generator, device=DEVICE)
        which = (draw() * self.ids.shape[1]).long()
        ids = torch.where((draw() < EMPTY)[:, None], self.empty, self.ids[chosen, which].long())
        return ids, draw() < NEUTRAL_END


def context_of(text, ids, neutral, empty, end):
    """Hidden states of captions; of those that are neutral, end and padding are the empty caption's."""
    states = text(ids)
    after = (ids == end) & neutral[:, None]
    return torch.where(after[:, :, None], text(empty), states)


def loss_of(unet, x, t, noise, context, abar):
    a = abar[t][:, None, None, None]
    with mixed():
        error = unet(a.sqrt() * x + (1 - a).sqrt() * noise, t, context).float() - noise
    snr = abar[t] / (1 - abar[t])
    return (error.square().mean((1, 2, 3)) * snr.clamp(max=GAMMA) / snr).mean()


class Batches:
    """Latents, timesteps, noise and contexts of a step, all made on the device."""

    def __init__(self, size, work):
        self.clip, tokenizer = load_clip(size, work)
        self.latents, world = load_latents(work)
        self.captions = Captions(world, tokenizer)
        self.train = torch.as_tensor(world.train, device=DEVICE)
        self.generator = torch.Generator(DEVICE)

    @torch.no_grad()
    def take(self, seed, step, count):
        self.generator.manual_seed((seed * 1_000_003 + step) * 64)
        chosen = self.train[torch.randint(len(self.train), (count,), generator=self.generator, device=DEVICE)]
        # Spread timesteps evenly over the batch: less noise in the gradient.
        spread = torch.arange(count, device=DEVICE) + torch.rand(count, generator=self.generator, device=DEVICE)
        t = (spread * 1000 / count).long().clamp(max=999)
        ids, neutral = self.captions.take(chosen, self.generator)
        with mixed():
            context = context_of(self.clip.text_model, ids, neutral, self.captions.empty, self.captions.end)
        x = self.latents[chosen].float().contiguous(memory_format=torch.channels_last)
        noise = torch.randn(x.shape, generator=self.generator, device=DEVICE)
        return x, t, noise.contiguous(memory_format=torch.channels_last), context.float()


def random_batch(size, count):
    """Latents, timesteps, noise and contexts of no meaning, of a batch's shapes."""
    side = size["unet"]["sample_size"]
    like = lambda *shape: torch.randn(*shape, device=DEVICE)
    x, noise = (like(count, 4, side, side).contiguous(memory_format=torch.channels_last) for _ in range(2))
    return x, torch.randint(1000, (count,), device=DEVICE), noise, like(count, LENGTH, size["text"]["hidden_size"])


def warm_unet(size):
    """Compiles the stage's program on random data, while its inputs are still being made."""
    unet = UNet(size["unet"]).to(DEVICE, memory_format=torch.channels_last)
    compiled(loss_of)(unet, *random_batch(size, size["unet_batch"]), alphas_cumprod()).backward()
    log("unet: compiled")


def train_unet(size, work, seed):
    torch.manual_seed(seed)
    unet = UNet(size["unet"]).to(memory_format=torch.channels_last)
    trainer = Trainer("unet", work, unet, size, size["unet_rate"], decay=0.9985, weight_decay=0.01)
    batches, abar, loss = Batches(size, work), alphas_cumprod(), compiled(loss_of)
    while not trainer.done():
        trainer.advance(loss(unet, *batches.take(seed + 2, trainer.step, size["unet_batch"]), abar), report=200)
