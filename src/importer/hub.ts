/** Downloads of a checkpoint from the Hugging Face Hub: resumed after a break, checked, kept. */
import { listFiles, modelInfo } from "@huggingface/hub";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { CHECKPOINT_FILES } from "./checkpoint.ts";
import { downloadFile, type FileChecksum } from "./download_file.ts";
import { DownloadError, failureText, type Patience } from "./http_retry.ts";
import { hubFetch } from "./hub_fetch.ts";

const DEFAULT_ENDPOINT = "https://huggingface.co";
/** Owner and name begin with a letter or digit, so that neither is `..`. */
const NAME = /^hf:([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w./-]+))?$/;

/** Where the hub is and how to speak to it. */
export interface HubOptions extends Patience {
  /** Folder of finished and partial downloads. */
  readonly cache: string;
  /** `HF_ENDPOINT`; absent or empty is the public hub. */
  readonly endpoint?: string | undefined;
  /** `HF_TOKEN`, for gated and private repositories; sent to the endpoint's origin alone. */
  readonly token?: string | undefined;
  /** Hears of each part that arrives. */
  readonly onProgress?: ((file: string, bytes: number, total: number) => void) | undefined;
}

/** A checkpoint in the cache. */
export interface HubCheckpoint {
  /** Holds `config.json` and `model.safetensors`, checked. */
  readonly folder: string;
  /** `hf:owner/name`. */
  readonly origin: string;
  /** The commit. */
  readonly revision: string;
  /** As the repository's card states it, or null. */
  readonly licence: string | null;
}

/** A repository or file that cannot be had from the hub. */
export class HubError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "HubError";
}

const infoSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  cardData: z.object({ license: z.union([z.string(), z.array(z.string())]).optional() }).nullish(),
});
const fileSchema = z.object({
  size: z.int().min(0),
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }).optional(),
});

/** Whether a checkpoint is named as one on the hub. */
export function isHubName(name: string): boolean {
  return name.startsWith("hf:");
}

/**
 * Downloads the two files of a checkpoint, or takes them from the cache.
 *
 * @param name `hf:owner/name` or `hf:owner/name@revision`; without a revision, `main`
 * @throws HubError where the name is malformed, or the hub refuses, lacks or garbles a file
 */
export async function downloadCheckpoint(
  name: string,
  options: HubOptions,
): Promise<HubCheckpoint> {
  const match = NAME.exec(name);
  if (match === null) {
    throw new HubError(`Cannot download ${name}: write hf:owner/name or hf:owner/name@revision`);
  }
  const [, repo, branch = "main"] = match;
  const endpoint = (options.endpoint || DEFAULT_ENDPOINT).replace(/\/+$/, "");
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? "")) {
    throw new HubError(`Cannot download ${name}: HF_ENDPOINT ${endpoint} is no http(s) address`);
  }
  const access = { hubUrl: endpoint, fetch: hubFetch({ ...options, endpoint }) };
  try {
    const info = infoSchema.parse(
      await modelInfo({
        name: repo,
        revision: branch,
        additionalFields: ["sha", "cardData"],
        ...access,
      }),
    );
    // By commit from here on: a branch that moves meanwhile does not mix two states.
    const checksums = await fileChecksums(repo, info.sha, access);
    const folder = join(options.cache, cacheName(endpoint, repo), info.sha);
    await Deno.mkdir(folder, { recursive: true });
    // Two imports of one checkpoint would write the same partial files: the second waits, and finds
    // them whole. The system releases the lock when its holder dies.
    using lock = await Deno.open(`${folder}.lock`, { write: true, create: true });
    await lock.lock(true);
    for (const [file, checksum] of checksums) {
      await downloadFile({
        ...options,
        url: `${endpoint}/${repo}/resolve/${info.sha}/${file}`,
        path: join(folder, file),
        checksum,
        onProgress: (bytes) => options.onProgress?.(`${repo}/${file}`, bytes, checksum.bytes),
      });
    }
    const licence = info.cardData?.license;
    return {
      folder,
      origin: `hf:${repo}`,
      revision: info.sha,
      licence: (Array.isArray(licence) ? licence.join(", ") : licence) || null,
    };
  } catch (cause) {
    throw explained(cause, name, `${endpoint}/${repo}`, Boolean(options.token));
  }
}

/** The checksum of each of a checkpoint's files, as the hub lists it at a commit. */
async function fileChecksums(
  repo: string,
  revision: string,
  access: { readonly hubUrl: string; readonly fetch: typeof fetch },
): Promise<Map<string, FileChecksum>> {
  const listed = new Map<string, unknown>();
  for await (
    const entry of listFiles({ repo: { type: "model", name: repo }, revision, ...access })
  ) {
    if (entry.type === "file") listed.set(entry.path, entry);
  }
  const checksums = new Map<string, FileChecksum>();
  for (const file of Object.values(CHECKPOINT_FILES)) {
    if (!listed.has(file)) throw new DownloadError(`the repository has no ${file}`);
    const { size, oid, lfs } = fileSchema.parse(listed.get(file));
    checksums.set(
      file,
      lfs === undefined
        ? { bytes: size, algorithm: "git-sha1", digest: oid }
        : { bytes: lfs.size, algorithm: "sha256", digest: lfs.oid },
    );
  }
  return checksums;
}

/** One folder a repository and endpoint, so that two hubs do not mix. */
function cacheName(endpoint: string, repo: string): string {
  const hub = createHash("sha256").update(endpoint).digest("hex").slice(0, 8);
  return `${repo.replace("/", "--")}-${hub}`;
}

function explained(cause: unknown, name: string, page: string, hasToken: boolean): HubError {
  const refuse = (state: string) => new HubError(`Cannot download ${name}: ${state}`, { cause });
  if (cause instanceof z.ZodError) {
    return refuse("the hub's answer lacks the commit or the files' checksums");
  }
  const { status, code } = cause instanceof DownloadError ? cause : {};
  if (code === "GatedRepo") {
    const then = hasToken ? "with the account of HF_TOKEN" : "and set HF_TOKEN";
    return refuse(`HTTP ${status}: gated; accept its conditions at ${page} ${then}`);
  }
  if (status === 401 || status === 403) {
    return refuse(
      hasToken
        ? `HTTP ${status}: HF_TOKEN has no access, or the repository does not exist`
        : `HTTP ${status}: private or not there; set HF_TOKEN to a token with access`,
    );
  }
  if (status === 404) return refuse("HTTP 404: no such repository, revision or file");
  return refuse(failureText(cause));
}
