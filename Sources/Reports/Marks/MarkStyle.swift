/// Rules for marks, their labels, and the legend that has both.
enum MarkStyle {
  static let css = """
    .plot .marker { fill: currentColor; stroke: var(--paper); stroke-width: 1; }
    .plot .marker.foreign { fill: var(--paper); stroke: currentColor; stroke-width: 1.4; }
    .plot svg .at { pointer-events: all; }
    .plot text.label { opacity: 1; fill: var(--ink); stroke: var(--paper); stroke-width: 3;
      stroke-linejoin: round; paint-order: stroke; pointer-events: none; }
    .plot .label.start { text-anchor: start; }
    .plot .label.middle { text-anchor: middle; }
    .plot .label.end { text-anchor: end; }
    .plot svg.shape { display: inline-block; width: 18px; height: 14px; margin: 0 5px 0 0;
      vertical-align: -2px; overflow: visible; }
    .plot .shape .through { fill: none; stroke: currentColor; stroke-width: 1.5; }
    .key.shaped::before { display: none; }
    .plot .narrow { display: none; }
    .plot.labelled, .plot.triangle { container-type: inline-size; }
    @container (max-width: 520px) {
      .plot text.roomy { display: none; }
      .plot .narrow { display: inline; }
    }

    """
}
