"""
Stage 2: text and picture towers, trained together by contrast of matching and other pairs.

The text tower has three more tasks, so that words can be edited one by one:
- an object's word tells its kind and its colour;
- what an object's words say does not depend on a pattern's word before them, so that the pattern is the pattern's
  word's alone, and turning that word down turns the pattern down;
- padding is as that of the empty caption: it says nothing.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from clip import TextModel, VisionModel
from common import DEVICE, Trainer, compiled, load_average, log, mixed
from config import SEEN
from data import COLOURS, KINDS, PATTERNS, SETTINGS, STYLES, random_for
from tokenizer import load_tokenizer

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073], device=DEVICE)[:, None, None]
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711], device=DEVICE)[:, None, None]
MAX_WORDS = 4  # an object's word and its colour's, of two objects
PATTERN_WORDS = ("plain", "striped", "dotted", "spotted", "checked", "checkered", "chequered")


def normalise(x):
    """Pictures in -1..1 to the picture tower's input."""
    return ((F.interpolate(x, size=(SEEN, SEEN), mode="area") + 1) / 2 - MEAN) / STD


class Clip(nn.Module):
    def __init__(self, size, tokenizer):
        super().__init__()
        text, vision = size["text"], size["vision"]
        self.text_model = TextModel({**text, "vocab_size": len(tokenizer.ids)})
        self.vision_model = VisionModel(vision)
        self.text_projection = nn.Linear(text["hidden_size"], text["projection_dim"], bias=False)
        self.visual_projection = nn.Linear(vision["hidden_size"], text["projection_dim"], bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))
        self.object_head = nn.Linear(text["hidden_size"], len(KINDS) + len(COLOURS))
        self.scene_head = nn.Linear(text["hidden_size"], len(SETTINGS) + len(STYLES))

    def text_features(self, hidden, ids, end):
        first_end = (ids == end).int().argmax(1)
        pooled = hidden[torch.arange(len(ids), device=ids.device), first_end]
        return pooled, F.normalize(self.text_projection(pooled), dim=1)

    def image_features(self, x):
        return F.normalize(self.visual_projection(self.vision_model(normalise(x))[:, 0]), dim=1)


class Captions:
    """Everything that the losses need of each caption, as arrays on the device: scenes x captions x ..."""

    def __init__(self, world, tokenizer):
        self.tokenizer, self.numbers = tokenizer, {}
        self.dropped = {tokenizer.word(word)[0] for word in PATTERN_WORDS if len(tokenizer.word(word)) == 1}
        rows = [[self.describe(c, scene) for c in (*scene["captions"], scene["fullCaption"])] for scene in world.scenes]
        stack = lambda key: torch.tensor([[row[key] for row in scene] for scene in rows], device=DEVICE)
        self.ids, self.bare, self.number = stack("ids"), stack("bare"), stack("number")
        self.words, self.bare_words = stack("words"), stack("bare_words")
        self.labels = torch.tensor([[row["labels"] for row in scene] for scene in rows], device=DEVICE)
        self.scene = torch.tensor([[SETTINGS.index(s["setting"]), STYLES.index(s["style"])] for s in world.scenes], device=DEVICE)

    def describe(self, caption, scene):
        """Ids with and without the patterns' words; where objects' and colours' words are in both; their labels."""
        word, ids = lambda text: self.tokenizer.word(text)[0], self.tokenizer.encode(caption)
        kept = [i for i, token in enumerate(ids) if token not in self.dropped]
        bare = [ids[i] for i in kept] + [self.tokenizer.end] * (len(ids) - len(kept))
        words, labels = [], []
        for item in scene["objects"]:
            place = ids.index(word(item["kind"]))
            named = ids[place - 1] == word(item["colour"])
            labels.append([place, KINDS.index(item["kind"]), COLOURS.index(item["colour"]) if named else -100])
            words += [place, place - 1] if named else [place]
        pad = lambda places: places + [-1] * (MAX_WORDS - len(places))
        return {
            "ids": ids, "bare": bare, "number": self.numbers.setdefault(caption, len(self.numbers)),
            "words": pad(words), "bare_words": pad([kept.index(i) for i in words]),
            "labels": labels + [[-1, 0, -100]] * (2 - len(labels)),
        }


def loss_of(clip, x, ids, bare, empty, number, words, bare_words, labels, scene, end):
    rows = torch.arange(len(ids), device=ids.device)[:, None]
    with mixed():
        hidden = clip.text_model(torch.cat([ids, bare, empty])).float()
        hidden, without, nothing = hidden.split([len(ids), len(ids), 1])
        pooled, text = clip.text_features(hidden, ids, end)
        image = clip.image_features(x)
        logits = (clip.logit_scale.exp().clamp(max=100) * image.float() @ text.float().T).float()
        kind, colour = clip.object_head(hidden[rows, labels[:, :, 0].clamp(min=0)]).float().split([len(KINDS), len(COLOURS)], 2)
        setting, style = clip.scene_head(pooled).float().split([len(SETTINGS), len(STYLES)], 1)
    # Scenes that happen to have the same caption are not each other's opposite.
    same = (number[:, None] == number[None]).float()
    target = same / same.sum(1, keepdim=True)
    contrast = -(target * F.log_softmax(logits, 1)).sum(1).mean() - (target * F.log_softmax(logits.T, 1)).sum(1).mean()
    there = labels[:, :, 0] >= 0
    told = F.cross_entropy(kind.flatten(0, 1), torch.where(there, labels[:, :, 1], -100).flatten(), ignore_index=-100)
    told = told + F.cross_entropy(colour.flatten(0, 1), labels[:, :, 2].flatten(), ignore_index=-100)
    told = told + F.cross_entropy(setting, scene[:, 0]) + F.cross_entropy(style, scene[:, 1])
    moved = (hidden[rows, words.clamp(min=0)] - without[rows, bare_words.clamp(min=0)]).square().mean(2)
    moved = (moved * (words >= 0)).sum() / (words >= 0).sum()
    padding = (ids == end) & (ids.roll(1, 1) == end)
    silent = ((hidden - nothing).square().mean(2) * padding).sum() / padding.sum()
    return contrast / 2 + 0.25 * told + 2 * moved + silent


def train_clip(size, world, work, seed):
    torch.manual_seed(seed)
    tokenizer = load_tokenizer(work, world)
    captions = Captions(world, tokenizer)
    trainer, loss = Trainer("clip", work, Clip(size, tokenizer), size, 1e-3, decay=0.998, weight_decay=0.02), compiled(loss_of)
    empty = torch.tensor([tokenizer.encode("")], device=DEVICE)
    while not trainer.done():
        random, count = random_for(seed + 1, trainer.step), size["clip_batch"]
        chosen = random.choice(world.train, count, replace=False)
        where = torch.as_tensor(chosen, device=DEVICE), torch.as_tensor(random.integers(captions.ids.shape[1], size=count), device=DEVICE)
        rows = [part[where] for part in (captions.number, captions.words, captions.bare_words, captions.labels)]
        x = world.tensor(chosen)
        value = loss(trainer.module, x, captions.ids[where], captions.bare[where], empty, *rows, captions.scene[where[0]], tokenizer.end)
        trainer.advance(value, report=200)
    log(f"clip: held-out choice of the caption among 50: {measure_choice(size, world, work):.1%}")


def load_clip(size, work):
    tokenizer = load_tokenizer(work)
    clip = Clip(size, tokenizer).to(DEVICE)
    load_average(work, "clip", clip)
    return clip.eval(), tokenizer


@torch.no_grad()
def measure_choice(size, world, work, groups=10, among=50):
    """Share of held-out pictures whose own full caption scores highest among 50 captions."""
    clip, tokenizer = load_clip(size, work)
    right = total = 0
    for chosen in np.array_split(world.test[: groups * among], -(-len(world.test[: groups * among]) // among)):
        captions = [world.scenes[i]["fullCaption"] for i in chosen]
        ids = torch.tensor([tokenizer.encode(caption) for caption in captions], device=DEVICE)
        text = clip.text_features(clip.text_model(ids), ids, tokenizer.end)[1]
        best = (clip.image_features(world.tensor(chosen)) @ text.T).argmax(1).tolist()
        right += sum(captions[k] == caption for k, caption in zip(best, captions))
        total += len(chosen)
    return right / total


@torch.no_grad()
def embed(clip, tokenizer, captions):
    """Hidden states of all 77 tokens, as the UNet sees them."""
    return clip.text_model(torch.tensor([tokenizer.encode(caption) for caption in captions], device=DEVICE))
