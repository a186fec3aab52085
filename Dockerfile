# The service with its default model. `docker build --tag kronos-edge .`

# The official image; where its digest can be read, give it: denoland/deno:2.9.6@sha256:...
ARG DENO_IMAGE=docker.io/denoland/deno:2.9.6

FROM ${DENO_IMAGE} AS build
WORKDIR /app
# Dependencies by the lock file alone: their layer stays until it changes.
COPY deno.json deno.lock ./
RUN deno ci
COPY src src
COPY deploy/probe.ts deploy/probe.ts
COPY tools/keep_runtime_packages.ts tools/keep_runtime_packages.ts
# Some packages unpack files that everybody may write.
RUN deno run --allow-all tools/keep_runtime_packages.ts \
    src/main.ts src/inference/replica_worker.ts && chmod -R go-w node_modules
# What Deno makes of TypeScript, so that no container does it again: its root is read-only.
ENV DENO_DIR=/cache
RUN deno cache --node-modules-dir=manual \
    src/main.ts src/inference/replica_worker.ts deploy/probe.ts

FROM ${DENO_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Kronos Edge" \
      org.opencontainers.image.description="Forecasts of candlesticks over HTTP" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
# From what changes seldom to what changes often, all of it root's: the service writes nothing.
COPY --from=build /app/node_modules node_modules
COPY models models
COPY --from=build /cache /cache
COPY --from=build /app/deno.json /app/deno.lock ./
COPY --from=build /app/deploy deploy
COPY --from=build /app/src src
# The page, which is read, not run.
COPY examples examples
COPY clients clients
COPY page page
# HOST: a container's loopback is reached by nobody. KRONOS_PLATFORM: `docker stop` waits 10 s.
# MALLOC_MMAP_THRESHOLD_, DENO_V8_FLAGS: less memory (docs/performance.md, "Memory").
ENV DENO_DIR=/cache \
    DENO_NO_UPDATE_CHECK=1 \
    MALLOC_MMAP_THRESHOLD_=32768 \
    DENO_V8_FLAGS=--max-semi-space-size=1,--memory-saver-mode,--no-short-builtin-calls \
    HOST=0.0.0.0 \
    PORT=8000 \
    KRONOS_PLATFORM=docker
# `deno` of the official image, as a number: Kubernetes' runAsNonRoot does not read names.
USER 1993:1993
EXPOSE 8000
# Liveness, since Swarm and others replace what is unhealthy; readiness is for those who wait for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["deno", "run", "-P=probe", "--node-modules-dir=manual", "--cached-only", "deploy/probe.ts"]
STOPSIGNAL SIGTERM
# tini is process 1: it passes signals on and lets them end Deno even before the service listens for them.
ENTRYPOINT ["/tini", "--", "deno", "run", "-P=start", "--node-modules-dir=manual", "--cached-only", "--no-prompt"]
CMD ["src/main.ts"]
