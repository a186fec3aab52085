/** One file over HTTP: resumed by `Range` after a break, then checked. */
import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  ATTEMPTS_MAX,
  DownloadError,
  failureText,
  isPassing,
  type Patience,
  retryDelay,
  STALL_MS,
} from "./http_retry.ts";

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
export interface Download extends Patience {
  /** After a break it is asked for the rest; a server that ignores `Range` starts over. */
  readonly url: string;
  /** Beside it, the partial file has `.part` at its end. */
  readonly path: string;
  /** What the finished file is held against. */
  readonly checksum: FileChecksum;
  /** Sent as a bearer token; absent sends none. */
  readonly token?: string | undefined;
  /** Hears the bytes on disk so far, of each part that arrives. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Downloads a file unless it is already there and right. What an earlier call left is continued; if
 * the whole then turns out wrong, the file is fetched once more from its start.
 *
 * @throws DownloadError where the server refuses, breaks off too often, or the bytes are wrong
 */
export async function downloadFile(download: Download): Promise<void> {
  const { path, checksum } = download;
  if (await sizeOf(path) === checksum.bytes && await matches(path, checksum)) return;
  const part = `${path}.part`;
  let inherited = await sizeOf(part) > 0;
  while (true) {
    await fetchRest(download, part);
    if (await sizeOf(part) === checksum.bytes && await matches(part, checksum)) break;
    await Deno.remove(part);
    if (!inherited) {
      throw new DownloadError(`${download.url} does not match the checksum that the hub states`);
    }
    inherited = false;
  }
  await Deno.rename(part, path);
}

/** Appends to the partial file until it has the bytes it should have. */
async function fetchRest(download: Download, part: string): Promise<void> {
  const { bytes } = download.checksum;
  let failures = 0;
  let size = await sizeOf(part);
  while (size < bytes) {
    let failure: unknown = new Error("the connection ended early");
    try {
      await receive(download, part, size);
    } catch (error) {
      if (!isPassing(error)) throw error;
      failure = error;
    }
    const before = size;
    size = await sizeOf(part);
    if (size >= bytes) return;
    failures = size > before ? 1 : failures + 1;
    if (failures >= ATTEMPTS_MAX) {
      throw new DownloadError(
        `${ATTEMPTS_MAX} attempts brought ${size} of ${bytes} bytes: ${failureText(failure)}`,
      );
    }
    await wait(retryDelay(failures, failure, download));
  }
}

async function receive(download: Download, part: string, start: number): Promise<void> {
  const { url, token, checksum, onProgress, stallMs = STALL_MS } = download;
  const stall = new AbortController();
  const stalled = () => stall.abort(new Error(`no byte for ${stallMs / 1000} s`));
  let timer = setTimeout(stalled, stallMs);
  try {
    const response = await fetch(url, {
      signal: stall.signal,
      headers: {
        // A compressed body has other byte positions than the file.
        "accept-encoding": "identity",
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(start > 0 ? { range: `bytes=${start}-` } : {}),
      },
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new DownloadError(`HTTP ${response.status} for ${url}`, response);
    }
    const resumed = response.status === 206;
    if (resumed && !response.headers.get("content-range")?.startsWith(`bytes ${start}-`)) {
      await response.body.cancel();
      throw new DownloadError(`${url} resumed at another byte than asked for`);
    }
    let bytes = resumed ? start : 0;
    using file = await openPart(part, resumed, response.body);
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(stalled, stallMs);
      await append(file, chunk, part);
      bytes += chunk.length;
      onProgress?.(bytes);
      if (bytes > checksum.bytes) return;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** What the disk refuses is no fault of the connection, and asking again does not help. */
async function openPart(
  path: string,
  resumed: boolean,
  body: ReadableStream,
): Promise<Deno.FsFile> {
  const mode = resumed ? { append: true } : { truncate: true };
  try {
    return await Deno.open(path, { write: true, create: true, ...mode });
  } catch (error) {
    await body.cancel();
    throw new DownloadError(`${path}: ${failureText(error)}`);
  }
}

async function append(file: Deno.FsFile, chunk: Uint8Array, path: string): Promise<void> {
  try {
    for (let done = 0; done < chunk.length;) done += await file.write(chunk.subarray(done));
  } catch (error) {
    throw new DownloadError(`${path}: ${failureText(error)}`);
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
