/**
 * The page's files as browsers load them: modules without their types, the packages that they import,
 * styles and examples, each under a name that its content's hash ends.
 */
import { createHash } from "node:crypto";
import { stripTypeScriptTypes } from "node:module";
import { basename, extname } from "node:path";

/** One file, to be kept by browsers for as long as they like: another content has another name. */
export interface PageFile {
  /** Its `Content-Type`. */
  readonly type: string;
  /** What it holds. */
  readonly body: string;
}

/** The page. */
export interface PageFiles {
  /** What `/` answers. */
  readonly html: string;
  /** What that loads, by name below `/page/`. */
  readonly files: ReadonlyMap<string, PageFile>;
}

const ROOT = new URL("../../", import.meta.url);
const INDEX = new URL("page/index.html", ROOT);

/** Builds for browsers of packages whose entry, which Deno finds, is for another platform. */
const BROWSER_BUILDS: Readonly<Record<string, string>> = {
  "csv-parse/sync": "../dist/esm/sync.js",
  "lightweight-charts": "lightweight-charts.standalone.production.mjs",
};

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Characters of a hash in a name: 40 bits tell the contents of a file apart. */
const HASH_CHARACTERS = 10;

/** Imports of a module, each at the begin of a line; those of types are gone when this looks. */
const IMPORT = /^((?:import|export)\b[^;"'=]*?\bfrom\s*|import\s*)["']([^"']+)["']/gm;

/** Files that the HTML names, relative to itself. */
const REFERENCE = /\b(href|src|value)="([\w./-]+\.(?:css|csv|svg|ts))"/g;

/** Collects the files, those that a file names before it, since their hashes are part of its content. */
class Collection {
  readonly files = new Map<string, PageFile>();
  readonly #names = new Map<string, string>();

  /** The path under which a file is served. */
  path(url: URL): string {
    const known = this.#names.get(url.href);
    if (known !== undefined) return known;
    const text = Deno.readTextFileSync(url);
    const extension = extname(url.pathname);
    const isModule = [".ts", ".js", ".mjs"].includes(extension);
    const body = isModule ? this.#module(text, url) : text;
    const hash = createHash("sha256").update(body).digest("hex").slice(0, HASH_CHARACTERS);
    const served = isModule ? ".js" : extension;
    const name = `${basename(url.pathname, extension)}-${hash}${served}`;
    this.files.set(name, { type: TYPES[served], body });
    this.#names.set(url.href, `/page/${name}`);
    return `/page/${name}`;
  }

  /** A module whose imports are paths of the service. */
  #module(text: string, url: URL): string {
    const isOurs = url.pathname.endsWith(".ts");
    const code = isOurs ? stripTypeScriptTypes(text) : text;
    return code.replace(IMPORT, (_, begin: string, specifier: string) => {
      const target = specifier.startsWith(".")
        ? new URL(specifier, url)
        : new URL(BROWSER_BUILDS[specifier] ?? "", import.meta.resolve(specifier));
      return `${begin}"${this.path(target)}"`;
    });
  }
}

/** Reads the page. A module that imports itself, however far around, ends in a RangeError. */
export function readPageFiles(): PageFiles {
  const collection = new Collection();
  const html = Deno.readTextFileSync(INDEX).replace(
    REFERENCE,
    (_, attribute: string, reference: string) =>
      `${attribute}="${collection.path(new URL(reference, INDEX))}"`,
  );
  const modules = [...collection.files].filter(([name]) => name.endsWith(".js"));
  // Otherwise a browser would find them one import after the other.
  const preloads = modules.map(([name]) => `<link rel="modulepreload" href="/page/${name}">`);
  return {
    html: html.replace("</head>", `${preloads.join("\n")}\n</head>`),
    files: collection.files,
  };
}
