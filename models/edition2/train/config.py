"""Sizes of the networks and lengths of the stages, for a CPU and for a GPU."""

PICTURE, LATENT = 256, 32
SEEN = 128  # side of the picture that CLIP's picture tower sees

TEXT = {
    "architectures": ["CLIPTextModel"], "model_type": "clip_text_model", "hidden_act": "quick_gelu",
    "hidden_size": 128, "intermediate_size": 512, "num_attention_heads": 4, "num_hidden_layers": 3,
    "max_position_embeddings": 77, "projection_dim": 128, "layer_norm_eps": 1e-05,
    "attention_dropout": 0.0, "dropout": 0.0, "initializer_factor": 1.0, "initializer_range": 0.02,
    "torch_dtype": "float16",
}
VISION = {
    "architectures": ["CLIPVisionModel"], "model_type": "clip_vision_model", "hidden_act": "quick_gelu",
    "hidden_size": 128, "intermediate_size": 512, "num_attention_heads": 4, "num_hidden_layers": 3,
    "image_size": SEEN, "patch_size": 16, "num_channels": 3, "projection_dim": 128, "layer_norm_eps": 1e-05,
    "attention_dropout": 0.0, "dropout": 0.0, "initializer_factor": 1.0, "initializer_range": 0.02,
    "torch_dtype": "float16",
}
VAE = {
    "_class_name": "AutoencoderKL", "_diffusers_version": "0.6.0", "act_fn": "silu",
    "block_out_channels": [32, 64, 96, 96], "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4, "in_channels": 3, "out_channels": 3, "latent_channels": 4,
    "layers_per_block": 2, "norm_num_groups": 8, "sample_size": PICTURE, "scaling_factor": 0.18215,
}
UNET = {
    "_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0", "act_fn": "silu",
    "attention_head_dim": 4, "block_out_channels": [64, 128, 160], "center_input_sample": False,
    "cross_attention_dim": 128, "downsample_padding": 1, "flip_sin_to_cos": True, "freq_shift": 0,
    "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
    "in_channels": 4, "out_channels": 4, "layers_per_block": 1, "mid_block_scale_factor": 1,
    "norm_eps": 1e-05, "norm_num_groups": 8, "sample_size": LATENT,
}
SCHEDULER = {
    "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_start": 0.00085, "beta_end": 0.012,
    "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "set_alpha_to_one": False,
    "skip_prk_steps": True, "steps_offset": 1, "trained_betas": None, "clip_sample": False,
}

# Steps bound a stage, seconds bound it too: the rate falls to zero at whichever ends first.
CPU = {
    "scenes": 40000, "judge_scenes": 16000, "unet": UNET, "text": TEXT, "vision": VISION,
    "vae": VAE, "vae_steps": 20000, "vae_batch": 4, "vae_rate": 1e-3, "vae_seconds": 1e9,
    "decoder_steps": 20000, "decoder_batch": 4, "decoder_rate": 5e-4, "decoder_seconds": 1e9,
    "clip_steps": 4000, "clip_batch": 128, "clip_seconds": 1e9,
    "judge_steps": 8000, "judge_batch": 48, "judge_seconds": 1e9,
    "unet_steps": 60000, "unet_batch": 32, "unet_rate": 8e-4, "unet_seconds": 1e9,
    "lcm_steps": 2000, "lcm_batch": 24, "lcm_rate": 1e-3, "lcm_seconds": 1e9,
}
# One lease of a large GPU: some twelve minutes for everything, drawing included.
GPU = {
    **CPU, "scenes": 32000, "judge_scenes": 6000,
    "vae_batch": 16, "vae_rate": 1.2e-3, "vae_seconds": 150,
    "decoder_batch": 16, "decoder_rate": 6e-4, "decoder_seconds": 130,
    "clip_steps": 4000, "clip_batch": 512, "clip_seconds": 60,
    "judge_steps": 6000, "judge_batch": 192, "judge_seconds": 80,
    "unet_batch": 128, "unet_rate": 1e-3, "unet_seconds": 380,
    "lcm_batch": 96, "lcm_seconds": 60,
}
# A few steps of narrow networks: shows in a minute that every stage runs.
TRY = {
    **CPU, "scenes": 2000, "judge_scenes": 1000,
    "vae": {**VAE, "block_out_channels": [8, 8, 16, 16]}, "unet": {**UNET, "block_out_channels": [32, 32, 32]},
    "vae_steps": 3, "vae_batch": 2, "decoder_steps": 3, "decoder_batch": 2, "clip_steps": 3, "clip_batch": 16,
    "judge_steps": 3, "judge_batch": 8, "unet_steps": 3, "unet_batch": 4, "lcm_steps": 3, "lcm_batch": 4,
}
SIZES = {"cpu": CPU, "gpu": GPU, "try": TRY}
