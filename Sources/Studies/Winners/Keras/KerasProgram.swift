import Networks

/// Functions in Python that rebuild a network in Keras 3 and read a checkpoint.
enum KerasProgram {
  private static let usage = """
    # form = json.load(open("winner-keras.json"))
    # exec(form["python"])
    # model = rebuilt(form, "DIR/CHECKPOINT.h5")
    # model.predict(images)  # [N, H, W, C], 0 to 255, as effnet predict fits them
    """

  /// By Keras' own function. The first family has its rescaling and normalisation in it, and reads
  /// their values from the checkpoint.
  static func calling(_ function: KerasFunction, _ family: StageTable.Family) -> String {
    let preparation =
      family == .v1
      ? []
      : [
        "    x = layers.Rescaling(1 / 255)(x)",
        "    x = layers.Normalization(**form[\"normalization\"])(x)",
      ]
    return """
      \(usage)
      from keras import Input, layers
      from \(function.module) import \(function.name)


      def rebuilt(form, checkpoint):
          x = Input(form["inputShape"])
      \(preparation.map { $0 + "\n" }.joined())    model = \(function.name)(input_tensor=x, **form["arguments"])
          for layer in model.layers:
              if isinstance(layer, layers.BatchNormalization):
                  layer.momentum = form["network"]["momentum"]
          model.load_weights(checkpoint)
          return model

      """
  }

  /// Layer by layer, for any network.
  static let layers = """
    \(usage)
    from keras import Input, Model, layers


    def rebuilt(form, checkpoint):
        network = form["network"]
        activation = network["activation"]
        depthwise = "dwconv" if network["family"] == "v1" else "dwconv2"

        def normalized(x, name, activation=None):
            x = layers.BatchNormalization(
                momentum=network["momentum"], epsilon=network["epsilon"], name=name
            )(x)
            return layers.Activation(activation)(x) if activation else x

        def convolution(x, channels, kernel, stride, name, activation=None):
            x = layers.Conv2D(
                channels, kernel, stride, "same", use_bias=False, name=f"{name}_conv"
            )(x)
            return normalized(x, f"{name}_bn", activation)

        def squeezed(x, channels, name):
            gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
            gate = layers.Conv2D(channels, 1, activation="swish", name=f"{name}_se_reduce")(gate)
            gate = layers.Conv2D(
                x.shape[-1], 1, activation="sigmoid", name=f"{name}_se_expand"
            )(gate)
            return layers.Multiply()([x, gate])

        def block(x, stage, stride, name, drop):
            start, kind, kernel = x, stage["kind"], stage["kernel"]
            inputs, outputs = x.shape[-1], stage["channels"]
            wide = inputs * stage["expansion"]
            if kind == "cn":
                x = convolution(x, outputs, kernel, stride, f"{name}_project", activation)
            elif kind == "er":
                x = convolution(x, wide, kernel, stride, f"{name}_expand", activation)
            else:
                if kind == "ir":
                    x = convolution(x, wide, 1, 1, f"{name}_expand", activation)
                x = layers.DepthwiseConv2D(
                    kernel, stride, "same", use_bias=False, name=f"{name}_{depthwise}"
                )(x)
                x = normalized(x, f"{name}_bn", activation)
            if stage["squeeze"] > 0:
                x = squeezed(x, max(1, int(inputs * stage["squeeze"])), name)
            if kind != "cn":
                x = convolution(x, outputs, 1, 1, f"{name}_project")
            if not stage["shortcuts"] or stride > 1 or inputs != outputs:
                return x
            if drop > 0:
                x = layers.Dropout(drop, noise_shape=(None, 1, 1, 1))(x)
            return layers.Add()([x, start])

        def letters(number):
            return (letters(number // 26 - 1) if number > 25 else "") + chr(97 + number % 26)

        start = Input(form["inputShape"])
        x = layers.Rescaling(1 / 255)(start)
        # The first family reads its values from the checkpoint, as Keras' own does.
        fixed = {} if network["family"] == "v1" else form["normalization"]
        x = layers.Normalization(**fixed)(x)
        x = convolution(x, network["stem"], 3, network["stemStride"], "stem", activation)
        count = sum(stage["repeats"] for stage in network["stages"])
        number = 0
        for row, stage in enumerate(network["stages"], 1):
            for position in range(stage["repeats"]):
                stride = 1 if position else stage["stride"]
                drop = network["dropPath"] * number / count
                x = block(x, stage, stride, f"block{row}{letters(position)}", drop)
                number += 1
        x = convolution(x, network["head"], 1, 1, "top", activation)
        x = layers.GlobalAveragePooling2D()(x)
        x = layers.Dropout(network["dropout"])(x)
        x = layers.Dense(network["classes"], "softmax", name="predictions")(x)
        model = Model(start, x)
        model.load_weights(checkpoint)
        return model

    """
}
