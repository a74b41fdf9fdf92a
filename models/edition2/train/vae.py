"""The picture autoencoder: AutoencoderKL with its published weight names (the older attention names)."""
import torch
import torch.nn.functional as F
from torch import nn


class Resnet(nn.Module):
    def __init__(self, c_in, c_out, groups):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, c_in, eps=1e-6)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, c_out, eps=1e-6)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else None

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return h + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class Attention(nn.Module):
    def __init__(self, width, groups):
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, width, eps=1e-6)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.proj_attn = nn.Linear(width, width)

    def forward(self, x):
        b, c, h, w = x.shape
        y = self.group_norm(x).flatten(2).transpose(1, 2)
        y = self.proj_attn(F.scaled_dot_product_attention(self.query(y), self.key(y), self.value(y)))
        return x + y.transpose(1, 2).reshape(b, c, h, w)


class Down(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Up(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Stage(nn.Module):
    def __init__(self, resnets, sampler, name):
        super().__init__()
        self.resnets = nn.ModuleList(resnets)
        self.sampler = name if sampler is not None else None
        if sampler is not None:
            setattr(self, name, nn.ModuleList([sampler]))

    def forward(self, x):
        for resnet in self.resnets:
            x = resnet(x)
        return x if self.sampler is None else getattr(self, self.sampler)[0](x)


class Middle(nn.Module):
    def __init__(self, width, groups):
        super().__init__()
        self.attentions = nn.ModuleList([Attention(width, groups)])
        self.resnets = nn.ModuleList([Resnet(width, width, groups), Resnet(width, width, groups)])

    def forward(self, x):
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels, layers, groups = config["block_out_channels"], config["layers_per_block"], config["norm_num_groups"]
        self.conv_in = nn.Conv2d(3, channels[0], 3, padding=1)
        width, stages = channels[0], []
        for i, c in enumerate(channels):
            resnets = [Resnet(width if j == 0 else c, c, groups) for j in range(layers)]
            stages.append(Stage(resnets, Down(c) if i < len(channels) - 1 else None, "downsamplers"))
            width = c
        self.down_blocks = nn.ModuleList(stages)
        self.mid_block = Middle(width, groups)
        self.conv_norm_out = nn.GroupNorm(groups, width, eps=1e-6)
        self.conv_out = nn.Conv2d(width, 2 * config["latent_channels"], 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for stage in self.down_blocks:
            x = stage(x)
        return self.conv_out(F.silu(self.conv_norm_out(self.mid_block(x))))


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels, layers, groups = config["block_out_channels"], config["layers_per_block"], config["norm_num_groups"]
        width, stages = channels[-1], []
        self.conv_in = nn.Conv2d(config["latent_channels"], width, 3, padding=1)
        self.mid_block = Middle(width, groups)
        for i, c in enumerate(reversed(channels)):
            resnets = [Resnet(width if j == 0 else c, c, groups) for j in range(layers + 1)]
            stages.append(Stage(resnets, Up(c) if i < len(channels) - 1 else None, "upsamplers"))
            width = c
        self.up_blocks = nn.ModuleList(stages)
        self.conv_norm_out = nn.GroupNorm(groups, width, eps=1e-6)
        self.conv_out = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, z):
        x = self.mid_block(self.conv_in(z))
        for stage in self.up_blocks:
            x = stage(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class Vae(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        latent = config["latent_channels"]
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        self.quant_conv = nn.Conv2d(2 * latent, 2 * latent, 1)
        self.post_quant_conv = nn.Conv2d(latent, latent, 1)

    def moments(self, x):
        """Mean and log variance of the latent of pictures in -1..1."""
        mean, logvar = self.quant_conv(self.encoder(x)).chunk(2, dim=1)
        return mean, logvar.clamp(-30, 20)

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))
