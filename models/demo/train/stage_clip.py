"""
Stage 2: text and picture towers, trained together by contrast of matching and other pairs.

The text tower also has to tell, from the hidden state of each object's word, that object's attributes,
and from the end token the place and style: so that a word's token carries what belongs to it.
"""
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from clip import TextModel, VisionModel
from common import Trainer, load_average, log
from data import COLOURS, KINDS, PATTERNS, SETTINGS, STYLES, random_for
from tokenizer import LENGTH, load_tokenizer

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]
CACHED = 2  # varied captions of each scene that the UNet sees, beside the full one
SHORT = 32  # tokens read while training; no caption is longer


def normalise(x):
    """Pictures in -1..1 to the picture tower's input."""
    return ((x + 1) / 2 - MEAN) / STD


class Clip(nn.Module):
    def __init__(self, size, tokenizer):
        super().__init__()
        text, vision = size["text"], size["vision"]
        self.text_model = TextModel({**text, "vocab_size": len(tokenizer.ids)})
        self.vision_model = VisionModel(vision)
        self.text_projection = nn.Linear(text["hidden_size"], text["projection_dim"], bias=False)
        self.visual_projection = nn.Linear(vision["hidden_size"], text["projection_dim"], bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))
        self.object_head = nn.Linear(text["hidden_size"], len(KINDS) + len(COLOURS) + len(PATTERNS))
        self.scene_head = nn.Linear(text["hidden_size"], len(SETTINGS) + len(STYLES))

    def text_features(self, hidden, ids, end):
        first_end = (ids == end).int().argmax(1)
        pooled = hidden[torch.arange(len(ids)), first_end]
        return pooled, F.normalize(self.text_projection(pooled), dim=1)

    def image_features(self, x):
        return F.normalize(self.visual_projection(self.vision_model(normalise(x))[:, 0]), dim=1)


def all_captions(scene, varied=4):
    """Some of a scene's varied captions, and the full one."""
    return [*scene["captions"][:varied], scene["fullCaption"]]


def word_labels(tokenizer, scene, ids, row):
    """(row, position, kind, colour, pattern) of each object's word; -100 where the caption does not say it."""
    out = []
    for item in scene["objects"]:
        position = ids.index(tokenizer.word(item["kind"])[0])
        colour = COLOURS.index(item["colour"]) if tokenizer.word(item["colour"])[0] in ids else -100
        out.append((row, position, KINDS.index(item["kind"]), colour, PATTERNS.index(item["pattern"])))
    return out


def loss_of(clip, tokenizer, world, random, count):
    chosen = random.choice(world.train, count, replace=False)
    scenes = [world.scenes[i] for i in chosen]
    captions = [all_captions(scene)[random.integers(5)] for scene in scenes]
    rows = [tokenizer.encode(caption, SHORT) for caption in captions]
    ids = torch.tensor(rows)
    hidden = clip.text_model(ids)
    pooled, text = clip.text_features(hidden, ids, tokenizer.end)
    image = clip.image_features(world.tensor(chosen))
    logits = clip.logit_scale.exp().clamp(max=100) * image @ text.T
    # Scenes that happen to have the same caption are not each other's opposite.
    same = torch.tensor([[a == b for b in captions] for a in captions]).float()
    target = same / same.sum(1, keepdim=True)
    contrast = -(target * F.log_softmax(logits, 1)).sum(1).mean() - (target * F.log_softmax(logits.T, 1)).sum(1).mean()
    labels = torch.tensor([label for r, scene in enumerate(scenes) for label in word_labels(tokenizer, scene, rows[r], r)])
    parts = clip.object_head(hidden[labels[:, 0], labels[:, 1]]).split([len(KINDS), len(COLOURS), len(PATTERNS)], 1)
    words = sum(F.cross_entropy(part, labels[:, 2 + k], ignore_index=-100) for k, part in enumerate(parts))
    setting, style = clip.scene_head(pooled).split([len(SETTINGS), len(STYLES)], 1)
    place = F.cross_entropy(setting, torch.tensor([SETTINGS.index(s["setting"]) for s in scenes]))
    place = place + F.cross_entropy(style, torch.tensor([STYLES.index(s["style"]) for s in scenes]))
    return contrast / 2 + 0.25 * (words + place)


def train_clip(size, world, work, seed):
    torch.manual_seed(seed)
    tokenizer = load_tokenizer(work, world)
    trainer = Trainer("clip", work, Clip(size, tokenizer), size["clip_steps"], 1e-3, decay=0.998, weight_decay=0.02)
    while not trainer.done():
        random = random_for(seed + 1, trainer.step)
        trainer.advance(loss_of(trainer.module, tokenizer, world, random, size["clip_batch"]))
        if trainer.step % 500 == 0 or trainer.done():
            trainer.save()
            log(f"clip: held-out choice of the caption among 50: {measure_choice(size, world, work):.1%}")


def load_clip(size, work):
    tokenizer = load_tokenizer(work)
    clip = Clip(size, tokenizer)
    load_average(work, "clip", clip)
    return clip.eval(), tokenizer


@torch.no_grad()
def measure_choice(size, world, work, groups=10, among=50):
    """Share of held-out pictures whose own full caption scores highest among 50 captions."""
    clip, tokenizer = load_clip(size, work)
    right = 0
    for g in range(groups):
        chosen = world.test[g * among : (g + 1) * among]
        captions = [world.scenes[i]["fullCaption"] for i in chosen]
        ids = torch.tensor([tokenizer.encode(caption, SHORT) for caption in captions])
        text = clip.text_features(clip.text_model(ids), ids, tokenizer.end)[1]
        best = (clip.image_features(world.tensor(chosen)) @ text.T).argmax(1)
        right += sum(captions[best[k]] == captions[k] for k in range(among))
    return right / (groups * among)


@torch.no_grad()
def embed(clip, tokenizer, captions):
    """Hidden states of all 77 tokens, as the UNet sees them."""
    parts = []
    for start in range(0, len(captions), 128):
        ids = torch.tensor([tokenizer.encode(caption, LENGTH) for caption in captions[start : start + 128]])
        parts.append(clip.text_model(ids))
    return torch.cat(parts)


def cache_texts(size, world, work):
    """Float16 hidden states of the captions that the UNet is trained with, the empty one first."""
    path = os.path.join(work, "texts.npy")
    if os.path.exists(path):
        return
    clip, tokenizer = load_clip(size, work)
    captions = sorted({caption for i in world.train for caption in all_captions(world.scenes[i], CACHED)} | {""})
    shape = (len(captions), LENGTH, size["text"]["hidden_size"])
    out = np.lib.format.open_memmap(path[:-4] + ".partial.npy", "w+", np.float16, shape)
    for start in range(0, len(captions), 1024):
        out[start : start + 1024] = embed(clip, tokenizer, captions[start : start + 1024]).half().numpy()
    out.flush()
    number = {caption: k for k, caption in enumerate(captions)}
    table = np.array([[number[c] for c in all_captions(scene, CACHED)] if not scene["heldOut"] else [0] * (CACHED + 1) for scene in world.scenes])
    lengths = np.array([tokenizer.encode(caption).index(tokenizer.end) for caption in captions])
    np.savez(os.path.join(work, "texts_index.npz"), table=table, lengths=lengths)
    os.replace(path[:-4] + ".partial.npy", path)
    log(f"{len(captions)} captions cached")
