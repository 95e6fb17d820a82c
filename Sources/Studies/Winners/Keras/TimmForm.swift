import Networks

/// A network as PyTorch Image Models (timm) builds it from the rows of its table.
package struct TimmForm: Encodable, Sendable {
  /// Lists of rows, a list for each stage, as `decode_arch_def` takes them.
  package let rows: [[String]]
  /// Stride of the first convolution, which is 2 in timm's code and can be set in the model.
  package let stemStride: Int
  /// Arguments of `timm.models.EfficientNet`.
  package let arguments: [String: JSONValue]
  /// Those of its batch normalisation; PyTorch's momentum is the share of the new value.
  package let normalization: [String: JSONValue]
  package let activation: String
  /// A function `built(timm)` that returns the model without weights; its input is normalised. Nil
  /// where timm's code makes another network of the rows.
  package let python: String?
  /// Why it does.
  package let reason: String?

  package init(_ architecture: Architecture) {
    rows = architecture.stages.map { [$0.notation] }
    stemStride = architecture.stemStride
    // timm dilates convolutions behind what it takes for the largest stride.
    let stride = architecture.stages.reduce(2) { $0 * $1.stride }
    arguments = [
      "stem_size": .whole(architecture.stemChannels), "fix_stem": true,
      "num_features": .whole(architecture.headChannels),
      "num_classes": .whole(architecture.classes),
      "in_chans": .whole(architecture.inputChannels), "pad_type": "same",
      "output_stride": .whole(stride), "drop_rate": .number(architecture.dropout),
      "drop_path_rate": .number(architecture.dropPath),
    ]
    normalization = [
      "eps": .number(architecture.batchNormEpsilon),
      "momentum": .number(Self.plain(1 - architecture.batchNormMomentum)),
    ]
    activation = architecture.activation.rawValue
    let rounded = architecture.blocks.first {
      $0.stage.kind.isExpanding && $0.expandedChannels % Self.divisor != 0
    }
    python = rounded == nil ? Self.program : nil
    reason = rounded.map {
      "timm rounds the \($0.expandedChannels) channels in the middle of \($0.name) to a multiple of "
        + "\(Self.divisor)"
    }
  }

  /// What timm's blocks round their expanded channels to multiples of.
  private static let divisor = 8

  /// Without the last bits of a difference: 0.01 and not 0.010000000000000009.
  private static func plain(_ value: Double) -> Double { (1e12 * value).rounded() / 1e12 }

  private static let program = """
    # form = json.load(open("winner-keras.json"))
    # exec(form["timm"]["python"])
    # model = built(form["timm"])
    from functools import partial

    from timm.layers import get_act_layer
    from timm.models import EfficientNet
    from timm.models._efficientnet_blocks import SqueezeExcite
    from timm.models._efficientnet_builder import decode_arch_def
    from torch import nn


    def built(timm):
        model = EfficientNet(
            decode_arch_def(timm["rows"]),
            round_chs_fn=lambda channels: channels,
            act_layer=get_act_layer(timm["activation"]),
            norm_layer=partial(nn.BatchNorm2d, **timm["normalization"]),
            # Squeezed channels are rounded down; a product of two ratios may be a bit less than whole.
            se_layer=partial(
                SqueezeExcite,
                rd_round_fn=lambda channels: max(1, int(channels + 1e-6)),
                force_act_layer=nn.SiLU,
            ),
            **timm["arguments"],
        )
        model.conv_stem.stride = (timm["stemStride"],) * 2
        return model

    """
}
