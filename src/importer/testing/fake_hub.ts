/**
 * The part of the Hugging Face Hub's protocol that downloads use: revisions, paged lists of files,
 * files behind redirects (large ones on another origin), tokens and gates; and its failures.
 */
import { createHash } from "node:crypto";
import { type SocketAnswer, type SocketRequest, SocketServer } from "./socket_server.ts";

/** Files of a page of a list: few, so that every list has more than one page. */
const PAGE_FILES = 2;
const SIGNATURE = "signed-for-an-hour";

/** The token that opens private and gated repositories. */
export const HUB_TOKEN = "hf_secretOfTheTest";

/** A repository's state at a commit. */
export interface Repository {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Names of files in the large file storage. */
  readonly large?: readonly string[];
  readonly license?: string | readonly string[];
  /** Private ones are hidden without the token, gated ones only listed. */
  readonly access?: "public" | "private" | "gated";
}

/** A request that arrived. */
export interface HubRequest extends SocketRequest {
  readonly server: "hub" | "cdn";
}

/** What goes wrong with an answer. */
export type Fault =
  | Pick<SocketAnswer, "cutAfter" | "stallAfter">
  | { readonly garble: true }
  | { readonly answer: SocketAnswer };

type Files = ReadonlyMap<string, { readonly bytes: Uint8Array; readonly oid: string }>;

interface Commit extends Repository {
  readonly sha: string;
}

/** A hub on loopback, and its file storage on another port. */
export class FakeHub {
  /** All requests so far. */
  readonly requests: HubRequest[] = [];
  /** Hears of each request before it is answered. */
  onRequest: (request: HubRequest) => void = () => {};
  readonly #hub = new SocketServer((request) => this.#record({ ...request, server: "hub" }));
  readonly #cdn = new SocketServer((request) => this.#record({ ...request, server: "cdn" }));
  readonly #commits = new Map<string, Commit>();
  readonly #branches = new Map<string, string>();
  readonly #faults: { readonly path: RegExp; readonly fault: Fault; times: number }[] = [];

  /** What `HF_ENDPOINT` is set to. */
  get endpoint(): string {
    return this.#hub.origin;
  }

  /** Commits files to a repository's `main`; the commit. */
  publish(name: string, repository: Repository): string {
    const listed = [...filesOf(repository)].map(([path, { oid }]) => [path, oid]);
    const sha = sha1(JSON.stringify([name, listed]));
    this.#commits.set(`${name}@${sha}`, { ...repository, sha });
    this.#branches.set(name, sha);
    return sha;
  }

  /** The next answers to paths that fit go wrong. */
  fail(path: RegExp, fault: Fault, times = 1): void {
    this.#faults.push({ path, fault, times });
  }

  /** Paths that were asked for, with their `Range`. */
  paths(server: "hub" | "cdn"): string[] {
    return this.requests.filter((request) => request.server === server).map((request) =>
      [request.url.pathname, request.headers.get("range")].filter(Boolean).join(" ")
    );
  }

  /** Ends both servers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hub[Symbol.asyncDispose]();
    await this.#cdn[Symbol.asyncDispose]();
  }

  #record(request: HubRequest): SocketAnswer {
    this.requests.push(request);
    this.onRequest(request);
    const answer = request.server === "hub" ? this.#answer(request) : this.#stored(request);
    const failing = this.#faults.find(({ path, times }) =>
      times > 0 && path.test(request.url.pathname)
    );
    if (failing === undefined) return answer;
    failing.times--;
    const { fault } = failing;
    if ("answer" in fault) return fault.answer;
    if (!("garble" in fault)) return { ...answer, ...fault };
    return { ...answer, body: answer.body!.map((byte, i) => i === 100 ? byte ^ 1 : byte) };
  }

  #answer({ url, headers }: HubRequest): SocketAnswer {
    const path = url.pathname;
    const hasToken = headers.get("authorization") === `Bearer ${HUB_TOKEN}`;
    const found = /^\/api\/models\/(.+?)\/(revision|tree)\/(.+)$/.exec(path) ??
      /^\/api\/(resolve-cache)\/models\/(.+?)\/([0-9a-f]{40})\/(.+)$/.exec(path) ??
      /^\/(.+?)\/(resolve)\/(.+?)\/(.+)$/.exec(path);
    if (found === null) return refusal(404, "Not Found");
    const [, first, second, revision, file] = found;
    const [repo, call] = first === "resolve-cache" ? [second, first] : [first, second];
    const commit = this.#find(repo, decodeURIComponent(revision));
    const hidden = commit?.access === "private" && !hasToken;
    // The hub does not tell strangers whether a repository exists.
    if (hidden || (!this.#branches.has(repo) && !hasToken)) return refusal(401, "RepoNotFound");
    if (commit === undefined) {
      return refusal(404, this.#branches.has(repo) ? "RevisionNotFound" : "RepoNotFound");
    }
    if (call === "revision") return revisionAnswer(repo, commit, url.searchParams);
    if (call === "tree") return treeAnswer(commit, url);
    if (commit.access === "gated" && !hasToken) return refusal(401, "GatedRepo");
    return this.#resolve(repo, commit, file, call === "resolve", headers);
  }

  #find(repo: string, revision: string): Commit | undefined {
    const sha = revision === "main" ? this.#branches.get(repo) : revision;
    return this.#commits.get(`${repo}@${sha}`);
  }

  #resolve(
    repo: string,
    commit: Commit,
    file: string,
    redirects: boolean,
    headers: Headers,
  ): SocketAnswer {
    const bytes = commit.files[file];
    if (bytes === undefined) return refusal(404, "EntryNotFound");
    if (commit.large?.includes(file)) {
      const location = `${this.#cdn.origin}/lfs/${repo}/${commit.sha}/${file}?s=${SIGNATURE}`;
      return {
        status: 302,
        headers: {
          location,
          "x-repo-commit": commit.sha,
          "x-linked-size": String(bytes.length),
          "x-linked-etag": `"${sha256(bytes)}"`,
        },
      };
    }
    if (redirects) {
      const location = `/api/resolve-cache/models/${repo}/${commit.sha}/${file}`;
      return { status: 307, headers: { location, "x-repo-commit": commit.sha } };
    }
    return ranged(bytes, headers);
  }

  #stored({ url, headers }: HubRequest): SocketAnswer {
    const found = /^\/lfs\/(.+)\/([0-9a-f]{40})\/(.+)$/.exec(url.pathname);
    // Signed addresses of object stores refuse a second way to sign in.
    if (found === null || headers.has("authorization")) return { status: 400 };
    if (url.searchParams.get("s") !== SIGNATURE) return { status: 403 };
    const [, repo, sha, file] = found;
    return ranged(this.#commits.get(`${repo}@${sha}`)!.files[file], headers);
  }
}

function revisionAnswer(repo: string, commit: Commit, search: URLSearchParams): SocketAnswer {
  const { license, access = "public", sha } = commit;
  const expandable: Record<string, unknown> = {
    private: access === "private",
    gated: access === "gated" ? "manual" : false,
    downloads: 1,
    likes: 1,
    lastModified: "2025-08-02T00:00:00.000Z",
    sha,
    cardData: license === undefined ? {} : { license },
  };
  const asked = search.getAll("expand").filter((key) => key in expandable);
  const fields = Object.fromEntries(asked.map((key) => [key, expandable[key]]));
  return json({ _id: "66f0", id: repo, ...fields });
}

function treeAnswer(commit: Commit, url: URL): SocketAnswer {
  const entries: unknown[] = [{ type: "directory", oid: sha1("tree"), size: 0, path: "assets" }];
  for (const [path, { bytes, oid }] of filesOf(commit)) {
    const lfs = { oid: sha256(bytes), size: bytes.length, pointerSize: pointer(bytes).length };
    entries.push({
      type: "file",
      oid,
      size: bytes.length,
      path,
      ...(commit.large?.includes(path) ? { lfs } : {}),
    });
  }
  const start = Number(url.searchParams.get("cursor") ?? 0);
  const answer = json(entries.slice(start, start + PAGE_FILES));
  if (start + PAGE_FILES >= entries.length) return answer;
  const next = new URL(url);
  next.searchParams.set("cursor", String(start + PAGE_FILES));
  return { ...answer, headers: { ...answer.headers, link: `<${next}>; rel="next"` } };
}

function filesOf({ files, large }: Repository): Files {
  return new Map(
    Object.entries(files).map(([path, bytes]) => {
      const blob = large?.includes(path) ? pointer(bytes) : bytes;
      return [path, { bytes, oid: sha1(`blob ${blob.length}\0`, blob) }];
    }),
  );
}

/** What git has in place of a large file. */
function pointer(bytes: Uint8Array): Uint8Array {
  return new TextEncoder().encode(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${
      sha256(bytes)
    }\nsize ${bytes.length}\n`,
  );
}

function ranged(bytes: Uint8Array, headers: Headers): SocketAnswer {
  const range = /^bytes=(\d+)-$/.exec(headers.get("range") ?? "");
  if (range === null) return { status: 200, body: bytes };
  const start = Number(range[1]);
  if (start >= bytes.length) return { status: 416 };
  return {
    status: 206,
    headers: { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` },
    body: bytes.subarray(start),
  };
}

function json(value: unknown): SocketAnswer {
  const body = new TextEncoder().encode(JSON.stringify(value));
  return { status: 200, headers: { "content-type": "application/json" }, body };
}

function refusal(status: number, code: string): SocketAnswer {
  const { headers, body } = json({ error: code });
  return { status, headers: { ...headers, "x-error-code": code }, body: body! };
}

function sha1(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha1");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
