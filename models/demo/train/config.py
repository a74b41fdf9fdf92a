"""Sizes of the networks and lengths of the stages, for a CPU and for a GPU."""

PICTURE, LATENT = 128, 16
WORDS = {"max": 77, "text_width": 128}

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
    "image_size": 128, "patch_size": 16, "num_channels": 3, "projection_dim": 128, "layer_norm_eps": 1e-05,
    "attention_dropout": 0.0, "dropout": 0.0, "initializer_factor": 1.0, "initializer_range": 0.02,
    "torch_dtype": "float16",
}
VAE = {
    "_class_name": "AutoencoderKL", "_diffusers_version": "0.6.0", "act_fn": "silu",
    "block_out_channels": [16, 32, 64, 64], "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4, "in_channels": 3, "out_channels": 3, "latent_channels": 4,
    "layers_per_block": 2, "norm_num_groups": 8, "sample_size": 128, "scaling_factor": 0.18215,
}
UNET = {
    "_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0", "act_fn": "silu",
    "attention_head_dim": 4, "block_out_channels": [64, 128, 128], "center_input_sample": False,
    "cross_attention_dim": 128, "downsample_padding": 1, "flip_sin_to_cos": True, "freq_shift": 0,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "in_channels": 4, "out_channels": 4, "layers_per_block": 1, "mid_block_scale_factor": 1,
    "norm_eps": 1e-05, "norm_num_groups": 8, "sample_size": 16,
}
SCHEDULER = {
    "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_start": 0.00085, "beta_end": 0.012,
    "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "set_alpha_to_one": False,
    "skip_prk_steps": True, "steps_offset": 1, "trained_betas": None, "clip_sample": False,
}

CPU = {
    "scenes": 28000, "judge_scenes": 20000, "vae": VAE, "unet": UNET, "text": TEXT, "vision": VISION,
    "vae_steps": 5200, "vae_batch": 8, "vae_rate": 1.2e-3, "decoder_steps": 9600, "decoder_batch": 2,
    "clip_steps": 1600, "clip_batch": 64, "judge_steps": 5300, "judge_batch": 32,
    "unet_steps": 6800, "unet_batch": 24, "unet_rate": 1e-3,
}
GPU = {
    **CPU,
    "scenes": 120000,
    "vae": {**VAE, "block_out_channels": [32, 64, 96, 96]},
    "unet": {**UNET, "block_out_channels": [96, 160, 224]},
    "vae_steps": 30000, "vae_batch": 64, "decoder_steps": 10000, "decoder_batch": 16, "clip_steps": 20000, "clip_batch": 256, "judge_steps": 6000,
    "unet_steps": 60000, "unet_batch": 256, "unet_rate": 8e-4,
}
SIZES = {"cpu": CPU, "gpu": GPU}
