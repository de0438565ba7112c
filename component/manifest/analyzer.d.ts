/** What generate.ts uses of the analyzer, which has no types for it. */
declare module "@custom-elements-manifest/analyzer/cli.js" {
  export function cli(options: { argv: string[]; cwd: string; noWrite: true }): Promise<unknown>;
}
