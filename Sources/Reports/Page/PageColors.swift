/// The colours of all pages, light and dark.
///
/// Those of lines are told apart by colour-blind readers as long as there are few; beyond four,
/// shapes do it. Heat goes from what is near the paper to what is far from it in seven steps whose
/// lightness alone puts them in order, so that neither hue nor scheme matters: with OKLCH from
/// lightness 0.95 to 0.36 on light paper, from 0.33 to 0.92 on dark, each with the ink that is
/// legible on it.
enum PageColors {
  /// Steps of heat.
  static let heatCount = 7

  static let css = """
    :root {
      color-scheme: light dark;
      --paper: #fcfcfb; --ink: #1b1d21; --quiet: #646a73; --hair: #e3e4e6; --fill: #f1f2f3;
      --first: #0b66b2; --second: #c2500c; --good: #1d7f4e;
      --third: #14806a; --fourth: #8a3f9e; --shade: #c9cdd2;
      --fifth: #b3264c; --sixth: #7d6a00; --seventh: #4b5ad1; --eighth: #56616e;
      --first-rgb: 11 102 178; --second-rgb: 214 94 16;
      --heat-0: #edf3d1; --heat-1: #b8daaf; --heat-2: #76c19e; --heat-3: #00a79c;
      --heat-4: #038293; --heat-5: #015f85; --heat-6: #0f3b78;
      --on-0: #101216; --on-1: #101216; --on-2: #101216; --on-3: #101216;
      --on-4: #ffffff; --on-5: #ffffff; --on-6: #ffffff;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #141619; --ink: #dcdfe4; --quiet: #9299a3; --hair: #2c3036; --fill: #1e2126;
        --first: #62adf5; --second: #f79a55; --good: #5cc48e;
        --third: #4fc7ab; --fourth: #cf8ee0; --shade: #4a5058;
        --fifth: #f5809b; --sixth: #cdb64a; --seventh: #a3acff; --eighth: #a9b3bf;
        --first-rgb: 98 173 245; --second-rgb: 247 154 85;
        --heat-0: #1c3461; --heat-1: #03567b; --heat-2: #087889; --heat-3: #069c93;
        --heat-4: #5ebb90; --heat-5: #a4d591; --heat-6: #e6ec9d;
        --on-0: #ffffff; --on-1: #ffffff; --on-2: #ffffff; --on-3: #101216;
        --on-4: #101216; --on-5: #101216; --on-6: #101216;
      }
    }

    """
}
