/** The style sheet of the page at /docs. Inline, and allowed by its hash alone. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#14213d, #e8ecf5);
  --soft: light-dark(#566077, #a8b2c8);
  --line: light-dark(#dde2ec, #2b354b);
  --accent: light-dark(#12326b, #9dbcff);
  --code: light-dark(#eef1f7, #1d263a);
  font: 16px / 1.5 system-ui, sans-serif;
  color: var(--ink);
  background: light-dark(#fff, #0e1320);
}
body { margin: 0 auto; max-width: 64rem; padding: 1rem 1.25rem 4rem; }
h1 { margin: 0; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2rem 0 0.25rem; }
header p { margin: 0.25rem 0; color: var(--soft); }
nav { display: flex; gap: 1rem; }
a { color: var(--accent); }
code { padding: 0.1em 0.25em; border-radius: 0.25em; background: var(--code); font-size: 0.9em; }
a code { color: inherit; }
.scroll { overflow-x: auto; margin: 0.75rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td:first-child { white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
code:target { outline: 2px solid var(--accent); }
`;
