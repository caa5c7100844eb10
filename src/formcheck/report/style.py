"""How the page looks, and its few lines of script. Everything reads without the script."""

from __future__ import annotations

__all__ = ["DARK", "LIGHT", "SCRIPT", "STYLE"]

#: Colours by what they are for; the tests compute their contrast.
LIGHT = {
    "bg": "#ffffff", "ink": "#1b1b1f", "soft": "#52525b", "line": "#c9c9d1", "card": "#f5f6f9",
    "rep": "#cfe3f7", "part": "#ececf1", "curve": "#0b5394", "target": "#2f5f34",
    "fault": "#a03400", "good": "#1e5c2c", "mid": "#6b4a00", "low": "#8a2a00",
    "good-fill": "#d3ead7", "mid-fill": "#f4e5bd", "low-fill": "#f6d9cc",
}  # fmt: skip
DARK = {
    "bg": "#15151a", "ink": "#ececf1", "soft": "#b8b8c4", "line": "#484854", "card": "#1f1f27",
    "rep": "#1d3a57", "part": "#2c2c36", "curve": "#8cc2f5", "target": "#9ad49e",
    "fault": "#ffad80", "good": "#8fdc9f", "mid": "#f0c860", "low": "#ffad80",
    "good-fill": "#1d3a25", "mid-fill": "#3d3315", "low-fill": "#452618",
}  # fmt: skip


def _colours(palette: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in palette.items())


STYLE = (
    f"""
:root{{color-scheme:light dark;{_colours(LIGHT)}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_colours(DARK)}}}}}
@media print{{:root{{color-scheme:light}}}}
"""
    + """
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main,footer{max-width:68rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}h1{margin:0;line-height:1.2}
header p{color:var(--soft);margin:.2rem 0 1rem;overflow-wrap:anywhere}
h2{border-bottom:2px solid var(--line);padding-bottom:.2rem;margin:2.5rem 0 .5rem}
h3{margin:2rem 0 .3rem}h4{margin:1.2rem 0 .3rem}
h3 small{color:var(--soft);font-weight:400}p{margin:.4rem 0;max-width:46rem}
.about{color:var(--soft)}ul{margin:.3rem 0;padding-left:1.3rem;max-width:46rem}
.plot svg+svg{margin-top:.6rem}
a{color:var(--curve)}a[data-t]{white-space:nowrap}
svg{width:100%;height:auto;display:block}
svg text{fill:var(--soft);font:11.5px system-ui,sans-serif;paint-order:stroke;stroke:var(--bg);
stroke-width:3px}
.beside svg text{font-size:14px}
svg .mid{text-anchor:middle}svg .name{text-anchor:end}
svg text.zone,.plot svg text{stroke:none}svg text.target{fill:var(--target)}
svg text.fault{fill:var(--fault);font-weight:700}
.rep{fill:var(--rep)}
.part{fill:var(--part);stroke:var(--soft);stroke-width:1;stroke-dasharray:4 3}
.hatch{stroke:var(--line);stroke-width:3}
.curve{fill:none;stroke:var(--curve);stroke-width:2;stroke-linejoin:round}
line.target{stroke:var(--target);stroke-dasharray:7 4;stroke-width:1.5}
.axis{stroke:var(--soft)}line.grid{stroke:var(--line)}
polyline.right{stroke-dasharray:6 4;stroke:var(--fault)}
.mark{fill:var(--fault)}.point,.before,.bar{fill:var(--curve)}.point.right{fill:var(--fault)}
.after{fill:var(--fault)}.next{fill:var(--target)}
.good-band,.good-fill{fill:var(--good-fill)}.mid-band,.mid-fill{fill:var(--mid-fill)}
.low-band,.low-fill{fill:var(--low-fill)}.pin{fill:var(--ink)}
.good-fill.here{fill:var(--good)}.mid-fill.here{fill:var(--mid)}.low-fill.here{fill:var(--low)}
.now{stroke:var(--ink);stroke-width:2;visibility:hidden}
rect[data-t]{cursor:pointer}
.outcome{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;align-items:center;margin:.5rem 0}
.band{display:flex;align-items:baseline;gap:.5rem;margin:0}
.band b{font-size:2.2rem;line-height:1.2}.meter{width:13.5rem;margin-top:.1rem}
.good{color:var(--good)}.mid{color:var(--mid)}.low{color:var(--low)}.none{color:var(--soft)}
figure{margin:.8rem 0}
figcaption{padding-top:.3rem;color:var(--soft);font-size:.9rem;max-width:46rem}
video,img{display:block;max-width:100%;border-radius:6px;background:#000}
video{width:100%;max-height:26rem}
.lost{border-left:4px solid var(--fault);padding-left:.6rem}
.seen{list-style:none;padding:0;max-width:none;display:grid;gap:.8rem;
grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr))}
.seen li{background:var(--card);border-radius:6px;padding:.7rem .8rem;break-inside:avoid;
display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center}
.seen img{flex:1 1 12rem;max-width:15rem;min-width:0}.seen div{flex:1 1 12rem}
.seen p{margin:.15rem 0}
.letter{display:inline-block;min-width:1.5em;text-align:center;font-weight:700;
color:var(--bg);background:var(--fault);border-radius:4px;line-height:1.5}
.wide{overflow-x:auto;position:relative;margin:.5rem 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:.3rem 0;font-size:.9rem}
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid var(--line);
vertical-align:baseline}
thead th{white-space:nowrap}td.n,th.n{text-align:right;white-space:nowrap}
tbody tr:nth-child(even){background:var(--card)}
tbody tr[aria-current]{background:var(--rep)}
.diary th{white-space:nowrap}td a{display:inline-block;min-width:24px;min-height:24px}
.key span{margin-right:1.2rem;white-space:nowrap}
.key svg{display:inline-block;width:.9rem;vertical-align:-.1rem}
:focus-visible{outline:3px solid var(--curve);outline-offset:2px}
footer{color:var(--soft);padding:1rem 1rem 2rem;font-size:.9rem}
@media(min-width:60rem){
.beside{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);gap:0 1.5rem}
.beside>.film{position:sticky;top:1rem;align-self:start}}
@media screen and (max-width:40rem){svg text,.beside svg text{font-size:20px}
svg text.zone{font-size:15px}.seen img{max-width:none;flex-basis:100%}table{font-size:.9rem}

.key svg{width:1rem}th,td{padding:.25rem .2rem}.fold{position:absolute;width:1px;height:1px;
overflow:hidden;clip-path:inset(50%);white-space:nowrap}}
@media print{@page{margin:14mm}html{font-size:9.5pt}body{font-size:1rem}
header,main,footer{max-width:none;padding:0}
h2,h3,h4,h3+p,caption{break-after:avoid}figure,tr,.outcome,.last{break-inside:avoid}
.outcome{break-after:avoid}footer{break-before:avoid}td a{min-height:0}
.plot svg{break-inside:avoid}.film{display:none}.wide{overflow:visible}
a{color:inherit;text-decoration:none}thead{display:table-header-group}
.seen{grid-template-columns:1fr 1fr}.seen img{max-width:9rem}.letter{color:inherit;background:none;
border:1px solid}.time figure svg{max-width:85%}}
"""
)

#: Seeks where a repetition is chosen, and shows in plot and table where the video is.
SCRIPT = """
for (const video of document.querySelectorAll("video")) {
  const set = video.dataset.set;
  const here = s => document.querySelectorAll(`${s}[data-set="${set}"]`);
  const rows = [...here("tr")], plots = [...here("svg")];
  for (const mark of here("[data-t]")) mark.addEventListener("click", event => {
    if (video.error) return;
    event.preventDefault();
    video.currentTime = +mark.dataset.t;
    video.scrollIntoView({block: "nearest"});
    video.play().catch(() => {});
  });
  const follow = () => {
    const t = video.currentTime;
    for (const row of rows)
      if (t >= +row.dataset.from && t < +row.dataset.to) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    for (const {dataset: d, lastElementChild: line} of plots) {
      const share = (t - d.from) / (d.to - d.from);
      line.style.visibility = share >= 0 && share < 1 && t > 0 ? "visible" : "hidden";
      line.setAttribute("transform", `translate(${+d.x0 + share * (d.x1 - d.x0)})`);
    }
  };
  for (const name of ["timeupdate", "seeked"]) video.addEventListener(name, follow);
  video.addEventListener("error", () => video.parentNode.querySelector(".lost").hidden = false);
  if (video.error) video.dispatchEvent(new Event("error"));
}
"""
