/** Takes traces as OTLP over HTTP in JSON, on a free port of loopback, as a collector would. */

/** A value of an attribute. */
type OtlpValue = {
  readonly stringValue?: string;
  readonly doubleValue?: number;
  readonly intValue?: number;
};

/** A span as it was exported. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server. */
  readonly kind: number;
  /** Nanoseconds since 1970. */
  readonly startTimeUnixNano: string;
  /** Nanoseconds since 1970. */
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: OtlpValue }[];
  /** 2: an error. */
  readonly status: { readonly code: number };
}

interface TracesRequest {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

/** A receiver that listens. */
export class OtlpReceiver {
  /** Every span so far. */
  readonly spans: ReceivedSpan[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** Listens from now on. */
  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#take(request),
    );
  }

  /** The settings of Deno that send traces here, and nothing else. */
  get environment(): Readonly<Record<string, string>> {
    return {
      OTEL_DENO: "true",
      OTEL_DENO_METRICS: "false",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
    };
  }

  async #take(request: Request): Promise<Response> {
    const body = await request.json();
    if (new URL(request.url).pathname === "/v1/traces") {
      const { resourceSpans } = body as TracesRequest;
      const received = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans);
      this.spans.push(...received);
    }
    return Response.json({});
  }

  /** Stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** The attributes of a span by name. */
export function attributesOf({ attributes }: ReceivedSpan): Map<string, string | number> {
  return new Map(attributes.map(({ key, value }) => [
    key,
    value.stringValue ?? value.doubleValue ?? value.intValue ?? "",
  ]));
}
