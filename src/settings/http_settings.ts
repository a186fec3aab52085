/** Settings of the socket, the requests and the log. */
import { flag, oneOf, positive, seconds, setting, text, whole } from "./setting.ts";

const LOG_LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const;

/** By the name that the code uses. */
export const HTTP_SETTINGS = {
  host: setting("HOST", "address", "127.0.0.1", text, "where to listen; loopback until told"),
  port: setting("PORT", "TCP port", 8000, whole(0, 65_535), "0 takes a free one"),
  logLevel: setting<(typeof LOG_LEVELS)[number]>(
    "KRONOS_LOG_LEVEL",
    "name",
    "INFO",
    oneOf(LOG_LEVELS, { WARNING: "WARN" }, (name) => name.toUpperCase()),
    "the least that is written",
  ),
  enableMetrics: setting("KRONOS_ENABLE_METRICS", "flag", true, flag, "serves /v1/metrics"),
  maxRequestSizeMb: setting(
    "KRONOS_MAX_REQUEST_SIZE_MB",
    "megabytes",
    10,
    positive(1024),
    "of a body, after decompression",
  ),
  maxBatchItems: setting(
    "KRONOS_MAX_BATCH_ITEMS",
    "series",
    256,
    whole(1, 10_000),
    "of one request",
  ),
  maxResponseRows: setting(
    "KRONOS_MAX_RESPONSE_ROWS",
    "candles",
    200_000,
    whole(1, 10_000_000),
    "of one answer; about 20 MB of JSON",
  ),
  jsonThreadKb: setting(
    "KRONOS_JSON_THREAD_KB",
    "kilobytes",
    128,
    whole(1, 1_000_000),
    "larger bodies and answers, and batches, have a thread of their own: probes must not wait",
  ),
  streamHeartbeatS: setting(
    "KRONOS_STREAM_HEARTBEAT",
    "seconds",
    15,
    seconds,
    "between heartbeats of a stream; proxies cut what is silent (nginx: after 60)",
  ),
  requestTimeoutS: setting("KRONOS_REQUEST_TIMEOUT", "seconds", 300, seconds, "for a request"),
  headTimeoutS: setting(
    "KRONOS_HEAD_TIMEOUT",
    "seconds",
    10,
    seconds,
    "for the head of a request; a client that sends it slowly holds a connection",
  ),
  bodyTimeoutS: setting(
    "KRONOS_BODY_TIMEOUT",
    "seconds",
    60,
    seconds,
    "for a request to arrive whole; 10 MB in it are 1.3 Mbit/s",
  ),
  writeTimeoutS: setting(
    "KRONOS_WRITE_TIMEOUT",
    "seconds",
    30,
    seconds,
    "for a client to read anything of an answer that waits in memory; then that is cut",
  ),
  idleTimeoutS: setting(
    "KRONOS_IDLE_TIMEOUT",
    "seconds",
    75,
    seconds,
    "a connection stays open between requests; longer than proxies keep theirs (nginx: 60)",
  ),
} as const;
