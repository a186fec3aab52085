/** What stands between the clients and two instances. */

/** Spreads requests over instances, and is told which of them come and go. */
export interface Balancer extends AsyncDisposable {
  /** For reports. */
  readonly name: string;
  /** Whether its clients may keep connections to it. */
  readonly keepAlive: boolean;
  /** Where the next request goes. */
  port(): number;
  /** An instance has been told to stop and is in its lame duck. */
  takeOut(port: number): Promise<void>;
  /** An instance is ready; resolves when it may be relied upon. */
  putIn(port: number): Promise<void>;
}

/** A port of loopback that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Resolves when what `process` is to open takes connections. */
export async function accepting(
  connect: () => Promise<Disposable>,
  process: Deno.ChildProcess,
): Promise<void> {
  const { ConnectionRefused, NotFound } = Deno.errors;
  let ended = false;
  process.status.then(() => ended = true);
  while (!ended) {
    try {
      using _connection = await connect();
      return;
    } catch (error) {
      if (!(error instanceof ConnectionRefused || error instanceof NotFound)) throw error;
    }
  }
  throw new Error("Cannot connect: the process has ended");
}
