#ifndef MOTET_API_DESCRIBE_PAGE_STYLE_H
#define MOTET_API_DESCRIBE_PAGE_STYLE_H
/*
 * The style sheet of GET /: CSS, made a C string by the preprocessor, so no line may begin with #
 * and no apostrophe may occur. Text has a contrast of at least 4.5 to its background (WCAG 2.2,
 * AA), in light and dark mode.
 */
/* clang-format off */
#define PAGE_STYLE(...) #__VA_ARGS__
static const char page_style[] = PAGE_STYLE(
:root { color-scheme: light dark; --bg: #faf9f6; --card: #ffffff; --ink: #1d1c1a; --soft: #5d5950;
	--line: #e2ded5; --accent: #0b5f6b;
	--get: #0b5f6b; --post: #1f6b2c; --put: #7a4d00; --delete: #a1261f; --options: #5a4a9c;
	--warn: #fff4d6 }
@media (prefers-color-scheme: dark) { :root { --bg: #131517; --card: #1b1e21; --ink: #e9e7e2;
	--soft: #aaa69d; --line: #32363b; --accent: #7fd0dc;
	--get: #7fd0dc; --post: #8fd694; --put: #e8bf6a; --delete: #ff9d94; --options: #c3b5ff;
	--warn: #3a2f12 } }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--bg); color: var(--ink);
	font: 1rem/1.55 ui-sans-serif, "Helvetica Neue", "Segoe UI", Roboto, "DejaVu Sans",
	sans-serif }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: clamp(2rem, 7vw, 4.5rem) }
.kind { margin: 0; color: var(--accent); font-weight: 600; letter-spacing: .02em }
h1 { margin: .1rem 0 .6rem; font-size: clamp(2rem, 8vw, 3.4rem); line-height: 1.1;
	letter-spacing: -.02em; overflow-wrap: anywhere }
h2 { margin: 3rem 0 1rem; font-size: 1.45rem; line-height: 1.25 }
h3 { margin: 2.2rem 0 .6rem; font-size: 1.05rem }
h3 code { margin-left: .4rem; color: var(--soft); font-weight: 400; white-space: nowrap }
p { margin: .5rem 0; max-width: 42rem }
a { color: var(--accent); text-underline-offset: .15em }
a:focus-visible { outline: .15rem solid var(--accent); outline-offset: .15rem;
	border-radius: .15rem }
code, pre { font: .9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono",
	monospace; overflow-wrap: anywhere }
pre { margin: .8rem 0; padding: .8rem 1rem; background: var(--card); border: 1px solid var(--line);
	border-radius: .6rem; white-space: pre-wrap }
.lead { font-size: 1.12rem; color: var(--soft) }
.warn { padding: .8rem 1rem; background: var(--warn); border: 1px solid var(--line);
	border-radius: .6rem }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr));
	gap: 1px; margin: 0; background: var(--line);
	border: 1px solid var(--line); border-radius: .8rem; overflow: hidden }
dl div { padding: .9rem 1.1rem; background: var(--card) }
dl .wide { grid-column: 1 / -1 }
dt { color: var(--soft); font-size: .85rem }
dd { margin: .1rem 0 0; font-weight: 550 }
dd small { display: block; color: var(--soft); font-size: .85rem; font-weight: 400 }
dd code { font-size: 1rem; word-spacing: .25em }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line) }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; border: 0 }
.routes li { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: 0 1.5rem;
	padding: .55rem 0; border-bottom: 1px solid var(--line) }
.routes p { margin: 0 } .what::first-letter, .what small::first-letter { text-transform: uppercase }
.route { padding-left: 5rem; text-indent: -5rem }
.route b { display: inline-block; width: 5rem; text-indent: 0;
	font: 700 .8rem/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
.what small { display: block; color: var(--soft); font-size: .85rem }
.GET { color: var(--get) } .POST { color: var(--post) } .PUT { color: var(--put) } .DELETE {
	color: var(--delete) } .OPTIONS { color: var(--options) }
footer { padding-top: 2rem; padding-bottom: 3rem; color: var(--soft); font-size: .9rem }
@media (max-width: 44rem) { .routes li { grid-template-columns: 1fr; gap: .15rem;
	padding: .75rem 0 } .route { padding: 0; text-indent: 0 }
	.route b { width: auto; margin-right: .3rem } h3 code { display: block; margin: 0 } }
@media print { :root { --bg: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb } nav {
	display: none } li, dl div { break-inside: avoid }
	h2, h3 { break-after: avoid } body { font-size: 10pt } }
);
#endif
