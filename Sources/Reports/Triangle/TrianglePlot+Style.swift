extension TrianglePlot {
  package static var styles: [String] { [MarkStyle.css, HeatScale.css, style] }

  private static let style = """
    .plot.triangle .drawing { overflow-x: auto; overflow-y: hidden; padding: 46px 0 40px; }
    .plot.triangle .drawing > svg { height: auto; aspect-ratio: 2 / 1.7320508; margin: 0 auto;
      width: min(100% - 76px, 540px); }
    .triangle .side { fill: none; stroke: var(--shade); vector-effect: non-scaling-stroke; }
    .triangle .region { fill: var(--second); opacity: .13; }
    .triangle .cell { stroke: var(--shade); }
    .triangle path.cell { stroke: var(--paper); }
    .plot .cell.open { fill: var(--paper); stroke: var(--quiet); stroke-dasharray: 3 3; }
    .plot path.cell.open { stroke-dasharray: none; stroke-width: 1.4; }
    .plot .best { fill: none; stroke: var(--ink); stroke-width: 2; }
    .plot.triangle line.reached { stroke: var(--quiet); stroke-width: 1.5; }
    .plot circle.reached { fill: var(--quiet); }
    .plot text.score { opacity: 1; text-anchor: middle; font-weight: 600; pointer-events: none;
      stroke-width: 3; stroke-linejoin: round; paint-order: stroke; }
    .plot text.corner { opacity: 1; font-size: 12px; font-weight: 600; fill: var(--ink); }
    .plot .optimum { fill: none; stroke: var(--paper); stroke-width: 5; }
    .plot .optimum + .optimum { stroke: var(--second); stroke-width: 2; }
    .triangle .item { font-size: 12px; color: var(--quiet); }
    .triangle .shape .region { opacity: .3; }

    """
}
