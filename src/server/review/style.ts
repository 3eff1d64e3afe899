/** The page's only style sheet: it stands in the page, and the content security policy names its digest. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f5f2;--card:#fff;--ink:#1d1f23;--soft:#5a6069;--rule:#dcd9d2;--gold:#8a6100;--gold-line:#c8961e;
--good:#1a6b34;--good-bg:#e3f3e7;--bad:#b3261e;--bad-bg:#fbe7e5;--wait:#7a5200;--wait-bg:#fcf1d8;--flat:#4a5059;--flat-bg:#eceef0;
--add:#dff3e4;--add-mark:#a4dfb4;--del:#fde6e4;--del-mark:#f6b5af;--line:#1f5fbf;--area:#1f5fbf1c;--limit:#b3261e;--code:#f1efea;--focus:#1f5fbf}
@media(prefers-color-scheme:dark){:root{--bg:#15171a;--card:#1d2024;--ink:#e8e6e1;--soft:#a3a9b2;--rule:#353a41;--gold:#e5b64c;--gold-line:#d9a32f;
--good:#7fd698;--good-bg:#173322;--bad:#ff9d94;--bad-bg:#43201d;--wait:#f0c565;--wait-bg:#3a2f12;--flat:#c0c6ce;--flat-bg:#2c3137;
--add:#16301f;--add-mark:#28653c;--del:#3b1f1d;--del-mark:#7c322c;--line:#7db0ff;--area:#7db0ff24;--limit:#ff9d94;--code:#25292e;--focus:#7db0ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
a{color:var(--line);text-underline-offset:.15em}a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:2}
.wrap{max-width:76rem;margin:0 auto;padding:0 1.25rem}
.top{background:var(--card);border-bottom:1px solid var(--rule)}
.top .wrap{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:center;padding-top:.7rem;padding-bottom:.7rem}
.brand{display:flex;gap:.55rem;align-items:center;font-weight:700;font-size:1.1rem;color:var(--ink);text-decoration:none;letter-spacing:.01em}
.brand svg{width:1.7rem;height:1.7rem}.bowl{fill:var(--soft)}.seam{fill:none;stroke:var(--gold-line);stroke-width:2.4;stroke-linejoin:round;stroke-linecap:round}
.where{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}.follow{margin-left:auto;font-size:.9rem}
.banner{background:var(--wait-bg);color:var(--wait);font-size:.9rem;border-bottom:1px solid var(--rule)}.banner .wrap{padding-top:.35rem;padding-bottom:.35rem}
main.wrap{padding-top:1.4rem;padding-bottom:3rem}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 .6rem;overflow-wrap:anywhere}h1 .number{color:var(--soft);font-weight:400}
h2{font-size:1.05rem;margin:0 0 .75rem}h3{font-size:.95rem;margin:1.1rem 0 .4rem}
p{margin:.4rem 0}.soft{color:var(--soft)}.small{font-size:.87rem}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87em}
.mono{overflow-wrap:anywhere}code{background:var(--code);padding:.1em .35em;border-radius:4px;overflow-wrap:anywhere}
pre{background:var(--code);padding:.75rem 1rem;border-radius:6px;margin:.5rem 0;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:1.1rem 1.25rem;margin:0 0 1.1rem;min-width:0}
.chip{display:inline-flex;align-items:center;gap:.35em;border-radius:99px;padding:.12em .7em;font-size:.85rem;font-weight:600;white-space:nowrap;background:var(--flat-bg);color:var(--flat)}
.chip.good{background:var(--good-bg);color:var(--good)}.chip.bad{background:var(--bad-bg);color:var(--bad)}.chip.waiting{background:var(--wait-bg);color:var(--wait)}
.counts{display:flex;flex-wrap:wrap;gap:.5rem;margin:0 0 1.2rem;padding:0;list-style:none}
.changes{list-style:none;margin:0;padding:0}
.changes li{display:grid;grid-template-columns:minmax(0,1fr) 120px;gap:.2rem 1.25rem;align-items:center;padding:.85rem 0;border-top:1px solid var(--rule)}
.changes li:first-child{border-top:0;padding-top:.2rem}.changes li:last-child{padding-bottom:.1rem}
.changes .title{font-weight:600;text-decoration:none;color:var(--ink);overflow-wrap:anywhere}.changes .title:hover{text-decoration:underline}
.changes .meta{display:flex;flex-wrap:wrap;gap:.15rem .8rem;align-items:center;color:var(--soft);font-size:.87rem;margin-top:.3rem}
.changes .says{color:var(--soft);font-size:.9rem;margin:.25rem 0 0}
.spark{width:120px;height:32px;overflow:visible}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th{text-align:left;color:var(--soft);font-weight:600;font-size:.82rem}
th,td{padding:.45rem .8rem .45rem 0;vertical-align:top;border-top:1px solid var(--rule)}thead th{border-top:0;padding-top:0}
td.num,th.num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}td.nowrap{white-space:nowrap}
.verdict{border-left:5px solid var(--flat);background:var(--flat-bg);color:var(--ink);border-radius:8px;padding:.75rem 1rem;margin:.9rem 0 1.1rem}
.verdict strong{display:block}.verdict.good{border-color:var(--good);background:var(--good-bg)}.verdict.bad{border-color:var(--bad);background:var(--bad-bg)}.verdict.waiting{border-color:var(--gold-line);background:var(--wait-bg)}
.columns{display:grid;grid-template-columns:minmax(0,1fr) 21rem;gap:1.1rem;align-items:start}
@media(max-width:60rem){.columns{grid-template-columns:minmax(0,1fr)}}
.walk{list-style:none;display:grid;grid-auto-flow:column;grid-auto-columns:1fr;margin:0 0 1.1rem;padding:0;font-size:.85rem}
.walk li{position:relative;padding-top:1.5rem;color:var(--soft)}
.walk li::before{content:"";position:absolute;top:.45rem;left:0;right:0;height:3px;background:var(--rule)}
.walk li::after{content:"";position:absolute;top:.1rem;left:0;width:.85rem;height:.85rem;border-radius:50%;background:var(--card);border:3px solid var(--rule)}
.walk li.done{color:var(--ink)}.walk li.done::before{background:var(--gold-line)}.walk li.done.last::before{background:linear-gradient(90deg,var(--gold-line),var(--rule))}.walk li.done::after{background:var(--gold-line);border-color:var(--gold-line)}
.walk li:last-child::before{right:auto;width:.85rem}
.walk b{display:block}
.chart{margin:0}.chart svg{display:block;width:100%;min-width:34rem;height:auto}
.grid{stroke:var(--rule);stroke-width:1}.tick{fill:var(--soft);font-size:12px}
.line{fill:none;stroke:var(--line);stroke-width:2;stroke-linejoin:round}.area{fill:var(--area)}.spark .line{stroke-width:1.6}
.limit{fill:none;stroke:var(--limit);stroke-width:2;stroke-dasharray:6 4}.spark .limit{stroke-width:1.3;stroke-dasharray:3 2}
.moment{stroke:var(--gold-line);stroke-width:1.5;stroke-dasharray:2 3}.moment.detected{stroke:var(--bad)}
.badge{fill:var(--gold)}.badge.detected{fill:var(--bad)}.badge-text{fill:var(--card);font-size:11px;font-weight:700}
figcaption{font-size:.87rem;color:var(--soft);margin-top:.4rem}
.legend,.moments{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.4rem 0 0;padding:0}.legend{list-style:none}
.moments{counter-reset:m;list-style:none}.moments li{counter-increment:m}.moments li::before{content:counter(m);display:inline-block;width:1.35em;height:1.35em;line-height:1.35em;margin-right:.4em;border-radius:50%;text-align:center;font-size:.8em;font-weight:700;background:var(--gold);color:var(--card)}
.moments li.detected::before{background:var(--bad)}
.key{display:inline-block;width:1.6em;margin-right:.45em;vertical-align:middle;border-top:2px solid var(--line)}.key.limit{border-top:2px dashed var(--limit)}
.edit{display:flex;flex-wrap:wrap;gap:.2rem .7rem;align-items:baseline;margin:.2rem 0}
.was{background:var(--del-mark);color:var(--ink);padding:.05em .35em;border-radius:4px}.now{background:var(--add-mark);color:var(--ink);padding:.05em .35em;border-radius:4px}
.file{border:1px solid var(--rule);border-radius:8px;overflow:hidden;margin:.6rem 0}
.file .path{background:var(--code);padding:.4rem .75rem;font-size:.87rem;font-weight:600;overflow-wrap:anywhere;border-bottom:1px solid var(--rule)}
.diff{width:100%;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.82rem;line-height:1.55}
.diff td{border:0;padding:0 .6rem;white-space:pre}.diff .at{width:1%;text-align:right;color:var(--soft);user-select:none;font-variant-numeric:tabular-nums}
.diff .sign{width:1%;padding:0 .1rem 0 .4rem;user-select:none}.diff .added td{background:var(--add)}.diff .removed td{background:var(--del)}
.diff .added mark{background:var(--add-mark);color:inherit;border-radius:3px}.diff .removed mark{background:var(--del-mark);color:inherit;border-radius:3px}
.diff .gap td{background:var(--code);color:var(--soft);padding:.1rem .6rem}
.gates{list-style:none;margin:0;padding:0;font-size:.9rem}.gates li{display:grid;grid-template-columns:1.4rem minmax(0,1fr);padding:.28rem 0}
.gates .pass{color:var(--good);font-weight:700}.gates .fail{color:var(--bad);font-weight:700}.gates .value{color:var(--soft);overflow-wrap:anywhere}
dl{margin:0;display:grid;grid-template-columns:auto minmax(0,1fr);gap:.3rem .9rem;font-size:.9rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.actions{display:flex;flex-wrap:wrap;gap:.6rem;margin:.8rem 0 .3rem}.actions p{flex-basis:100%;margin:0}
button{font:inherit;font-weight:600;border-radius:7px;padding:.5rem 1.1rem;border:1px solid var(--rule);background:var(--card);color:var(--ink);cursor:pointer;min-height:2.75rem}
button.main{background:#1a6b34;border-color:#1a6b34;color:#fff}button.main:hover{background:#14552a}button.plain:hover{background:var(--code)}
.prose{white-space:pre-wrap;overflow-wrap:anywhere}details{margin:.5rem 0}summary{cursor:pointer;color:var(--line)}
footer{border-top:1px solid var(--rule);color:var(--soft);font-size:.85rem;padding:1rem 0 2rem}
@media(max-width:40rem){h1{font-size:1.35rem}.changes li{grid-template-columns:minmax(0,1fr)}.card{padding:.9rem 1rem}.wrap{padding:0 .9rem}
.walk{grid-auto-flow:row}.walk li{padding:.15rem 0 .6rem 1.6rem}.walk li::before{top:.6rem;bottom:-.6rem;left:.35rem;right:auto;width:3px;height:auto}.walk li::after{top:.35rem}.walk li:last-child::before{display:none}.walk li.done.last::before{background:var(--rule)}.walk b{display:inline;margin-right:.5em}
.stack,.stack tbody{display:block}.stack thead{display:none}.stack tr{display:block;border-top:1px solid var(--rule);padding:.45rem 0}.stack td,.stack td.num{display:block;border:0;padding:.08rem 0;text-align:left;white-space:normal}.stack td:empty{display:none}.stack td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}}
@media print{.follow,.actions,.skip{display:none}body{background:#fff}}
@media(forced-colors:active){.chip,.card,.verdict{border:1px solid}}
`
