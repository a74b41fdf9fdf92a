"""Byte-level BPE as CLIP has it, with a small vocabulary learnt from the captions of the world."""
import json
import os
import re
from collections import Counter

START, END = "<|startoftext|>", "<|endoftext|>"
LENGTH = 77


def byte_symbols():
    """A printable character for each of the 256 bytes, in the order of CLIP's vocabulary."""
    plain = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    others = [b for b in range(256) if b not in plain]
    table = {b: chr(b) for b in plain}
    table.update({b: chr(256 + i) for i, b in enumerate(others)})
    return table


def split_words(text):
    """Lower-case words, single digits and runs of signs (enough for plain English captions)."""
    return re.findall(r"[a-z]+|[0-9]|[^\sa-z0-9]+", text.lower())


def learn_merges(captions):
    """Merges until every word of the captions is one token."""
    counts = Counter(word for caption in captions for word in split_words(caption))
    words = {word: list(word[:-1]) + [word[-1] + "</w>"] for word in counts}
    merges = []
    while True:
        pairs = Counter()
        for word, parts in words.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += counts[word]
        if not pairs:
            return merges
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = {word: merge(parts, best) for word, parts in words.items()}


def merge(parts, pair):
    out, i = [], 0
    while i < len(parts):
        if i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair:
            out.append(parts[i] + parts[i + 1])
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return out


class Tokenizer:
    def __init__(self, merges):
        symbols = list(byte_symbols().values())
        names = symbols + [s + "</w>" for s in symbols] + ["".join(m) for m in merges] + [START, END]
        self.merges, self.ids = merges, {name: i for i, name in enumerate(names)}
        self.ranks = {tuple(m): i for i, m in enumerate(merges)}
        self.start, self.end = self.ids[START], self.ids[END]
        self.cache = {}

    def word(self, word):
        if word not in self.cache:
            table = byte_symbols()
            parts = [table[b] for b in word.encode()]
            parts[-1] += "</w>"
            while True:
                known = [(self.ranks[p], p) for p in zip(parts, parts[1:]) if p in self.ranks]
                if not known:
                    break
                parts = merge(parts, min(known)[1])
            self.cache[word] = [self.ids[p] for p in parts]
        return self.cache[word]

    def encode(self, text, length=LENGTH):
        """Ids with start and end, padded with the end token."""
        ids = [i for word in split_words(text) for i in self.word(word)][: length - 2]
        ids = [self.start, *ids, self.end]
        return ids + [self.end] * (length - len(ids))

    def save(self, folder):
        os.makedirs(folder, exist_ok=True)
        token = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
        start, end = {"content": START, **token}, {"content": END, **token}
        added = {"__type": "AddedToken"}
        config = {
            "add_prefix_space": False, "bos_token": {**start, **added}, "do_lower_case": True,
            "eos_token": {**end, **added}, "errors": "replace", "model_max_length": LENGTH, "pad_token": END,
            "tokenizer_class": "CLIPTokenizer", "unk_token": {**end, **added},
        }
        special = {"bos_token": start, "eos_token": end, "pad_token": END, "unk_token": end}
        for name, value in (("vocab", self.ids), ("tokenizer_config", config), ("special_tokens_map", special)):
            with open(os.path.join(folder, name + ".json"), "w") as file:
                json.dump(value, file, indent=None if name == "vocab" else 2, ensure_ascii=False)
        with open(os.path.join(folder, "merges.txt"), "w") as file:
            file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in self.merges))


def load_tokenizer(work, world=None):
    """The tokenizer of this work folder; learnt from the captions the first time."""
    path = os.path.join(work, "merges.json")
    if not os.path.exists(path):
        merges = learn_merges(caption for scene in world.scenes for caption in scene["captions"])
        with open(path, "w") as file:
            json.dump(merges, file)
    with open(path) as file:
        return Tokenizer([tuple(m) for m in json.load(file)])
