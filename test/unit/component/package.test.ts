/** The package as npm would get it; needs `npm run build`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { build, type Rolldown } from "vite";

const ROOT = join(import.meta.dirname, "../../..");
const run = promisify(execFile);
const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
const exported: Record<string, string | Record<string, string>> = manifest.exports;

// The app runs in workerd only; here it is enough that nothing happens when it is imported.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "cloudflare:workers"
      ? { url: "data:text/javascript,export class DurableObject {}", shortCircuit: true }
      : next(specifier, context),
});

describe("every export", () => {
  for (const [path, targets] of Object.entries(exported)) {
    test(`${path} is there and can be imported where there is no DOM`, async () => {
      for (const target of typeof targets === "string" ? [targets] : Object.values(targets)) {
        await access(join(ROOT, target));
      }
      const name = path.replace(".", "bank-link");
      const options = name.endsWith(".json") ? { with: { type: "json" } } : {};
      await import(name, options);
    });
  }

  test("`.` has the class and the events, and `./standalone` the same", async () => {
    const names = (module: object) => Object.keys(module).sort();
    const classes: Record<string, unknown> = await import("bank-link" as string);
    assert.ok(classes.BankLinkElement);
    assert.deepEqual(names(await import("bank-link/standalone" as string)), names(classes));
  });

  test("`./define` registers the class of `.`", async () => {
    const { BankLinkElement } = await import("bank-link" as string);
    await import("bank-link/define" as string);
    assert.equal(customElements.get("bank-link"), BankLinkElement);
  });
});

describe("a bundler", () => {
  async function bundle(code: string): Promise<string> {
    const built = (await build({
      configFile: false,
      logLevel: "silent",
      root: ROOT,
      plugins: [
        {
          name: "page",
          resolveId: (id) => (id === "page" ? "\0page" : null),
          load: (id) => (id === "\0page" ? code : null),
        },
      ],
      build: { write: false, rolldownOptions: { input: "page" }, modulePreload: false },
    })) as Rolldown.RolldownOutput;
    return built.output.map((file) => (file.type === "chunk" ? file.code : "")).join("");
  }

  const registers = (code: string) => code.includes("customElements.define");

  test("drops what nobody uses, since only the registration is a side effect", async () => {
    const unused = await bundle(`import "bank-link"; import "bank-link/react"; import "bank-link/vue";`);
    assert.equal(unused.trim(), "");
    assert.ok(registers(await bundle(`import "bank-link/define";`)), "define");
    assert.ok(registers(await bundle(`import "bank-link/standalone";`)), "standalone");
  });

  test("bundles one class for `.` and `./define`", async () => {
    const code = await bundle(
      `import { BankLinkElement } from "bank-link"; import "bank-link/define"; console.log(BankLinkElement);`,
    );
    assert.equal(code.match(/static formAssociated\b/g)?.length, 1);
  });
});

describe("the tarball", async () => {
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: ROOT });
  const packed = Object.values(JSON.parse(stdout))[0] as { files: { path: string }[]; unpackedSize: number };
  const paths = packed.files.map(({ path }) => path);

  test("holds whatever is exported, the files beside the built ones, and the licenses", () => {
    const targets = Object.values(exported).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target),
    );
    // The source is listed for our own build.
    const sideEffects = manifest.sideEffects.filter((path: string) => path !== "./component/define.ts");
    const wanted = [...targets, ...sideEffects, "LICENSE", "README.md", "dist/LICENSES.md"].map(
      (path: string) => path.replace("./", ""),
    );
    assert.deepEqual(
      wanted.filter((path) => !paths.includes(path)),
      [],
    );
  });

  test("holds nothing else than what is built, its types, and the manifest", () => {
    const known =
      /^(package\.json|README\.md|LICENSE|component\/(custom-elements|html-custom-data)\.json|dist\/[\w.-]+|dist\/(chunks|lib)\/.*\.(js|md)|dist\/types\/.*\.d\.ts)$/;
    assert.deepEqual(
      paths.filter((path) => !known.test(path)),
      [],
    );
  });

  test("includes the notice of Lit wherever it includes Lit", async () => {
    for (const path of paths.filter((path) => path.endsWith(".js"))) {
      const code = await readFile(join(ROOT, path), "utf8");
      if (!code.includes("litElementVersions")) continue;
      assert.match(code, /^\/\*! Lit © Google LLC: LICENSES\.md \*\//, path);
      const notice = await readFile(join(ROOT, path, "../LICENSES.md"), "utf8");
      for (const name of ["lit", "lit-html", "lit-element", "@lit/reactive-element"]) {
        assert.ok(notice.includes(`## ${name} - `), name);
      }
      assert.match(notice, /Copyright \(c\) 2017 Google LLC[\s\S]*Redistribution and use/);
    }
  });
});

test("its types fit React, Vue and the DOM's events", async () => {
  await run("npx", ["tsc", "-p", "test/fixtures/types"], { cwd: ROOT }).catch(({ stdout }) =>
    assert.fail(stdout),
  );
});
