/// The style of all pages: the fonts of the system, and what several of them show. Colours are
/// those of ``PageColors``.
enum PageStyle {
  static let css = """
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; padding: clamp(14px, 2.2vw, 36px); max-width: 1440px;
      background: var(--paper); color: var(--ink);
      font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      font-variant-numeric: tabular-nums;
    }
    h1 { margin: 0; font-size: 22px; line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
    h2 { margin: 36px 0 10px; padding-top: 10px; border-top: 1px solid var(--hair);
      font-size: 15px; font-weight: 650; }
    h3 { margin: 0 0 8px; font-size: 13px; font-weight: 600; }
    h2 .quiet, h3 .quiet { margin-left: 6px; font-size: 12px; font-weight: 400; }
    p { margin: 4px 0; }
    .quiet { color: var(--quiet); }
    header .row { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; }
    .status { font-weight: 600; color: var(--first); }
    .status::before { content: ""; display: inline-block; width: 8px; height: 8px;
      margin-right: 7px; border-radius: 50%; background: currentColor; vertical-align: 1px; }
    .status.finished { color: var(--good); }
    .status.stopped { color: var(--second); }
    .done { height: 4px; margin: 12px 0 0; border-radius: 2px; background: var(--hair);
      overflow: hidden; }
    .done div { height: 100%; background: var(--first); }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(118px, 1fr));
      gap: 14px 20px; margin: 18px 0 0; }
    .tiles div { min-width: 0; }
    dt { color: var(--quiet); font-size: 12px; }
    dd { margin: 0; overflow-wrap: anywhere; }
    .tiles dd { font-size: 19px; line-height: 1.3; font-weight: 600; white-space: nowrap; }
    .tiles small { display: block; white-space: normal; font-size: 12px; font-weight: 400;
      color: var(--quiet); }
    .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr));
      gap: 10px 24px; margin: 0 0 14px; }
    .facts .wide { grid-column: 1 / -1; }
    .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr));
      gap: 26px 40px; margin-top: 30px; }
    .plots.small { grid-template-columns: repeat(auto-fit, minmax(min(100%, 270px), 1fr)); }
    .plot { margin: 0; min-width: 0; }
    .plot figcaption { display: flex; flex-wrap: wrap; gap: 0 16px; margin-bottom: 9px; }
    .plot > svg, .drawing > svg { display: block; overflow: visible; height: 230px;
      margin: 0 6px 34px 46px; width: calc(100% - 52px); }
    .plots.small .plot > svg { height: 120px; }
    .plot svg svg { width: 100%; height: 100%; overflow: visible; }
    .plot line { stroke: var(--hair); }
    .plot text { font-size: 11px; fill: currentColor; opacity: .66; }
    .plot .y, .plot .end { text-anchor: end; }
    .plot .y { dominant-baseline: central; }
    .plot .x { text-anchor: middle; }
    .s0, .key { color: var(--first); }
    .s1 { color: var(--second); }
    .s2 { color: var(--third); }
    .s3 { color: var(--fourth); }
    .s4 { color: var(--fifth); }
    .s5 { color: var(--sixth); }
    .s6 { color: var(--seventh); }
    .s7 { color: var(--eighth); }
    .plot polyline { fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linejoin: round;
      vector-effect: non-scaling-stroke; }
    .plot polyline.range { stroke-width: 1; opacity: .3; }
    .plot polyline.dashed { stroke-dasharray: 5 4; }
    .plot line.interval { stroke: currentColor; stroke-width: 5; opacity: .3; }
    .plot circle { fill: currentColor; }
    .plot rect { fill: currentColor; opacity: 0; }
    .plot rect:hover { opacity: .07; }
    .key.dashed::before { background: repeating-linear-gradient(90deg, currentColor 0 4px,
      transparent 4px 6px); }
    .plot .title, .plot b { color: var(--ink); font-weight: 600; }
    .key::before { content: ""; display: inline-block; width: 14px; height: 2px; margin-right: 6px;
      background: currentColor; vertical-align: 4px; }
    .sides { display: flex; flex-wrap: wrap; gap: 26px 56px; margin-top: 18px;
      align-items: flex-start; }
    .sides > div { min-width: 0; max-width: 100%; }
    .sides > .grows { flex: 1 1 320px; max-width: 640px; }
    .scroll { overflow-x: auto; padding-bottom: 4px; }
    table { border-collapse: collapse; font-size: 13px; }
    th { font-weight: 500; text-align: left; }
    .list { width: 100%; }
    .list th, .list td { padding: 3px 10px 3px 0; border-bottom: 1px solid var(--hair); }
    .list thead th { color: var(--quiet); font-size: 12px; }
    .list .number { width: 1%; text-align: right; white-space: nowrap; }
    .list .number:last-child { padding-right: 0; }
    .list tbody th { max-width: 220px; overflow-wrap: anywhere; }
    .bar { min-width: 90px; }
    .bar div { height: 6px; border-radius: 3px; background: var(--fill); overflow: hidden; }
    .bar i { display: block; height: 100%; background: var(--first); }
    .stack { display: grid; grid-template-columns: minmax(90px, max-content) 1fr max-content;
      gap: 7px 14px; align-items: center; margin: 12px 0; }
    .stack .length { min-width: 0; }
    .stack .whole { display: flex; height: 18px; border-radius: 3px; overflow: hidden; }
    .stack .whole i, .swatch { background: var(--shade); }
    .stack .whole i { display: block; min-width: 0; height: 100%; }
    .p1, .stack .whole i.p1 { background: var(--quiet); }
    .p2, .stack .whole i.p2 { background: var(--first); }
    .p3, .stack .whole i.p3 { background: var(--second); }
    .p4, .stack .whole i.p4 { background: var(--third); }
    .p5, .stack .whole i.p5 { background: var(--fourth); }
    .p6, .stack .whole i.p6 { background: var(--ink); }
    .stack .value { text-align: right; white-space: nowrap; }
    .swatches { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 12px; }
    .swatch { display: inline-block; width: 10px; height: 10px; margin-right: 6px;
      border-radius: 2px; vertical-align: -1px; }
    .tag { display: inline-block; padding: 0 7px; border: 1px solid currentColor;
      border-radius: 9px; font-size: 11px; font-weight: 600; color: var(--second); }
    .list.even { width: auto; min-width: min(100%, 560px); }
    .list.even th { max-width: none; white-space: nowrap; }
    .list.even .number { width: auto; padding-left: 12px; }
    .plots.level { align-items: end; }
    .plots + .scroll, .stack + .scroll, .scroll + .scroll { margin-top: 20px; }
    .plots.three { grid-template-columns: repeat(auto-fit, minmax(min(100%, 290px), 1fr)); }
    .meanings { display: grid; gap: 8px 24px;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); }
    .meanings dt { color: var(--ink); font-weight: 600; }
    .meanings dd { color: var(--quiet); font-size: 13px; }
    .confusion td { width: 34px; min-width: 34px; height: 30px; padding: 0; text-align: center;
      border: 1px solid var(--paper); background: var(--fill); font-size: 12px; }
    .confusion td.hit { background: rgb(var(--first-rgb) / var(--v)); }
    .confusion td.miss { background: rgb(var(--second-rgb) / var(--v)); }
    .confusion tbody th { padding-right: 9px; text-align: right; max-width: 170px;
      overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .confusion thead th { padding: 0 0 4px; text-align: center; vertical-align: bottom; }
    .confusion.long thead th { height: 6em; max-height: 130px; }
    .confusion.long thead span { writing-mode: vertical-rl; transform: rotate(180deg);
      max-height: 130px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .confusion .recall { width: auto; padding-left: 9px; background: none; text-align: right;
      white-space: nowrap; color: var(--quiet); }
    .confusion.dense td { width: 14px; min-width: 14px; height: 14px; }
    .confusion.dense th, .confusion.dense .recall { font-size: 10px; line-height: 1; }
    .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr));
      gap: 18px 14px; }
    .pictures.large { grid-template-columns: repeat(auto-fill, minmax(min(100%, 210px), 1fr));
      gap: 26px 22px; }
    .picture { margin: 0; min-width: 0; break-inside: avoid; font-size: 12px; line-height: 1.4; }
    .picture img, .picture .none { display: block; width: 100%; height: 96px; margin-bottom: 6px;
      object-fit: contain; object-position: 0 100%; }
    .picture .none { background: var(--fill); }
    .large .picture img, .large .picture .none { height: 180px; }
    .picture .name { font-size: 13px; font-weight: 600; direction: rtl; text-align: left; }
    .picture .row { display: flex; justify-content: space-between; gap: 0 8px; }
    .picture .row span { white-space: nowrap; }
    .picture .source { direction: rtl; text-align: left; color: var(--quiet); }
    .picture div { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .guess { display: grid; grid-template-columns: 1fr auto; gap: 0 8px; margin-top: 4px; }
    .guess .bar { grid-column: 1 / -1; width: 100%; }
    .guess .bar div { height: 4px; }
    .guess + .guess .bar i { opacity: .55; }
    details { margin-top: 12px; }
    summary { cursor: pointer; font-weight: 600; font-size: 13px; }
    pre { margin: 10px 0 0; padding: 12px 14px; border-radius: 4px; background: var(--fill);
      font: 12px/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
      overflow-x: auto; }
    footer { margin-top: 40px; color: var(--quiet); font-size: 12px; }
    @media print {
      body { padding: 0 6px; max-width: none; background: #fff; }
      .plots { grid-template-columns: 1fr 1fr; gap: 20px 28px; margin-top: 20px; }
      .plots > .plot > svg { height: 150px; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      .plot, .tiles, .confusion, tr { break-inside: avoid; }
      h2 { break-after: avoid; }
    }
    """
}
