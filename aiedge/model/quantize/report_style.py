"""How the report's page looks: light and dark, on a screen and on paper."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--paper:#fff;--panel:#f5f6f8;--ink:#1b1f24;--pale:#5b6470;--line:#d9dee5;
--good:#0072b2;--fair:#c98a00;--poor:#c4420b;--float:#8a93a0;--range:#e3effa;--mark:#1b1f24;--row:transparent}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--panel:#1d2127;--ink:#e8ebef;--pale:#a0a9b5;--line:#333a44;
--good:#4aa8e0;--fair:#e6b043;--poor:#f0764a;--float:#7d8794;--range:#22384a;--mark:#e8ebef}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.5rem 0 .4rem}
p{margin:.3rem 0 .8rem;max-width:46rem}
.pale,.axis{color:var(--pale)}
.verdict{border:1px solid var(--line);border-left:8px solid var(--good);background:var(--panel);
border-radius:6px;padding:16px 20px;margin:1.25rem 0}
.verdict.fair{border-left-color:var(--fair)}.verdict.poor{border-left-color:var(--poor)}
.verdict strong{display:block;font-size:1.25rem;margin-bottom:.25rem}
.verdict p,.verdict ul{margin:.2rem 0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:1rem 0}
.figure{border:1px solid var(--line);border-radius:6px;padding:10px 14px}
.figure b{display:block;font-size:1.45rem;font-variant-numeric:tabular-nums;line-height:1.25}
.figure span{color:var(--pale);font-size:.875rem}
svg{display:block;width:100%;height:auto;font:12px system-ui,sans-serif}
svg text{fill:var(--ink);font-variant-numeric:tabular-nums}
svg text.axis{fill:var(--pale)}svg text.dim{fill:var(--pale)}
svg .grid{stroke:var(--line);stroke-width:1}svg .row{fill:var(--row)}
svg .bar.good,svg .values{fill:var(--good)}svg .bar.fair{fill:var(--fair)}
svg .bar.poor,svg .clipped{fill:var(--poor)}svg .bar.float{fill:var(--float)}
svg .mark{fill:var(--mark);stroke:var(--paper);stroke-width:1}
svg .range{fill:var(--range)}svg .base{stroke:var(--line)}
svg .zero{stroke:var(--pale);stroke-width:1;stroke-dasharray:3 3}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:.875rem;color:var(--pale);margin:.2rem 0 .6rem;
padding:0;list-style:none}
.key{display:inline-block;width:14px;height:12px;margin-right:6px;vertical-align:-1px;border-radius:2px}
.key.good{background:var(--good)}.key.fair{background:var(--fair)}.key.poor{background:var(--poor)}
.key.float{background:var(--float)}.key.range{background:var(--range);border:1px solid var(--line)}
.key.diamond{width:9px;height:9px;background:var(--mark);transform:rotate(45deg);border-radius:0;margin-right:9px}
.key.stroke{width:3px;height:14px;background:var(--mark);border-radius:0;margin-right:9px}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:14px}
.plot{border:1px solid var(--line);border-radius:6px;padding:10px 12px;break-inside:avoid}
.plot h3{font-size:.875rem;margin:0 0 .3rem;font-weight:600;overflow-wrap:anywhere}
.plot p{font-size:.8125rem;color:var(--pale);margin:.3rem 0 0}
.scroll{overflow-x:auto}.chart{min-width:720px}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;border-bottom:2px solid var(--line);padding:5px 10px 5px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:5px 10px 5px 0;vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}
td.name{overflow-wrap:anywhere;min-width:9rem}
ol{padding-left:2.5rem;font-size:.8125rem}ol li{margin:.15rem 0}
tr.chosen td{font-weight:600}
code{font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;font-size:.875em;overflow-wrap:anywhere}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.875rem;color:var(--pale)}
@page{margin:14mm}
@media print{:root{color-scheme:light;--paper:#fff;--panel:#f5f6f8;--ink:#000;--pale:#444;--line:#bbb;--good:#0072b2;
--fair:#c98a00;--poor:#c4420b;--float:#8a93a0;--range:#e3effa;--mark:#000}
body{font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main{max-width:none;padding:0}h2{break-after:avoid}tr,.figure,.verdict{break-inside:avoid}
.plots{grid-template-columns:repeat(3,1fr)}.scroll{overflow:visible}.chart{min-width:0}}
"""
"""One style sheet; its colours are told apart by people who see colours differently, too (Okabe and Ito, 2008)."""
