// Draws docs/examples/pull-request.md as GitHub would, into docs/examples/pull-request.png. Needs chromium; nothing is fetched.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

const ROOT = resolve(import.meta.dirname, '..')
const chromium = process.env.KINTSUGI_CHROMIUM ?? '/usr/bin/chromium'
const source = readFileSync(join(ROOT, 'docs/examples/pull-request.md'), 'utf8')
const [, title = '', body = ''] = /^# (.*)\n\n([\s\S]*)$/.exec(source) ?? []
const html = micromark(body, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] })
const drawn = html.replaceAll(
  /<pre><code class="language-mermaid">([\s\S]*?)<\/code><\/pre>/g,
  '<pre class="mermaid">$1</pre>',
)
const mermaid = join(realpathSync(join(ROOT, 'node_modules/mermaid')), 'dist/mermaid.min.js')

const STYLE = `
body{font:14px/1.5 -apple-system,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif;color:#1f2328;max-width:920px;margin:24px auto;padding:0 24px}
h1{font-size:26px;font-weight:400;margin:0 0 4px}.state{background:#1f883d;color:#fff;border-radius:2em;padding:5px 12px;font-size:14px}
.meta{color:#59636e;margin:8px 0 16px;border-bottom:1px solid #d1d9e0;padding-bottom:16px}.box{border:1px solid #d1d9e0;border-radius:6px}
.head{background:#f6f8fa;border-bottom:1px solid #d1d9e0;border-radius:6px 6px 0 0;padding:8px 16px;color:#59636e}.main{padding:16px}
h3{font-size:1.25em;margin:20px 0 12px}code{background:#818b981f;border-radius:6px;padding:.2em .4em;font:85% ui-monospace,"DejaVu Sans Mono",monospace}
pre{background:#f6f8fa;border-radius:6px;padding:12px;overflow:auto}pre code{background:none;padding:0}pre.mermaid{background:none;text-align:center;padding:0}
table{border-collapse:collapse;margin:0 0 12px}th,td{border:1px solid #d1d9e0;padding:6px 13px}tr:nth-child(2n){background:#f6f8fa}a{color:#0969da}
ul{padding-left:2em;margin:0 0 12px}p{margin:0 0 12px}details{margin:0 0 8px}`

const page = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><h1>${micromark(title).replace(/<\/?p>/g, '')} <span style="color:#59636e">#118</span></h1>
<div class="meta"><span class="state">Open</span>&nbsp; <b>kintsugi</b> bot wants to merge 1 commit into <code>main</code> from <code>kintsugi/shop-deployment-cart-3f0c9a1e</code></div>
<div class="box"><div class="head"><b>kintsugi</b> bot commented</div><div class="main">${drawn}</div></div>
<script src="file://${mermaid}"></script><script>mermaid.initialize({startOnLoad:true,xyChart:{width:780,height:260}})</script>`

const folder = mkdtempSync(join(tmpdir(), 'kintsugi-screenshot-'))
const file = join(folder, 'page.html')
const picture = join(ROOT, 'docs/examples/pull-request.png')
writeFileSync(file, page)
execFileSync(
  chromium,
  [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--allow-file-access-from-files',
    '--virtual-time-budget=8000',
    `--user-data-dir=${folder}/profile`,
    `--screenshot=${picture}`,
    `--window-size=1012,${process.argv[2] ?? '1720'}`,
    `file://${file}`,
  ],
  { stdio: 'ignore', timeout: 120_000 },
)
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${picture}: ${statSync(picture).size} bytes\n`)
