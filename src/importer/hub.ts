/** Downloads of a checkpoint from the Hugging Face Hub: resumed after a break, checked, kept. */
import { HubApiError, listFiles, modelInfo } from "@huggingface/hub";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { CHECKPOINT_FILES } from "./checkpoint.ts";
import { downloadFile, type FileChecksum } from "./download_file.ts";

const DEFAULT_ENDPOINT = "https://huggingface.co";
const NAME = /^hf:([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/;

/** Where the hub is and how to speak to it. */
export interface HubOptions {
  /** Folder of finished and partial downloads. */
  readonly cache: string;
  /** `HF_ENDPOINT`; absent is the public hub. */
  readonly endpoint?: string | undefined;
  /** `HF_TOKEN`, for gated and private repositories. */
  readonly token?: string | undefined;
  /** Hears of each part that arrives. */
  readonly onProgress?: ((file: string, bytes: number, total: number) => void) | undefined;
  /** Wait before the second attempt, in milliseconds; doubled each time. */
  readonly retryDelayMs?: number | undefined;
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
  const access = { hubUrl: endpoint, ...(options.token ? { accessToken: options.token } : {}) };
  try {
    const info = infoSchema.parse(
      await modelInfo({
        name: repo,
        revision: branch,
        additionalFields: ["sha", "cardData"],
        ...access,
      }),
    );
    const checksums = new Map<string, FileChecksum>();
    for await (
      const { path, size, oid, lfs } of listFiles({ repo, revision: info.sha, ...access })
    ) {
      if (lfs !== undefined) {
        checksums.set(path, { bytes: lfs.size, algorithm: "sha256", digest: lfs.oid });
      } else if (oid !== undefined) {
        checksums.set(path, { bytes: size, algorithm: "git-sha1", digest: oid });
      }
    }
    const folder = join(options.cache, cacheName(endpoint, repo), info.sha);
    await Deno.mkdir(folder, { recursive: true });
    for (const file of Object.values(CHECKPOINT_FILES)) {
      const checksum = checksums.get(file);
      if (checksum === undefined) {
        throw new HubError(`Cannot download ${name}: the repository has no ${file}`);
      }
      await downloadFile({
        url: `${endpoint}/${repo}/resolve/${info.sha}/${file}`,
        path: join(folder, file),
        checksum,
        token: options.token,
        retryDelayMs: options.retryDelayMs,
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
    throw explained(cause, name, options.token !== undefined);
  }
}

/** One folder a repository and endpoint, so that two hubs do not mix. */
function cacheName(endpoint: string, repo: string): string {
  const hub = createHash("sha256").update(endpoint).digest("hex").slice(0, 8);
  return `${repo.replace("/", "--")}-${hub}`;
}

function explained(cause: unknown, name: string, hasToken: boolean): Error {
  if (cause instanceof HubError) return cause;
  const refuse = (state: string) => new HubError(`Cannot download ${name}: ${state}`, { cause });
  if (cause instanceof z.ZodError) return refuse("the hub's answer has no commit");
  const status = cause instanceof HubApiError
    ? cause.statusCode
    : cause instanceof Error && "status" in cause
    ? cause.status
    : undefined;
  if (status === 401 || status === 403) {
    return refuse(
      hasToken
        ? `HTTP ${status}: HF_TOKEN has no access, or the repository does not exist`
        : `HTTP ${status}: gated, private or not there; set HF_TOKEN to a token with access`,
    );
  }
  if (status === 404) return refuse("HTTP 404: no such repository, revision or file");
  return refuse(cause instanceof Error ? cause.message : String(cause));
}
