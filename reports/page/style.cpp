// The style sheet. Colours are from the palette of Okabe and Ito, which the colour-blind can tell
// apart, lightened for the dark; nothing is said by colour alone.
#include "reports/page/page.hpp"

namespace invitro::reports {

namespace {

constexpr std::string_view css = R"css(
:root{color-scheme:light dark;
--paper:#fcfbf8;--ink:#1c1e21;--quiet:#65645f;--hair:#e4e1d9;--faint:#f3f1eb;
--blue:#0067a5;--red:#c24a00;--green:#00795a;--amber:#8a6100;--heat:0,103,165;--wash-red:#fbeadf;
--wash-amber:#faf0d7;--wash-green:#e3f2ec}
@media (prefers-color-scheme:dark){:root{
--paper:#15171a;--ink:#e7e5e0;--quiet:#a09e96;--hair:#2f3237;--faint:#1e2125;
--blue:#6cbcf0;--red:#ff9350;--green:#4fd0a4;--amber:#f0c04c;--heat:86,180,233;--wash-red:#3a2213;
--wash-amber:#352a10;--wash-green:#12302a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;
font-variant-numeric:tabular-nums}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
h1{font-size:2.3rem;line-height:1.15;letter-spacing:-.02em;margin:.15em 0 .35em;font-weight:650;
text-wrap:balance}
h2{font-size:1.3rem;letter-spacing:-.01em;margin:0 0 .3em;font-weight:620}
h3{font-size:1rem;margin:2em 0 .4em;font-weight:620}
section{margin:56px 0}
p{max-width:68ch;margin:.3em 0 1em}
.quiet{color:var(--quiet)}.small{font-size:.875rem}
.over{font-size:.875rem;color:var(--quiet);margin:0}
a{color:var(--blue)}
code,pre{font:.875em/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{background:var(--faint);border-radius:6px;padding:12px 16px;overflow-x:auto;margin:.5em 0 1em}
.verdict{display:inline-block;border-radius:4px;padding:.1em .55em;font-weight:600;
font-size:.875rem;white-space:nowrap}
.verdict.holds{color:var(--green);padding-left:0}
.verdict.violated{background:var(--red);color:var(--paper)}
.verdict.vacuous{background:var(--wash-amber);color:var(--amber)}
h1 .mark{margin-right:.3em}
h1.holds .mark{color:var(--green)}h1.violated .mark{color:var(--red)}
h1.missed .mark,h1.inconclusive .mark{color:var(--amber)}
.key{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:28px 28px;
margin:32px 0 0;padding:24px 0 0;border-top:1px solid var(--hair)}
.key div{margin:0}
.key dt{color:var(--quiet);font-size:.875rem}
.key dd{margin:0;font-size:1.75rem;line-height:1.2;font-weight:600;letter-spacing:-.02em}
.key dd small{display:block;font-size:.875rem;font-weight:400;color:var(--quiet);
letter-spacing:0;margin-top:.3em}
.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
.scroll:focus-visible{outline:2px solid var(--blue);outline-offset:4px}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
caption{text-align:left;color:var(--quiet);font-size:.875rem;padding:0 0 8px;max-width:68ch}
th,td{text-align:left;vertical-align:top;padding:8px 16px 8px 0;border-top:1px solid var(--hair)}
thead th{border-top:0;color:var(--quiet);font-weight:400;font-size:.8125rem;vertical-align:bottom}
tbody th{font-weight:500}
.n{text-align:right;white-space:nowrap}
th.n,td.n{padding-right:14px}
tr.violated>*{background:var(--wash-red)}tr.vacuous>*{background:var(--wash-amber)}
tr.violated>:first-child,tr.vacuous>:first-child,tr.missed>:first-child{padding-left:10px}
tr.missed>*{background:var(--wash-amber)}
td .id{font-weight:600}td .source{color:var(--quiet);font-size:.8125rem}
.findings{margin:0;padding:0 0 8px;list-style:none}
.findings li{border-left:3px solid var(--red);padding:2px 0 2px 14px;margin:0 0 14px}
.findings pre{margin:.4em 0 0}
.strip{width:220px;height:16px;display:block;overflow:visible}
.strip .grid{stroke:var(--hair)}
.strip .whisker{stroke:var(--quiet);stroke-width:1;fill:none}
.strip .bar{stroke:var(--blue);stroke-width:5;fill:none;opacity:.55}
.strip .median{fill:var(--blue);stroke:var(--paper);stroke-width:1.5}
figure{margin:24px 0 8px}
figcaption{color:var(--quiet);font-size:.875rem;max-width:68ch;margin-bottom:12px}
figcaption b{color:var(--ink);font-weight:620}
.charts{display:grid;grid-template-columns:1fr;gap:8px 40px}
.chart{width:100%;min-width:560px;max-width:860px;height:auto;display:block}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink);
font-variant-numeric:tabular-nums}
svg .middle{text-anchor:middle}svg .end{text-anchor:end}
svg .grid{stroke:var(--hair);stroke-width:1}
svg .tick,svg .axis,svg .pause{fill:var(--quiet)}
svg .pause{font-style:italic}
svg .curve{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}
svg .curve-1{stroke:var(--blue)}svg .curve-2{stroke:var(--red)}svg .curve-3{stroke:var(--green)}
svg .curve.curve-2{stroke-dasharray:7 4}svg .curve.curve-3{stroke-dasharray:1.5 4.5}
svg .curve-name{font-size:13px;font-weight:600;stroke:none}
svg text.curve-1{fill:var(--blue)}svg text.curve-2{fill:var(--red)}
svg text.curve-3{fill:var(--green)}
svg .bound{fill:none;stroke-width:2}svg .bound.missed{stroke-width:3.5}
svg .lifeline{stroke:var(--hair);stroke-width:2;fill:none}
svg .actor{font-size:13px;font-weight:620}
svg path.message{stroke:var(--quiet);stroke-width:1.25;fill:none}
svg text.message,svg text.note,svg text.cross{stroke:var(--paper);stroke-width:4px;
paint-order:stroke;stroke-linejoin:round}
svg .head{fill:var(--quiet)}
svg path.message.accept{stroke:var(--blue);stroke-width:2.25}
svg path.message.lost{stroke-dasharray:4 3}
svg path.cross{stroke:var(--red);stroke-width:2.25;fill:none}
svg text.cross{fill:var(--red)}
svg circle.note{fill:var(--ink)}svg text.note{font-weight:620}
.sequence{display:block}
.heat{width:auto}.heat caption{white-space:nowrap}
.heat th,.heat td{border:0;padding:0}
.heat thead th,.heat tbody th{padding:4px 10px 4px 0;font-weight:400;font-size:.8125rem;
white-space:nowrap;color:var(--quiet);vertical-align:middle}
.heat thead th{text-align:center;padding:4px 6px 8px}
.heat td{border:2px solid var(--paper);text-align:center;min-width:74px;padding:7px 6px;
line-height:1.25;border-radius:6px;white-space:nowrap}
.heat td small{display:block;font-size:.75rem}
.heat td.dark{color:#fff}
.heat td.never{color:var(--quiet);background:none}
.heat td.failing{box-shadow:inset 0 0 0 2px var(--red)}
@media (prefers-color-scheme:dark){.heat td.dark{color:#0d1013}}
.counts{columns:3 250px;column-gap:40px;margin:12px 0 0}
.counts div{display:flex;justify-content:space-between;gap:16px;border-top:1px solid var(--hair);
padding:5px 0;break-inside:avoid;font-size:.9375rem}
.counts dt{color:var(--quiet)}.counts dd{margin:0}
.counts .zero{opacity:.6}
details{margin:.5em 0}summary{cursor:pointer;color:var(--blue)}
footer{padding:24px;margin-top:24px;color:var(--quiet);font-size:.875rem}
@media (max-width:600px){main,header,footer{padding-left:16px;padding-right:16px}
header{padding-top:24px}h1{font-size:1.75rem}section{margin:40px 0}
.key{grid-template-columns:1fr 1fr;gap:20px}.key dd{font-size:1.4rem}
caption{position:sticky;left:0;max-width:calc(100vw - 32px)}tbody th{min-width:9rem}
.heat tbody th{min-width:0}.properties thead{display:none}.properties tr{display:grid;grid-template-columns:1fr auto;
border-top:1px solid var(--hair);padding:8px 0}
.properties tr>*{border:0;padding:2px 8px}.properties tr>*:nth-child(1){order:2;grid-column:1/3}
.properties tr>*:nth-child(2){order:1;text-align:left}.properties tr>*:nth-child(3){order:1}
.properties td.n::after{content:" checked";color:var(--quiet);font-size:.8125rem}}
@media print{:root{--paper:#fff}body{font-size:11px}section{margin:24px 0;break-inside:auto}
figure,tr,.counts div{break-inside:avoid}.scroll{overflow:visible}
.sequence{max-width:100%;height:auto}
h2,h3{break-after:avoid}header{padding-top:0}}
)css";

}  // namespace

std::string_view style_sheet() {
    return css;
}

}  // namespace invitro::reports
