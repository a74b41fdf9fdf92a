"""Measures on held-out scenes with the Python sampler (the engine's own measures are made in TypeScript)."""
import argparse
import json
import os

import torch

from common import log
from config import SIZES
from data import COLOURS, KINDS, PATTERNS, SETTINGS, STYLES, World
from judge import PART_NAMES
from sample import generate, load_all, sheet
from stage_judge import load_judge, measure_judge
from stage_vae import measure_psnr


@torch.no_grad()
def judged(judge, pictures):
    """What the judge sees in each picture: a dictionary of class numbers."""
    parts = [part.argmax(1).tolist() for part in judge(pictures)]
    return [dict(zip(PART_NAMES, row)) for row in zip(*parts)]


def score(scenes, seen):
    """Share of scenes in which each asked-for attribute is there; objects of a pair in either order."""
    right = {name: 0 for name in ("object", "colour", "pattern", "setting", "style")}
    for scene, verdict in zip(scenes, seen):
        wanted = [(KINDS.index(o["kind"]), COLOURS.index(o["colour"]), PATTERNS.index(o["pattern"])) for o in scene["objects"]]
        found = [tuple(verdict[f"{name}{k}"] for name in ("kind", "colour", "pattern")) for k in (1, 2)][: len(wanted)]
        for position, name in enumerate(("object", "colour", "pattern")):
            right[name] += sorted(w[position] for w in wanted) == sorted(f[position] for f in found)
        right["setting"] += verdict["setting"] == SETTINGS.index(scene["setting"])
        right["style"] += verdict["style"] == STYLES.index(scene["style"])
    return {name: count / len(scenes) for name, count in right.items()}


def evaluate_generation(size, world, work, count, guidance, page=None):
    """Text to picture for the full captions of held-out scenes."""
    models, step = load_all(size, work)
    judge, scenes, pictures = load_judge(work), [world.scenes[i] for i in world.test[:count]], []
    for start in range(0, count, 32):
        prompts = [scene["fullCaption"] for scene in scenes[start : start + 32]]
        pictures.append(generate(models, prompts, guidance=guidance, seed=start))
    pictures = torch.cat(pictures)
    if page:
        sheet(pictures[:48], page, columns=8, titles=[scene["fullCaption"] for scene in scenes[:48]])
    seen = judged(judge, pictures)
    single = [k for k, scene in enumerate(scenes) if len(scene["objects"]) == 1]
    pairs = [k for k, scene in enumerate(scenes) if len(scene["objects"]) == 2]
    pick = lambda chosen: score([scenes[k] for k in chosen], [seen[k] for k in chosen])
    return {"step": step, "count": count, "all": score(scenes, seen), "single": pick(single), "pair": pick(pairs)}


def evaluate(size, world, work, count=160, guidance=5.0, page=None):
    torch.manual_seed(0)
    models, _ = load_all(size, work)
    report = {"vae_psnr": measure_psnr(models[3], world, 200)}
    judge = load_judge(work)
    held_out = [world.scenes[i] for i in world.test[:400]]
    report["judge_on_real"] = score(held_out, judged(judge, world.tensor(world.test[:400])))
    rebuilt = [models[3].decode(models[3].moments(world.tensor([i]))[0]).clamp(-1, 1) for i in world.test[:200]]
    report["judge_on_rebuilt"] = score(held_out[:200], judged(judge, torch.cat(rebuilt)))
    report["text_to_picture"] = evaluate_generation(size, world, work, count, guidance, page)
    judge_world = os.path.join(work, "judge_world")
    if os.path.exists(judge_world):
        report["judge_own_test"] = measure_judge(work, World(judge_world))
    with open(os.path.join(work, "measures.json"), "w") as file:
        json.dump(report, file, indent=2)
    log(json.dumps(report, indent=2))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--size", choices=list(SIZES), default="cpu")
    parser.add_argument("--count", type=int, default=160)
    parser.add_argument("--guidance", type=float, default=5.0)
    parser.add_argument("--page", help="contact sheet of the first 48 pictures")
    options = parser.parse_args()
    torch.set_num_threads(1)
    world = World(os.path.join(options.work, "world"))
    evaluate(SIZES[options.size], world, options.work, options.count, options.guidance, options.page)


if __name__ == "__main__":
    main()
