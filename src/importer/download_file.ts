/** One file over HTTP: resumed by `Range` after a break, then checked. */
import { createHash } from "node:crypto";

/** Attempts in a row that may bring no new byte. */
const ATTEMPTS_MAX = 5;
/** Wait before the second attempt, in milliseconds; doubled each time. */
const RETRY_DELAY_MS = 1000;
/** A connection that brings nothing for so long, in milliseconds, counts as broken. */
const STALL_MS = 60_000;

/** What a file must be. `git-sha1` is the hash of a git blob, which the hub states for small files. */
export interface FileChecksum {
  /** Size of the whole file. */
  readonly bytes: number;
  /** Which hash `digest` is. */
  readonly algorithm: "sha256" | "git-sha1";
  /** Hexadecimal. */
  readonly digest: string;
}

/** What to download, and where to. */
export interface Download {
  /** After a break it is asked for the rest; a server that ignores `Range` starts over. */
  readonly url: string;
  /** Beside it, the partial file has `.part` at its end. */
  readonly path: string;
  /** What the finished file is held against. */
  readonly checksum: FileChecksum;
  /** Sent as a bearer token; absent sends none. */
  readonly token?: string | undefined;
  /** Wait before the second attempt, in milliseconds; doubled each time. */
  readonly retryDelayMs?: number | undefined;
  /** Hears the bytes on disk so far, of each part that arrives. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** A file that could not be had. */
export class DownloadError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "DownloadError";
  /** The HTTP status that ended it, if one did. */
  readonly status: number | undefined;

  /** An error with the status that caused it. */
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/**
 * Downloads a file unless it is already there and right.
 *
 * @throws DownloadError where the server refuses, breaks off too often, or the bytes are wrong
 */
export async function downloadFile(download: Download): Promise<void> {
  const { path, checksum } = download;
  if (await sizeOf(path) === checksum.bytes && await matches(path, checksum)) return;
  const part = `${path}.part`;
  let failures = 0;
  let size = await sizeOf(part);
  while (size < checksum.bytes) {
    let failure: unknown = new Error("the connection ended early");
    try {
      await receive(download, part, size);
    } catch (error) {
      if (error instanceof DownloadError && !isPassing(error.status)) throw error;
      failure = error;
    }
    const before = size;
    size = await sizeOf(part);
    if (size >= checksum.bytes) break;
    failures = size > before ? 1 : failures + 1;
    if (failures >= ATTEMPTS_MAX) {
      const reason = failure instanceof Error ? failure.message : String(failure);
      throw new DownloadError(
        `${ATTEMPTS_MAX} attempts brought ${size} of ${checksum.bytes} bytes: ${reason}`,
      );
    }
    const delay = (download.retryDelayMs ?? RETRY_DELAY_MS) * 2 ** (failures - 1);
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
  if (size !== checksum.bytes || !await matches(part, checksum)) {
    await Deno.remove(part);
    throw new DownloadError(`${download.url} does not match the checksum that the hub states`);
  }
  await Deno.rename(part, path);
}

function isPassing(status: number | undefined): boolean {
  return status === 408 || status === 429 || (status !== undefined && status >= 500);
}

async function receive(download: Download, part: string, start: number): Promise<void> {
  const stall = new AbortController();
  const stalled = () => stall.abort(new Error(`no byte for ${STALL_MS / 1000} s`));
  let timer = setTimeout(stalled, STALL_MS);
  try {
    const response = await fetch(download.url, {
      signal: stall.signal,
      headers: {
        // A compressed body has other byte positions than the file.
        "accept-encoding": "identity",
        ...(download.token ? { authorization: `Bearer ${download.token}` } : {}),
        ...(start > 0 ? { range: `bytes=${start}-` } : {}),
      },
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new DownloadError(`HTTP ${response.status} for ${download.url}`, response.status);
    }
    const resumed = response.status === 206;
    if (resumed && !response.headers.get("content-range")?.startsWith(`bytes ${start}-`)) {
      await response.body.cancel();
      throw new DownloadError(`${download.url} resumed at another byte than asked for`);
    }
    let bytes = resumed ? start : 0;
    using file = await Deno.open(part, {
      write: true,
      create: true,
      ...(resumed ? { append: true } : { truncate: true }),
    });
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(stalled, STALL_MS);
      for (let done = 0; done < chunk.length;) done += await file.write(chunk.subarray(done));
      bytes += chunk.length;
      download.onProgress?.(bytes);
      if (bytes > download.checksum.bytes) return;
    }
  } finally {
    clearTimeout(timer);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

async function matches(path: string, { algorithm, bytes, digest }: FileChecksum): Promise<boolean> {
  const hash = createHash(algorithm === "sha256" ? "sha256" : "sha1");
  if (algorithm === "git-sha1") hash.update(`blob ${bytes}\0`);
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex") === digest;
}
