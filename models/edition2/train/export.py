"""Writes the trained networks in the diffusers layout, float16."""
import os

import torch

from common import log, save_safetensors, write_json
from config import SCHEDULER
from judge import config as judge_config
from sample import load_unet
from stage_clip import load_clip
from stage_judge import load_judge
from stage_vae import load_vae

LIMIT = 30_000_000  # bytes, the whole model


def with_prefix(module, prefix):
    return {f"{prefix}.{name}": value for name, value in module.state_dict().items()}


def write_part(out, name, config, tensors, config_name="config.json", weights="model.safetensors"):
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    write_json(os.path.join(folder, config_name), config)
    if tensors is not None:
        save_safetensors(os.path.join(folder, weights), tensors)


def export_model(size, work, out):
    """Exports what is trained so far; each part on its own, so that early stages can be shipped first."""
    os.makedirs(out, exist_ok=True)
    clip, tokenizer = load_clip(size, work)
    tokenizer.save(os.path.join(out, "tokenizer"))
    ids = {"vocab_size": len(tokenizer.ids), "bos_token_id": tokenizer.start, "eos_token_id": tokenizer.end, "pad_token_id": tokenizer.end}
    text = with_prefix(clip.text_model, "text_model")
    text["text_model.embeddings.position_ids"] = torch.arange(size["text"]["max_position_embeddings"])[None]
    write_part(out, "text_encoder", {**size["text"], **ids}, text)
    vision = with_prefix(clip.vision_model, "vision_model")
    count = vision["vision_model.embeddings.position_embedding.weight"].shape[0]
    vision["vision_model.embeddings.position_ids"] = torch.arange(count)[None]
    write_part(out, "image_encoder", size["vision"], vision)
    write_json(os.path.join(out, "image_encoder", "preprocessor_config.json"), preprocessor(size["vision"]["image_size"]))
    projections = {
        "text_projection.weight": clip.text_projection.weight,
        "visual_projection.weight": clip.visual_projection.weight,
        "logit_scale": clip.logit_scale.clamp(max=4.6052),
    }
    save_safetensors(os.path.join(out, "image_encoder", "projections.safetensors"), projections)
    weights = "diffusion_pytorch_model.safetensors"
    write_part(out, "vae", size["vae"], load_vae(size, work).state_dict(), weights=weights)
    write_part(out, "scheduler", SCHEDULER, None, config_name="scheduler_config.json")
    if os.path.exists(os.path.join(work, "unet.ckpt")):
        write_part(out, "unet", size["unet"], load_unet(size, work)[0].state_dict(), weights=weights)
    if os.path.exists(os.path.join(work, "judge.ckpt")):
        write_part(out, "judge", judge_config(), load_judge(work).folded())
    write_json(os.path.join(out, "model_index.json"), index())
    total = sum(os.path.getsize(os.path.join(folder, f)) for folder, _, files in os.walk(out) for f in files)
    log(f"exported {total / 1e6:.1f} MB")
    if total > LIMIT:
        raise ValueError(f"the model has {total} bytes, more than {LIMIT}")


def preprocessor(side):
    return {
        "crop_size": {"height": side, "width": side}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True,
        "do_rescale": True, "do_resize": True, "feature_extractor_type": "CLIPFeatureExtractor",
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_processor_type": "CLIPFeatureExtractor",
        "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "rescale_factor": 0.00392156862745098,
        "size": {"shortest_edge": side},
    }


def index():
    return {
        "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.6.0",
        "feature_extractor": ["transformers", "CLIPImageProcessor"], "safety_checker": [None, None],
        "scheduler": ["diffusers", "PNDMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
